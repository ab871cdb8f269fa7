/** Codes of what a caller of the enforcement point cannot show or carry; raised by `check --via` and the start of `serve`. */

export const CALLER_CODES = {
  outcome: {
    code: "EP4001",
    title: "the caller does not show outcomes",
    explanation:
      "A proxy that asks about a request forwards it itself, so what the service answered is not seen. Let the policy not depend on it, stand inline, or report outcomes at `/authz/outcome` or from an access log (`serve --outcomes-from`) and say `--shows outcomes`.",
  },
  body: {
    code: "EP4002",
    title: "the caller does not show bodies",
    explanation:
      "A proxy that asks without the body leaves its fields missing, so conditions on them never hold and their events are not counted; its size counts as none, unless the proxy tells it; a signature over the body cannot be verified. Stand inline, or use a caller that can send bodies along and say `--shows bodies`.",
  },
  delay: {
    code: "EP4003",
    title: "the caller does not wait that long",
    explanation:
      "A `slow` is an answer that is held back. Past what the caller waits for, it would fail the request, so the enforcement point throttles instead. Take a shorter delay, or `throttle`.",
  },
  status: {
    code: "EP4004",
    title: "the caller cannot carry the status",
    explanation:
      "Some callers know few statuses of a refusal, and turn another into one of those, or into an error of their own. Take a status that the caller carries.",
  },
  attribute: {
    code: "EP4005",
    title: "no caller shows the attribute",
    explanation:
      "The autonomous system, the country and the TLS fingerprint of a caller are not in a request. A proxy that knows them states them in a header: declare a `fact` from it.",
  },
} as const;
