/**
 * Codes `EP9…`: parts of the language that this version reads and formats but does not enforce. They are errors where
 * ignoring them would change a decision, and warnings where nothing is decided by them.
 */
export const NOT_BUILT = {
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
