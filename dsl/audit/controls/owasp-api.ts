/** OWASP API Security Top 10, 2023 (owasp.org/API-Security). */
import type { Framework } from "./control.ts";
import * as m from "./mechanisms.ts";

export const OWASP_API: Framework = {
  name: "OWASP API Security Top 10 2023",
  note: "",
  controls: [
    {
      id: "API1:2023",
      title: "Broken Object Level Authorization",
      by: [m.ownership, m.enumeration],
      findings: [],
      outside: "who owns which object, which the service knows",
    },
    {
      id: "API2:2023",
      title: "Broken Authentication",
      by: [m.identitySources, m.evidenceFloor, m.tokenChecks, m.challenges, m.failedAttempts],
      findings: ["ID114", "ID115", "ID207", "ID211", "ID213", "ID215"],
      outside: "flaws of the issuer of tokens",
    },
    {
      id: "API3:2023",
      title: "Broken Object Property Level Authorization",
      by: [m.bodies],
      findings: [],
      outside: "which fields of an answer a caller may see, and what fields mean",
    },
    {
      id: "API4:2023",
      title: "Unrestricted Resource Consumption",
      by: [m.limits, m.clientLimits, m.concurrency, m.volumes, m.quotas],
      findings: ["ID205", "ID212"],
      outside: "what a query costs inside the service",
    },
    {
      id: "API5:2023",
      title: "Broken Function Level Authorization",
      by: [m.defaultBlock, m.grants],
      findings: ["ID202", "ID206", "ID210"],
      outside: "functions that routes do not tell apart",
    },
    {
      id: "API6:2023",
      title: "Unrestricted Access to Sensitive Business Flows",
      by: [m.flows, m.behaviour, m.bans],
      findings: [],
      outside: "what a business flow is meant for",
    },
    {
      id: "API7:2023",
      title: "Server Side Request Forgery",
      by: [m.urls],
      findings: [],
      outside: "what the service fetches, and names that resolve anew",
    },
    {
      id: "API8:2023",
      title: "Security Misconfiguration",
      by: [m.defaultBlock, m.failClosed, m.canonicalPaths, m.trustedProxies],
      findings: ["ID201", "ID209", "ID210", "ID211", "ID214", "ID216"],
      outside: "servers behind the edge",
    },
    {
      id: "API9:2023",
      title: "Improper Inventory Management",
      by: [m.routes, m.inventory, m.owners, m.defaultBlock],
      findings: ["ID101", "ID202", "ID219"],
      outside: "APIs that do not pass this edge",
    },
    {
      id: "API10:2023",
      title: "Unsafe Consumption of APIs",
      by: [],
      findings: [],
      outside: "what the service calls itself: an edge sees what comes in",
    },
  ],
};
