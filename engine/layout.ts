/**
 * The numbers that the program's tables are written in. A slot is a place in the context for one value of a request, read
 * at most once; a condition is an atom (a test of slots) or a combination of conditions, settled at most once.
 */

/** Where a slot's value comes from. */
export const SlotOp = {
  constant: 0,
  method: 1,
  host: 2,
  path: 3,
  rawPath: 4,
  ambiguous: 5,
  routeIndex: 6,
  routeName: 7,
  parameter: 8,
  body: 9,
  query: 10,
  header: 11,
  cookie: 12,
  queryCount: 13,
  headerCount: 14,
  bodySize: 15,
  ip: 16,
  ipNetwork: 17,
  asn: 18,
  country: 19,
  ja4: 20,
  clientId: 21,
  clientKind: 22,
  clientStatus: 23,
  clientTeam: 24,
  clientAccountable: 25,
  clientEnvironment: 26,
  clientPlan: 27,
  clientTags: 28,
  clientOperations: 29,
  clientScopes: 30,
  clientNetworks: 31,
  clientRate: 32,
  clientExpires: 33,
  clientReviewBy: 34,
  clientLabel: 35,
  clientExpect: 36,
  evidence: 37,
  identityError: 38,
  credentialId: 39,
  credentialAge: 40,
  credentialExpiresIn: 41,
  tokenScopes: 42,
  tokenClaim: 43,
  granted: 44,
  now: 45,
  hour: 46,
  weekday: 47,
  responseStatus: 48,
  responseSize: 49,
  responseLatency: 50,
  responseHeader: 51,
  served: 52,
  fact: 53,
  tokenField: 54,
  inWindow: 55,
  /** The query as received, and the whole target. */
  rawQuery: 56,
  target: 57,
  /** First present of the slots in its list. */
  first: 58,
  add: 59,
  subtract: 60,
  multiply: 61,
  ratio: 62,
  /** Rank in `EVIDENCE` of the text in its slot. */
  evidenceRank: 63,
  /** 1 where its condition holds, else 0. */
  condition: 64,
  signal: 65,
  score: 66,
  /** Copy of the slot beside the first condition of its list that holds, or of the last slot of the list. */
  cases: 67,
  /** Copy of the slot that a table has for the value of its slot. */
  lookup: 68,
  /** How much of a limit the request's key has used, in percent. */
  used: 69,
} as const;

/** What a slot's value is. Booleans are held as the numbers 0 and 1; addresses and networks as words. */
export const ValueKind = { number: 0, bool: 1, text: 2, ip: 3, network: 4, set: 5, rate: 6 } as const;

/** What a condition tests. `a` and `b` are slots or indices of constants, as each line says. */
export const TestOp = {
  /**
   * All literals of the list from a to b. "Any" is the negation of all the negations, so that equal conditions meet in one
   * form whichever way they are written.
   */
  all: 0,
  /** Boolean slot a. */
  isTrue: 1,
  /** Slot a has a value. */
  present: 2,
  /** Number in slot a equals, is less than, is at most constant b. */
  equals: 3,
  less: 4,
  atMost: 5,
  /** Number in slot a is in number set b. */
  inNumbers: 6,
  /** Text in slot a is text b, is in text set b. */
  textEquals: 7,
  inTexts: 8,
  /** Text in slot a starts with, ends with, contains text b; fits glob b; is matched by pattern b. */
  startsWith: 9,
  endsWith: 10,
  contains: 11,
  like: 12,
  matches: 13,
  /** Address or network in slot a equals constant b; lies in a network of table b. */
  addressEquals: 14,
  inNetworks: 15,
  /** The values in slots a and b: equal, less, at most. */
  sameNumber: 16,
  numberLess: 17,
  numberAtMost: 18,
  sameText: 19,
  sameAddress: 20,
  /** Address or network in slot a lies in the network in slot b. */
  inNetwork: 21,
  /** Value of slot a is in the set in slot b; lies in a network of that set. */
  inSet: 22,
  inNetworkSet: 23,
  /** Any, all members of the set in slot a are in constant set b; lie in a network of table b. */
  anyInConstant: 24,
  allInConstant: 25,
  anyInTable: 26,
  allInTable: 27,
  /** Any, all members of the set in slot a are in the set in slot b; lie in a network of it. */
  anyInSet: 28,
  allInSet: 29,
  anyInNetworkSet: 30,
  allInNetworkSet: 31,
} as const;

/** How a dispatcher of the index finds the nodes that a request goes to. */
export const DispatchKind = {
  /** Route index: one look-up in an array. */
  route: 0,
  /** Number or text: one look-up in a hash table. */
  number: 1,
  text: 2,
  /** Address: every network of a table that holds it. */
  network: 3,
  /** Text: every listed prefix, suffix of it. */
  prefix: 4,
  suffix: 5,
  /** Number: every listed range that holds it. */
  range: 6,
  /** Members of a set: one look-up each. */
  member: 7,
  /** Text: every listed text that it contains; the same with letters of ASCII in either case. */
  contained: 8,
  containedFolded: 9,
  /** Several slots at once: bit vectors, which find entries and not nodes. */
  vectors: 10,
} as const;

/** Kinds of declaration that conditions belong to, in the order in which a decision asks them. */
export const Phase = { signal: 0, term: 1, rule: 2, limit: 3 } as const;

/**
 * What a condition reads, as bits; what has none is a pure fact of the request and can be indexed. State is late where the
 * decision that reads it may change it itself, after its rules.
 */
export const Level = { state: 1, outcome: 2, served: 4, late: 8 } as const;
