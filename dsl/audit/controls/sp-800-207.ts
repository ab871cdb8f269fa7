/** NIST SP 800-207, Zero Trust Architecture, section 2.1: the seven tenets. */
import type { Framework } from "./control.ts";
import * as m from "./mechanisms.ts";

export const SP_800_207: Framework = {
  name: "NIST SP 800-207 tenets of zero trust",
  note: "the engine is the policy engine, the server its enforcement point",
  controls: [
    {
      id: "Tenet 1",
      title: "All data sources and computing services are considered resources",
      by: [m.routes, m.defaultBlock],
      findings: ["ID210"],
      outside: "resources that do not pass this edge",
    },
    {
      id: "Tenet 2",
      title: "All communication is secured regardless of network location",
      by: [m.strangers],
      findings: ["ID211", "ID218"],
      outside: "TLS between the parties",
    },
    {
      id: "Tenet 3",
      title: "Access to individual enterprise resources is granted on a per-session basis",
      by: [m.perRequest, m.grants],
      findings: ["ID206"],
      outside: "sessions inside the service",
    },
    {
      id: "Tenet 4",
      title: "Access to resources is determined by dynamic policy",
      by: [m.behaviour, m.circumstances, m.evidenceFloor],
      findings: [],
      outside: "the state of the asset that calls, unless a trusted proxy says it",
    },
    {
      id: "Tenet 5",
      title:
        "The enterprise monitors and measures the integrity and security posture of all owned and associated assets",
      by: [],
      findings: [],
      outside: "the posture of assets; a trusted proxy can say it in a `fact`",
    },
    {
      id: "Tenet 6",
      title: "All resource authentication and authorization are dynamic and strictly enforced before access is allowed",
      by: [m.refusedCredentials, m.failClosed, m.containment],
      findings: ["ID207", "ID213", "ID214", "ID216"],
      outside: "access that does not pass this edge",
    },
    {
      id: "Tenet 7",
      title:
        "The enterprise collects as much information as possible about the current state of assets, network infrastructure and communications and uses it to improve its security posture",
      by: [m.decisionLog, m.drift, m.expectations],
      findings: ["ID121"],
      outside: "information from elsewhere",
    },
  ],
};
