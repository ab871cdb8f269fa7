/**
 * Codes `EP9…`: parts of the language that this version reads and formats but does not enforce. They are errors where
 * ignoring them would change a decision, and warnings where nothing is decided by them.
 */
export const NOT_BUILT = {
  aggregate: {
    code: "EP9001",
    title: "aggregate not measured",
    explanation:
      "Signals measure `count` and `distinct`. The other aggregates of the language are read but not measured.",
  },
  amount: {
    code: "EP9002",
    title: "kind of limit not enforced",
    explanation: "Limits are rates `N per D [burst B]`. Exact logs, calendar quotas and leases are not enforced.",
  },
  refund: {
    code: "EP9003",
    title: "refund not enforced",
    explanation: "A limit's charge is never given back; `refund when` is read but not enforced.",
  },
  fact: {
    code: "EP9004",
    title: "fact not read",
    explanation: '`fact` declarations are not read from requests. Read the header itself: `header["x-…"]`.',
  },
  derived: {
    code: "EP9005",
    title: "class, table or window not evaluated",
    explanation: "`class`, `table` and `window` declarations are not evaluated; write the condition with `let`.",
  },
  identity: {
    code: "EP9006",
    title: "kind of credential not verified",
    explanation: "Only `api_key` credentials are verified. Requests given as data may state any evidence.",
  },
  used: {
    code: "EP9007",
    title: "used() not evaluated",
    explanation: "How much of a limit a key has used cannot be read by conditions.",
  },
  body: {
    code: "EP9008",
    title: "kind of body field not read",
    explanation: "Body fields are read one value at a time; sums over arrays and GraphQL bodies are not read.",
  },
  model: {
    code: "EP9009",
    title: "model not simulated",
    explanation: "The simulator runs `steady` and `cron` populations and `credential_stuffing` attacks.",
  },
  was: {
    code: "EP9010",
    title: "renamed state not carried over",
    explanation: "`was` is read, but the state of the old name is not carried over.",
  },
  rollout: {
    code: "EP9011",
    title: "form of rollout not enforced",
    explanation:
      "Rollout knows `off`, `shadow`, `canary N% per KEY` and `on`; `replaces` and `until` are not enforced.",
  },
  invariant: {
    code: "EP9013",
    title: "invariant not proven",
    explanation: "`invariant` declarations are checked for their syntax and formatted; nothing proves them.",
  },
  claim: {
    code: "EP9014",
    title: "typed claim not read",
    explanation: 'Claims declared in `jwt { claims }` are not read; `token.claim["name"]` reads a claim as text.',
  },
} as const;
