/**
 * NIST SP 800-228, Guidelines for API Protection for Cloud-Native Systems (June 2025). The numbers of the recommendations come from a
 * secondary source, and the titles say in short what they ask for; compare them with the publication before quoting.
 */
import type { Framework } from "./control.ts";
import * as m from "./mechanisms.ts";

export const SP_800_228: Framework = {
  name: "NIST SP 800-228",
  note: "numbers from a secondary source, titles in short: compare with the publication before quoting",
  controls: [
    {
      id: "REC-API-4",
      title: "inventory of APIs with owners",
      by: [m.routes, m.policyOwner],
      findings: ["ID219"],
      outside: "APIs that do not pass this edge",
    },
    {
      id: "REC-API-8",
      title: "the inventory knows who calls at run time",
      by: [m.inventory],
      findings: ["ID202"],
      outside: "callers that recorded traffic alone would show",
    },
    {
      id: "REC-API-9",
      title: "encryption of all communication",
      by: [],
      findings: [],
      outside: "TLS, which the server or the proxy in front of it ends",
    },
    {
      id: "REC-API-10",
      title: "bots and denial of service",
      by: [m.behaviour, m.limits, m.bans],
      findings: ["ID205"],
      outside: "floods below HTTP",
    },
    {
      id: "REC-API-11",
      title: "handling of credentials",
      by: [m.identitySources, m.refusedCredentials, m.failedAttempts],
      findings: ["ID112", "ID213", "ID215"],
      outside: "the issuer",
    },
    {
      id: "REC-API-12",
      title: "authorization of every request",
      by: [m.defaultBlock, m.perRequest, m.grants],
      findings: ["ID207", "ID210"],
      outside: "authorization inside the service",
    },
    {
      id: "REC-API-13/14",
      title: "syntax and length of requests",
      by: [m.canonicalPaths, m.bodies],
      findings: [],
      outside: "schemas of answers",
    },
    {
      id: "REC-API-15",
      title: "rate limits by caller",
      by: [m.clientLimits],
      findings: ["ID205", "ID212"],
      outside: "nothing",
    },
    {
      id: "REC-API-16",
      title: "circuit breakers by concurrency",
      by: [m.concurrency],
      findings: [],
      outside: "breakers between services behind the edge",
    },
    {
      id: "REC-API-17/26",
      title: "fine-grained blocking in incidents",
      by: [m.bans, m.containment],
      findings: ["ID214"],
      outside: "systems other than this edge",
    },
    {
      id: "REC-API-18/21",
      title: "monitoring and telemetry",
      by: [m.decisionLog],
      findings: ["ID217"],
      outside: "keeping and watching them",
    },
    {
      id: "REC-API-19/20/22/25",
      title: "schema annotations, scanning of payloads, masking",
      by: [],
      findings: [],
      outside: "answers of the service, which a policy does not read",
    },
    {
      id: "REC-API-23",
      title: "errors that disclose nothing",
      by: [m.uniformAnswers],
      findings: [],
      outside: "errors of the service",
    },
    {
      id: "REC-API-24",
      title: "enumeration of resources",
      by: [m.enumeration],
      findings: [],
      outside: "ids that the service gives out",
    },
  ],
};
