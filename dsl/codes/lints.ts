/** Codes `EP3…`: warnings about policies that are correct but hardly meant. Each states a fact, never a guess. */
export const LINTS = {
  alwaysFalse: {
    code: "EP3001",
    title: "condition is always false",
    explanation: "No request can meet the condition, so what it guards never happens.",
  },
  alwaysTrue: {
    code: "EP3002",
    title: "condition is always true",
    explanation: "Every request meets the condition; leave it out, or mend it.",
  },
  covered: {
    code: "EP3003",
    title: "rule never decides",
    explanation: "Whenever the rule holds, a stricter rule holds too, and the strictest verdict wins.",
  },
  unreachedLimit: {
    code: "EP3004",
    title: "limit is never asked",
    explanation:
      "Limits are asked only of requests that would otherwise pass; every request of this one is refused before.",
  },
  networkAllow: {
    code: "EP3005",
    title: "allow rests on the network alone",
    explanation: "An address is not a proof of identity. Ask for a client, or for evidence, as well.",
  },
  unusedRoute: {
    code: "EP3006",
    title: "route is never used",
    explanation: "No rule, limit, signal or grant reads the route.",
  },
  unusedList: {
    code: "EP3007",
    title: "list is never used",
    explanation: "No condition reads the list.",
  },
  unusedElse: {
    code: "EP3008",
    title: "alternative key is never used",
    explanation: "The key before `else` is never missing.",
  },
  unknownOperation: {
    code: "EP3009",
    title: "operation names no route",
    explanation:
      "A client of the inventory is granted an operation that is no route of this policy, so it grants nothing here.",
  },
  unowned: {
    code: "EP3010",
    title: "client without an accountable owner",
    explanation: "Every client has a person who answers for it.",
  },
} as const;
