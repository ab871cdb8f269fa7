/** OWASP Non-Human Identities Top 10, 2025 (owasp.org/www-project-non-human-identities-top-10). */
import type { Framework } from "./control.ts";
import * as m from "./mechanisms.ts";

export const OWASP_NHI: Framework = {
  name: "OWASP Non-Human Identities Top 10 2025",
  note: "",
  controls: [
    {
      id: "NHI1:2025",
      title: "Improper Offboarding",
      by: [m.refusedCredentials, m.ends, m.reviews, m.owners],
      findings: ["ID101", "ID102", "ID103", "ID110", "ID111", "ID116"],
      outside: "deleting the client where it was issued, and access that does not pass this edge",
    },
    {
      id: "NHI2:2025",
      title: "Secret Leakage",
      by: [m.bound, m.networks, m.sharing],
      findings: ["ID112", "ID113", "ID217"],
      outside: "finding leaks in repositories, chats and build logs",
    },
    {
      id: "NHI3:2025",
      title: "Vulnerable Third-Party NHI",
      by: [m.thirdPartyNetworks, m.thirdPartyEnds, m.clientLimits, m.containment],
      findings: ["ID120"],
      outside: "the vendor's own compromise, and extensions of developers' tools",
    },
    {
      id: "NHI4:2025",
      title: "Insecure Authentication",
      by: [m.identitySources, m.evidenceFloor, m.tokenChecks, m.challenges, m.failedAttempts],
      findings: ["ID114", "ID115", "ID207", "ID211", "ID215", "ID218"],
      outside: "hardening the issuer of tokens",
    },
    {
      id: "NHI5:2025",
      title: "Overprivileged NHI",
      by: [m.defaultBlock, m.grants, m.narrowGrants],
      findings: ["ID203", "ID204", "ID206"],
      outside:
        "rights to objects inside the service, and cloud IAM; what is granted and not used, which takes recorded traffic",
    },
    {
      id: "NHI6:2025",
      title: "Insecure Cloud Deployment Configurations",
      by: [m.federation],
      findings: ["ID118", "ID119", "ID215"],
      outside: "the trust policy of cloud roles",
    },
    {
      id: "NHI7:2025",
      title: "Long-Lived Secrets",
      by: [m.credentialEnds, m.rotation],
      findings: ["ID106", "ID107", "ID108", "ID109", "ID123"],
      outside: "replacing the secret where it is kept",
    },
    {
      id: "NHI8:2025",
      title: "Environment Isolation",
      by: [m.environments],
      findings: ["ID105", "ID119", "ID208"],
      outside: "data that environments share behind the service",
    },
    {
      id: "NHI9:2025",
      title: "NHI Reuse",
      by: [m.sharing],
      findings: ["ID104", "ID116"],
      outside: "sharing behind one address",
    },
    {
      id: "NHI10:2025",
      title: "Human Use of NHI",
      by: [m.browsers, m.drift],
      findings: [],
      outside: "proof that a person did it",
    },
  ],
};
