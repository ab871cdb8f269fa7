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
    explanation:
      "Whenever the rule holds, a stricter rule holds too, and the strictest verdict wins; or one of the same verdict that stands before it.",
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
  repeatedCondition: {
    code: "EP3011",
    title: "condition is repeated",
    explanation:
      "The same condition stands twice under one `and` or `or`; the second changes nothing. Take it out, or write what was meant.",
  },
  idleCondition: {
    code: "EP3012",
    title: "part of a condition changes nothing",
    explanation:
      "Under `and`, a part that the others imply can be left out; under `or`, a part that holds only where another does. Often a bound or an operator is the wrong way round.",
  },
  threshold: {
    code: "EP3013",
    title: "value never crosses what it is compared with",
    explanation:
      "A share is 0% to 100%, a score no more than its points together and at most 1,000, an interval no longer than its window, an hour 0 to 23, a count or a size never negative. A comparison outside that range is decided before any request.",
  },
  unusedSignal: {
    code: "EP3014",
    title: "signal is never read",
    explanation: "A signal keeps state for every key. Nothing reads this one, so it only costs memory.",
  },
  unusedScore: {
    code: "EP3015",
    title: "score is never read",
    explanation: "No rule or limit reads the score, so it changes no decision.",
  },
  unusedLet: {
    code: "EP3016",
    title: "let or class is never read",
    explanation: "Nothing reads the name.",
  },
  unusedFact: {
    code: "EP3017",
    title: "fact, table or window is never read",
    explanation: "Nothing reads the name.",
  },
  unusedGroup: {
    code: "EP3018",
    title: "group is never used",
    explanation: "No `on` names the group.",
  },
  variedKey: {
    code: "EP3019",
    title: "limit is kept by what the caller chooses",
    explanation:
      "A caller who changes the key with each request has a fresh bucket each time, and no other limit stands on these routes. Keep the limit by `client` or `ip.network`, or add one that is.",
  },
  variedBan: {
    code: "EP3020",
    title: "ban is kept by what the caller writes",
    explanation:
      "Headers, cookies and query parameters are the caller's own words: one who changes them is not banned any more, and one who guesses another's bans that one.",
  },
  impliedKey: {
    code: "EP3021",
    title: "key adds nothing to another",
    explanation:
      "One key decides the other, so the state is the same without it: an address has one network, a client one plan.",
  },
  oneValue: {
    code: "EP3022",
    title: "signal counts values of its own key",
    explanation:
      "For one key there is one value, so `distinct` is at most 1 and `novel` never true. Count something else, or keep the signal by another key.",
  },
  unmetChallenge: {
    code: "EP3023",
    title: "challenge that no credential can meet",
    explanation:
      "The policy's identity sources verify no credential of the kind asked for, so the challenge is a block that does not say so. Add the source, or ask for what callers have.",
  },
  idleChallenge: {
    code: "EP3024",
    title: "challenge that a stolen key answers",
    explanation:
      "The condition looks for a key in the wrong hands, and asks for work or a nonce: whoever holds the key does that as well. Ask for `dpop`, `signature` or `mtls`, or refuse.",
  },
  cookieRead: {
    code: "EP3025",
    title: "cookie in a machine API",
    explanation:
      "Programs that prove themselves by a credential send no cookies, so the condition tells nothing about them. Read the client, its evidence or its behaviour.",
  },
  browserHeader: {
    code: "EP3026",
    title: "browser header in a machine API",
    explanation:
      "`Origin`, `Referer`, `Sec-Fetch-…` and client hints are sent by browsers, and any program can write them. In an API that identifies programs they neither prove nor exclude anything.",
  },
  agentAllowList: {
    code: "EP3027",
    title: "user agents as an allow list",
    explanation:
      "The rule refuses callers whose user agent is not a known one. A program writes any user agent it likes, so this refuses honest clients and nobody else.",
  },
  scriptCookie: {
    code: "EP3028",
    title: "cookie of a JavaScript challenge in a machine API",
    explanation:
      "The cookie is set by a script that only a browser runs. The policy identifies programs, which can never have it.",
  },
  writtenGrant: {
    code: "EP3029",
    title: "allow or exempt rests on what the caller writes",
    explanation:
      "Headers, cookies, query and body are the caller's own words. Whoever learns the value gets the same: ask for a client or for evidence as well.",
  },
  expiredClient: {
    code: "EP3030",
    title: "client past its end",
    explanation:
      "The inventory's `expires` of an active client has passed, so every request of it is refused. Prolong it, or set its status.",
  },
  expiredCredential: {
    code: "EP3031",
    title: "credential past its end",
    explanation: "The credential's `expires` has passed: it is refused. Replace it, and take it out.",
  },
  reviewOverdue: {
    code: "EP3032",
    title: "client is due for review",
    explanation:
      "The client's `review_by` has passed. Review what it may do and whether it is still needed, then set the next date.",
  },
  unusedScope: {
    code: "EP3033",
    title: "scope is granted and never used",
    explanation:
      "No route asks for the scope and no condition reads it, so holding it grants nothing here. Take it out, or protect what it was meant for.",
  },
  unboundedRoute: {
    code: "EP3034",
    title: "nothing bounds a granted route",
    explanation:
      "Clients are granted the route, and neither a limit nor a rule over a signal stands on it: a client, or a thief of its key, may send as much as it can.",
  },
  unmatchedRule: {
    code: "EP3035",
    title: "rule that no client of the inventory can match",
    explanation:
      "The condition holds for no client of the inventory, and for no caller without a client. It may have been written for a client that is gone, or hold a misspelt value.",
  },
  endedRollout: {
    code: "EP3036",
    title: "rollout entry has ended",
    explanation: "From its `until` on, the rule or limit is in shadow. Promote it, prolong it, or take it out.",
  },
  canaryNobody: {
    code: "EP3037",
    title: "canary of nobody",
    explanation: "A canary of 0% takes effect for no key; it is a shadow. Write `shadow`, or a share.",
  },
  canaryEverybody: {
    code: "EP3038",
    title: "canary of everybody",
    explanation: "A canary of 100% takes effect for every key. Write `on`, or a share.",
  },
  idleAllow: {
    code: "EP3039",
    title: "allow under `default allow`",
    explanation:
      "What no rule refuses is allowed anyway, and an `allow` overrides no refusal: the strictest verdict wins. To spare callers from a rule, write `exempt from`.",
  },
  refusesNothing: {
    code: "EP3040",
    title: "policy that restricts nothing",
    explanation:
      "Under `default allow`, none of the rules slows, challenges, throttles or blocks, and there is no limit.",
  },
  sameRule: {
    code: "EP3041",
    title: "rule does what another does",
    explanation: "Two rules hold for the same requests and do the same; the later one changes nothing.",
  },
  sameSignal: {
    code: "EP3042",
    title: "signal measures what another measures",
    explanation: "Two signals have one aggregate, condition, keys and window: the state is kept twice.",
  },
  idleExemption: {
    code: "EP3043",
    title: "exemption that never applies",
    explanation: "No request meets both the exempting rule and what it exempts from.",
  },
  testWithoutExpectation: {
    code: "EP3044",
    title: "test expects nothing",
    explanation: "A test without `expect` passes whatever the policy does.",
  },
  repeatedEntry: {
    code: "EP3045",
    title: "list entry is repeated",
    explanation: "The value stands in the list already.",
  },
  coveredEntry: {
    code: "EP3046",
    title: "list entry lies within another",
    explanation: "A network of the list contains this one, so it changes nothing.",
  },
  wholeInternet: {
    code: "EP3047",
    title: "network of all addresses",
    explanation: "A prefix of length 0 contains every address of its family, so the test tells nothing of the caller.",
  },
  trustsEveryone: {
    code: "EP3048",
    title: "every peer is trusted as a proxy",
    explanation:
      "Whoever connects can state any address as the caller's: networks, limits and bans by address mean nothing then. Name the proxies' own networks.",
  },
  plainPattern: {
    code: "EP3049",
    title: "regular expression without any pattern",
    explanation: "The expression matches fixed text, which a text test says more plainly and without escapes.",
  },
  idleWildcard: {
    code: "EP3050",
    title: "wildcard at the end of a search",
    explanation: "`matches` searches, so `.*` at the beginning or end of the expression changes nothing.",
  },
  everyText: {
    code: "EP3051",
    title: "text test that every text passes",
    explanation: "The expression, pattern or text is found in any text, even the empty one.",
  },
  plainLike: {
    code: "EP3052",
    title: "like without `*`",
    explanation: "Without `*` the whole text must be equal: write `==`.",
  },
  oneEntry: {
    code: "EP3053",
    title: "list of one value",
    explanation: "`in` with one value is an equality.",
  },
  comparedCondition: {
    code: "EP3054",
    title: "condition compared with `true` or `false`",
    explanation: "A condition stands for itself, and its opposite is `not`.",
  },
  doubleNegation: {
    code: "EP3055",
    title: "negation that has a word of its own",
    explanation: "`not has x` is `no x`, `not no x` is `has x`, and two `not` undo each other.",
  },
  costAboveLimit: {
    code: "EP3056",
    title: "request costs more than the limit holds",
    explanation: "The cost of one request is above what the limit admits at once, so every request is refused.",
  },
  wideBan: {
    code: "EP3057",
    title: "ban of a wide network",
    explanation:
      "One caller bans all addresses of a network as wide as a provider's. Keep bans by `client`, `ip` or `ip.network`.",
  },
  blockedAsThrottle: {
    code: "EP3058",
    title: "block that answers 429",
    explanation:
      "Status 429 tells a client to try again, and a block does not say when. `throttle` answers 429 with `Retry-After`.",
  },
  neverDoubles: {
    code: "EP3059",
    title: "ban that cannot double",
    explanation: "The longest length is the first one, so `doubling to` changes nothing.",
  },
  unreachedCase: {
    code: "EP3060",
    title: "case of a class is never taken",
    explanation: "A class takes the first case that holds, and whenever this one does, an earlier one holds too.",
  },
  endedWindow: {
    code: "EP3062",
    title: "window has ended",
    explanation: "The window's end has passed; it will not open again.",
  },
  repeatedRoute: {
    code: "EP3063",
    title: "route is named twice",
    explanation: "The route is in this list already, by itself or through a group.",
  },
  unmetEvidence: {
    code: "EP3064",
    title: "route asks for evidence that no source gives",
    explanation:
      "No identity source that is read on the route proves as much as its `min_evidence`, so `granted` is never true there.",
  },
  idleTerm: {
    code: "EP3065",
    title: "term of no points",
    explanation: "The term adds nothing to its score.",
  },
  shortMemory: {
    code: "EP3066",
    title: "no room for all clients",
    explanation:
      "State by client is kept for every client of the inventory, whatever strangers send. The policy's `memory` has no room for all of them, each with as much as it can have, so some can be dropped.",
  },
  literalParameter: {
    code: "EP3067",
    title: "segment is no parameter",
    explanation:
      "The segment is written as parameters are in other places, such as `:id`. In a pattern it is plain text, so the route fits paths with just these characters.",
  },
  testExpectation: {
    code: "EP3068",
    title: "expectation that no decision meets",
    explanation:
      "Only a `slow` delays, only a refusal names a retry, an `allow` is by nobody, and every verdict has its statuses: 200, 401 for a challenge, 429 for a throttle, 400 to 499 or 503 for a block. The test fails.",
  },
  hostText: {
    code: "EP3069",
    title: "text that no host has",
    explanation:
      "`host` is what the caller named, in lower case, without its port and without the dot at the end of a whole name, so a capital or a port is never in it.",
  },
  unseen: {
    code: "EP3070",
    title: "such requests never come here",
    explanation:
      "A request with an ambiguous path or a refused credential is answered before the rules, unless the policy says `ambiguous_paths allow` or `refused_credentials pass`. So a rule that asks for one never meets it. A signal counts refused credentials all the same.",
  },
  absentField: {
    code: "EP3071",
    title: "none of these routes has the field",
    explanation:
      "A path parameter or a field of the body is there on routes that declare it, and missing on all others. Where no route of a declaration has it, a signal counts nothing, and a condition sees what stands after `??`.",
  },
  targetText: {
    code: "EP3072",
    title: "text that no target has",
    explanation:
      "`path.raw`, `path.with_query` and `query.raw` are what the caller sent, still encoded. A blank ends the target in a request line, so within it is sent as `%20` or, in a query, as `+`.",
  },
  segmentText: {
    code: "EP3073",
    title: "text that no path parameter has",
    explanation:
      "A path parameter is a segment of the canonical path. Unreserved characters are decoded in it, and all others stay escaped, in upper case: `é` is `%C3%A9` there, and a slash ends it.",
  },
} as const;
