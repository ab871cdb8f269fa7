/** NIST Cybersecurity Framework 2.0 (nist.gov/cyberframework): the outcomes that machine access at an edge has to do with. */
import type { Framework } from "./control.ts";
import * as m from "./mechanisms.ts";

export const NIST_CSF: Framework = {
  name: "NIST CSF 2.0",
  note: "PR.AC of CSF 1.1 was withdrawn and moved to PR.AA",
  controls: [
    {
      id: "ID.AM-02",
      title: "Inventories of software, services, and systems managed by the organization are maintained",
      by: [m.inventory, m.routes],
      findings: ["ID101", "ID202", "ID219"],
      outside: "services that do not pass this edge",
    },
    {
      id: "GV.SC-10",
      title:
        "Cybersecurity supply chain risk management plans include provisions for activities after a partnership ends",
      by: [m.thirdPartyEnds, m.containment],
      findings: ["ID103", "ID120"],
      outside: "the contract",
    },
    {
      id: "PR.AA-01",
      title: "Identities and credentials for authorized users, services, and hardware are managed by the organization",
      by: [m.inventory, m.owners, m.credentialEnds, m.rotation],
      findings: ["ID101", "ID102", "ID103", "ID104", "ID106", "ID108", "ID110", "ID116"],
      outside: "issuing and storing the secrets",
    },
    {
      id: "PR.AA-02",
      title: "Identities are proofed and bound to credentials based on the context of interactions",
      by: [m.bound, m.networks],
      findings: ["ID104", "ID115", "ID118"],
      outside: "proofing whoever asks for a credential",
    },
    {
      id: "PR.AA-03",
      title: "Users, services, and hardware are authenticated",
      by: [m.identitySources, m.refusedCredentials, m.evidenceFloor],
      findings: ["ID207", "ID210", "ID218"],
      outside: "authentication between services behind the edge",
    },
    {
      id: "PR.AA-04",
      title: "Identity assertions are protected, conveyed, and verified",
      by: [m.trustedProxies, m.tokenChecks],
      findings: ["ID211", "ID215"],
      outside: "how the issuer protects its keys",
    },
    {
      id: "PR.AA-05",
      title:
        "(formerly PR.AC-4) Access permissions, entitlements, and authorizations are defined in a policy, managed, enforced, and reviewed, and incorporate the principles of least privilege and separation of duties",
      by: [m.defaultBlock, m.grants, m.narrowGrants, m.circumstances, m.reviews, m.approvals],
      findings: ["ID111", "ID122", "ID203", "ID204", "ID206", "ID210", "ID216"],
      outside: "rights inside the service",
    },
    {
      id: "PR.DS-02",
      title: "The confidentiality, integrity, and availability of data-in-transit are protected",
      by: [],
      findings: [],
      outside: "TLS, which the server or the proxy in front of it ends; a policy does not see it",
    },
    {
      id: "PR.PS-04",
      title: "Log records are generated and made available for continuous monitoring",
      by: [m.decisionLog],
      findings: ["ID217"],
      outside: "keeping and watching the log",
    },
    {
      id: "PR.IR-01",
      title: "Networks and environments are protected from unauthorized logical access and usage",
      by: [m.environments, m.networks],
      findings: ["ID105", "ID208"],
      outside: "networks behind the edge",
    },
    {
      id: "DE.CM-09",
      title:
        "Computing hardware and software, runtime environments, and their data are monitored to find potentially adverse events",
      by: [m.failedAttempts, m.sharing, m.drift, m.behaviour],
      findings: ["ID121"],
      outside: "hosts and runtimes",
    },
    {
      id: "RS.MI-01",
      title: "Incidents are contained",
      by: [m.bans, m.containment],
      findings: ["ID213", "ID214"],
      outside: "systems other than this edge",
    },
  ],
};
