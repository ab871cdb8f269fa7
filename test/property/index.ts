/**
 * The properties that the suite holds, by number, and where: the file and the title of a test. What the project cannot have says why
 * instead. `index.test.ts` holds that every test named here is there.
 */

/** A test: its file below `test/`, and a part of its title. */
export type Place = readonly [file: string, title: string];

/** One property. */
export interface Held {
  readonly number: number;
  readonly property: string;
  readonly places: readonly Place[];
  /** What of it does not apply, or is held elsewhere, and why. */
  readonly remark?: string;
}

/** All thirty. */
export const PROPERTIES: readonly Held[] = [
  {
    number: 1,
    property: "N per D burst B admits at most B + ⌈W·N/D⌉ − 1 in any half-open window W",
    places: [
      ["property/limit-bounds.test.ts", "no window admits more than B + ⌈W·N/D⌉ − 1"],
      ["property/limit-bounds.test.ts", "the bound is reached"],
      ["property/limit-oracle.test.ts", "N per D burst B: no window W holds more"],
    ],
  },
  {
    number: 2,
    property:
      "exact admits at most N in any window D, a calendar quota at most N in a unit, leases at most N in flight",
    places: [
      ["property/limit-guarantees.test.ts", "no window of length D holds more than N"],
      ["property/limit-oracle.test.ts", "exact: admitted is what keeps every window D at N"],
      ["property/limit-oracle.test.ts", "calendar: admitted is what keeps every unit at N"],
      ["property/limit-amounts.test.ts", "leases never let more than N be in flight"],
    ],
    remark: "explain prints no bound to compare with; the fixed window is the calendar quota",
  },
  {
    number: 3,
    property: "a caller that keeps to N in every window D is never refused by N per D (B ≥ N), exact, or a quota",
    places: [
      ["property/limit-bounds.test.ts", "a caller that sends at most N in every window D is never refused where B ≥ N"],
      ["property/limit-guarantees.test.ts", "a caller that sends at most N in every window D is never refused"],
      ["property/limit-oracle.test.ts", "nothing that every window D has room for is refused"],
    ],
    remark: "there is no sliding counter among the limits",
  },
  {
    number: 4,
    property: "a looser limit never lowers how many of the first n are admitted",
    places: [["property/limit-monotonicity.test.ts", "a larger burst or rate never lowers"]],
  },
  {
    number: 5,
    property: "without one arrival, as many or one more of the others are admitted",
    places: [["property/limit-monotonicity.test.ts", "without one request, as many or one more"]],
  },
  {
    number: 6,
    property: "requests that are refused change no limit",
    places: [["property/limit-neutrality.test.ts", "requests that are refused change nothing for the others"]],
    remark: "no limit counts what it refuses",
  },
  {
    number: 7,
    property: "the decisions for a key are those of its requests alone",
    places: [["property/key-isolation.test.ts", "the decisions for a key are those of its requests alone"]],
  },
  {
    number: 8,
    property: "requests of different keys at one time may come in either order",
    places: [["property/key-isolation.test.ts", "requests of different keys at one time may come in either order"]],
  },
  {
    number: 9,
    property: "moving all times by as much changes nothing (calendar: by whole units)",
    places: [
      ["property/limit-neutrality.test.ts", "moving all times by as much changes nothing"],
      ["property/limit-invariance.test.ts", "exact: moving all times, or stretching them"],
      ["property/limit-invariance.test.ts", "calendar: moving all times by whole days"],
    ],
  },
  {
    number: 10,
    property: "stretching all times and the rate by as much changes nothing",
    places: [
      ["property/limit-neutrality.test.ts", "stretching all times and the rate by as much changes nothing"],
      ["property/limit-invariance.test.ts", "exact: moving all times, or stretching them"],
    ],
  },
  {
    number: 11,
    property:
      "all bounds hold, and all numbers are exact, while the clock steps back, stands, jumps by years and nears 2^53",
    places: [
      ["property/limit-bounds.test.ts", "the bound holds while the clock steps back, jumps and stands still"],
      ["property/limit-precision.test.ts", "remaining says how many more units are admitted now"],
      ["property/limit-precision.test.ts", "a refused request is admitted after retryAfter"],
      ["property/limit-oracle.test.ts", "exact: admitted is what keeps every window D at N"],
    ],
    remark: "the engine's clock never runs back, so no skew has to be added to a bound",
  },
  {
    number: 12,
    property:
      "a cost of c is c requests at one instant, all or nothing; more than the burst is refused and takes nothing",
    places: [
      ["property/limit-neutrality.test.ts", "a request of cost c is c requests at one instant"],
      ["property/limit-neutrality.test.ts", "a request that costs more than the burst is refused"],
    ],
    remark: "a cost below one is one",
  },
  {
    number: 13,
    property: "if one of several limits refuses, none is charged",
    places: [["property/limit-neutrality.test.ts", "if one of several limits refuses, none is charged"]],
  },
  {
    number: 14,
    property: "dropping what is equal to fresh changes no decision, and nothing else goes before it",
    places: [
      ["property/memory.test.ts", "keys that come in waves are answered as if nothing were ever dropped"],
      ["unit/engine/state/table.test.ts", "drops what is equal to fresh before anything else"],
    ],
  },
  {
    number: 15,
    property: "readings, explanations and shadow declarations change no later decision",
    places: [
      ["property/purity.test.ts", "readings, needs and route choice change no decision"],
      ["property/explain.test.ts", "explaining decides and keeps state as both engines do"],
      ["property/explain.test.ts", "a fork goes its own way"],
    ],
  },
  {
    number: 16,
    property: "the compiled engine is the reference: every decision and all state, on every trace",
    places: [
      ["property/compiled-equals-reference.test.ts", "every decision and every reading of every trace is the same"],
      ["property/state-agrees.test.ts", "signals and limits read and answer the same"],
      ["property/texts-agree.test.ts", "every decision and every reading is the same"],
    ],
  },
  {
    number: 17,
    property: "formatting is idempotent, keeps the syntax tree and what the policy means",
    places: [
      ["property/formatting.test.ts", "is idempotent and keeps meaning and comments"],
      ["property/formatting-keeps-policy.test.ts", "every case's policy, whatever its white space and comments"],
    ],
  },
  {
    number: 18,
    property: "comments, white space, names of lets and spellings of literals change nothing",
    places: [
      ["property/spelling.test.ts", "the spelling of literals and the names of lets change nothing"],
      ["property/formatting.test.ts", "is and does so whatever the white space"],
    ],
  },
  {
    number: 19,
    property: "one source gives one program",
    places: [
      ["property/spelling.test.ts", "a policy compiles to the same program every time"],
      ["unit/dsl/bundle.test.ts", "is the same for the same policy"],
    ],
    remark: "there is one level of optimisation beside the reference (16)",
  },
  {
    number: 20,
    property: "the order of rules and limits decides ties alone",
    places: [["property/rule-order.test.ts", "rules and limits in another order give the same verdicts"]],
  },
  {
    number: 21,
    property: "what the analyser says never happens does not happen",
    places: [
      ["property/lints-sound.test.ts", "what a lint says never happens does not happen"],
      ["property/matrix-sound.test.ts", "no request contradicts its cell"],
    ],
    remark: "a rule that no lint names is not claimed to be live, so there is no witness to ask for",
  },
  {
    number: 22,
    property: "any text ends in a policy or in located errors, in time that grows with its length alone",
    places: [
      ["property/parsing.test.ts", "the parser returns"],
      ["property/parsing.test.ts", "effort grows with the length alone"],
      ["property/load-policy.test.ts", "returns for every mutated policy"],
    ],
  },
  {
    number: 23,
    property: "a policy that compiles never raises an error on a request",
    places: [
      ["property/compiled-equals-reference.test.ts", "every decision and every reading of every trace is the same"],
      ["property/generators-reach.test.ts", "conditions of every kind hold and fail"],
      ["unit/engine/hostile.test.ts", "a hostile request is decided, by both engines alike"],
      ["unit/engine/linear.test.ts", "the characters looked at grow as the request does"],
    ],
    remark: "a throw of either engine fails the first of these on the trace that raised it",
  },
  {
    number: 24,
    property: "a missing attribute never decides by accident",
    places: [
      ["conformance/missing.json", "missing-read-without-guard"],
      ["conformance/missing.json", "missing-key-must-be-answered"],
    ],
    remark:
      "held by the language: an attribute that can be missing is read only where the policy says what then, else it does not compile (cases of conformance/missing.json)",
  },
  {
    number: 25,
    property: "reloading the same policy at any point changes no decision",
    places: [["property/reload.test.ts", "reloading the same policy between any requests changes no decision"]],
  },
  {
    number: 26,
    property: "editing one limit leaves every other bit for bit; a request sees one version",
    places: [["property/reload.test.ts", "editing one limit leaves every other limit and signal bit for bit"]],
    remark:
      "decide is synchronous, so no request can see two versions; refused reloads are the server's (unit/server/reload.test.ts)",
  },
  {
    number: 27,
    property: "a restored snapshot goes on as the engine it was taken of",
    places: [["property/snapshots.test.ts", "an engine that takes a snapshot up decides as the one that goes on"]],
  },
  {
    number: 28,
    property: "a scenario's run is a function of policy, scenario and seed, on both engines",
    places: [
      ["property/simulator.test.ts", "a run is a function of policy, scenario and seed"],
      ["unit/simulator/run-scenario.test.ts", "the same inputs give the same bytes"],
    ],
    remark: "that the server decides as the simulator is the server's to show: both call the same engine",
  },
  {
    number: 29,
    property: "no await stands between asking a limit and charging it; an outcome counts once",
    places: [
      ["property/limit-amounts.test.ts", "what a refund gives back can be used again, once"],
      ["unit/engine/outcomes.test.ts", "an outcome frees its own lease, once"],
    ],
    remark: "decide and observe are synchronous: identity is resolved before, and there is no gap to race in",
  },
  {
    number: 30,
    property: "the shipped scenarios meet their expectations over thirty seeds, and their inverse controls hold",
    places: [
      ["unit/simulator/orders-example.test.ts", "every expectation holds over thirty seeds"],
      ["unit/simulator/orders-example.test.ts", "stops nothing of the attack and troubles partners"],
    ],
  },
];

/** What is not so, each with a test that shows it. */
export const NOT_PROMISED: readonly Place[] = [
  ["property/limit-monotonicity.test.ts", "not promised: a faster rate admits what a slower one did"],
  ["property/limit-monotonicity.test.ts", "not promised: a looser limit in front lets more through"],
  ["property/limit-monotonicity.test.ts", "not promised: a rule that blocks one request leaves later requests"],
  ["property/rule-order.test.ts", "not promised: a restriction added leaves a stricter refusal"],
  ["property/limit-invariance.test.ts", "not promised: moving times by less than a unit"],
  ["property/limit-invariance.test.ts", "not promised: a count falls event by event"],
  ["property/limit-invariance.test.ts", "not promised: the same trace moved within a sixteenth"],
];
