/** Findings `ID2…`: what policy and inventory tell together. One file, because ids, conditions and severities are a contract that is read together. */

/** By name, as the code that raises them says it. */
export const POLICY_FINDINGS = {
  unmatchable: {
    id: "ID201",
    title: "rule that nobody can match",
    severities: ["warning"],
    condition:
      "The rule's condition is false for every client that is not revoked or decommissioned, and for callers without a credential, on every route it stands on.",
    explanation: "The rule is there to be read, and does nothing.",
  },
  unknownName: {
    id: "ID202",
    title: "unknown name",
    severities: ["error"],
    condition:
      "A client's operation is no route; a condition names a client, team or scope that the inventory does not have; a route asks for a scope that no client is granted; or the owner of the policy or of a rule is no team, where teams are declared.",
    explanation: "A misspelt name grants nothing, or restricts nobody.",
  },
  deadGrant: {
    id: "ID203",
    title: "dead grant",
    severities: ["warning"],
    condition:
      "The inventory grants a client that is let in a route on which none of its requests can get through: no allow rule can match, or a rule always refuses.",
    explanation: "The grant says more than is true, and becomes true by accident.",
  },
  unusedScope: {
    id: "ID204",
    title: "unused scope",
    severities: ["warning"],
    condition: "A client is granted a scope that no route asks for and no condition names.",
    explanation: "It gives nothing here; if it does elsewhere, it does not belong here.",
  },
  unbounded: {
    id: "ID205",
    title: "client without a bound",
    severities: ["error", "warning"],
    condition:
      "Requests of a client that is let in can get through on a route where no enforced limit can be asked of it; an error in production.",
    explanation: "One loop in the client's code is an outage.",
  },
  broadGrant: {
    id: "ID206",
    title: "over-broad grant",
    severities: ["warning"],
    condition:
      'A live client\'s operations are `"*"` or more than 25, or one of its scopes is `*` or has a part `admin`, `root`, `superuser` or `*`.',
    explanation: "A stolen credential does all that its client may.",
  },
  belowFloor: {
    id: "ID207",
    title: "below the evidence floor",
    severities: ["error"],
    condition: "On a route with `min_evidence`, a request with less proof can get through.",
    explanation: "The floor holds in `granted` alone; a rule that allows without it lets callers under it.",
  },
  crossing: {
    id: "ID208",
    title: "environments cross",
    severities: ["error"],
    condition:
      "Requests of clients of two environments that are let in can get through on one route: the route is of one environment at most.",
    explanation: "A test system's credential, which many hold, then reaches production.",
  },
  shadowed: {
    id: "ID209",
    title: "shadowed rule",
    severities: ["warning"],
    condition:
      "Wherever an enforced rule can match, for any client or caller without a credential and on any route, a stricter block or throttle always matches and nothing exempts from it.",
    explanation: "The rule never decides anything.",
  },
  defaultAllow: {
    id: "ID210",
    title: "open to strangers",
    severities: ["error"],
    condition:
      "A caller without any credential can get through on a route, or on paths that no route has, and no matching allow rule carries the tag `public`.",
    explanation: "What is open on purpose says so.",
  },
  selfAsserted: {
    id: "ID211",
    title: "identity by the caller's word",
    severities: ["error"],
    condition:
      "A header that names the caller (`x-forwarded-for`, `x-forwarded-client-cert`, `client-cert`, `x-client-id` and their like) is read, or certificates are, and no `trust proxy` is declared; or an allow or exempt rule that callers without a credential can match reads a header, cookie or query value.",
    explanation: "Whoever writes the header is whoever it says.",
  },
  resettable: {
    id: "ID212",
    title: "limit that callers reset",
    severities: ["warning"],
    condition:
      "A limit's key reads the credential itself or a token's id; or it is by address alone, on a route that callers without a credential cannot get through on.",
    explanation: "A new token, or another address, is a new budget.",
  },
  tokenList: {
    id: "ID213",
    title: "deny list of tokens",
    severities: ["error"],
    condition: "A restricting rule compares a header that carries credentials with a list or with literals.",
    explanation: "One token has many spellings that all verify; deny by its id, client or key.",
  },
  failOpen: {
    id: "ID214",
    title: "revocation fails open",
    severities: ["error"],
    condition:
      "A blocking rule that reads `identity.error`, `client.status`, `credential` or a list from a file has `unavailable open` and stands on a route that changes something.",
    explanation: "Breaking the list is then the way in.",
  },
  noAudience: {
    id: "ID215",
    title: "tokens of any audience",
    severities: ["error"],
    condition: "A `jwt` source names no `audience`.",
    explanation: "A token that was issued for another service works here.",
  },
  timeless: {
    id: "ID216",
    title: "exception without an end",
    severities: ["error"],
    condition: "An enforced `exempt` rule has no `until` in `rollout`, or one that has passed.",
    explanation: "An exception that nobody ends becomes the rule.",
  },
  captured: {
    id: "ID217",
    title: "credential captured",
    severities: ["error"],
    condition: "A `fact` is read from a header that carries credentials.",
    explanation: "Facts are shown by `explain` and in logs. (The server's own log refuses such headers by itself.)",
  },
  networkAllow: {
    id: "ID218",
    title: "allow on the network alone",
    severities: ["warning"],
    condition: "An allow rule reads addresses, and nothing that proves who calls.",
    explanation: "Being on a network is no proof (SP 800-207, tenet 2).",
  },
  ownerless: {
    id: "ID219",
    title: "operation without an owner",
    severities: ["info"],
    condition: "Neither the policy nor a rule on the route names an `owner`.",
    explanation: "Nobody is asked when the route is called in a way it was not meant for.",
  },
} as const;
