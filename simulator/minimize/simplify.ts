/** Makes the steps of a trace plainer, one thing at a time, for as long as it still fails. */
import type { TestAnswer } from "../../dsl/index.ts";
import { makeRequest, type Request } from "../../engine/index.ts";
import { SECOND } from "../clock.ts";
import type { TraceStep } from "./trace.ts";

/** Whether a trace still fails. */
export type Fails = (steps: readonly TraceStep[]) => boolean;

type Change = (steps: readonly TraceStep[]) => readonly TraceStep[];

const MILLISECOND = SECOND / 1_000;
/** What times are rounded down to, the roundest first. */
const ROUND: readonly number[] = [60 * SECOND, SECOND, SECOND / 10, SECOND / 100];
/** How much faster an even pace may be than the recorded one. */
const PACE_CHANGE = 0.1;
const CUTS: readonly number[] = [0, 1, 2, 3];

/** What no failure needs that the policy does not read, and is much to read in a test. */
const PLAIN_PROOF: readonly Change[] = [
  withRequests(() => ({ credential: null })),
  (each) => each.map((step) => (step.respond === null ? step : { ...step, respond: statusOnly(step.respond) })),
];

/** Only times, and what nothing reads of a credential or answer: all else about an attack is evidence that a better policy may use. */
export function roundTimes(steps: readonly TraceStep[], fails: Fails): readonly TraceStep[] {
  const paces = [...ROUND, MILLISECOND].flatMap((unit) => CUTS.map((cut) => evenlyBy(unit, cut)));
  return [...PLAIN_PROOF, fromZero, ...paces, ...ROUND.map(roundedTo)].reduce(keptWhere(fails), steps);
}

/** Times, and whatever of the requests and answers the failure does without. */
export function simplify(steps: readonly TraceStep[], fails: Fails): readonly TraceStep[] {
  const plain = makeRequest({});
  const changes: readonly Change[] = [
    allAlike,
    (each) => each.map((step) => ({ ...step, respond: null })),
    (each) =>
      each.map((step) => (step.respond === null ? step : { ...step, respond: { ...step.respond, afterMicros: 0 } })),
    withRequests(() => ({ headers: {}, host: "", facts: {} })),
    withRequests(() => ({ body: undefined, size: 0 })),
    withRequests(() => ({ ja4: plain.ja4, asn: plain.asn, country: plain.country })),
    withRequests(() => ({ scopes: null, claims: null })),
    withRequests(() => ({ evidence: null, passes: [] })),
    withRequests(({ path }) => ({ path: path.split("?")[0] ?? path })),
  ];
  return roundTimes(changes.reduce(keptWhere(fails), steps), fails);
}

function statusOnly({ status, afterMicros }: TestAnswer): TestAnswer {
  return { status, afterMicros };
}

function keptWhere(fails: Fails): (steps: readonly TraceStep[], change: Change) => readonly TraceStep[] {
  return (steps, change) => {
    const changed = change(steps);
    return JSON.stringify(changed) !== JSON.stringify(steps) && fails(changed) ? changed : steps;
  };
}

function withRequests(change: (request: Request) => Partial<Request>): Change {
  return (steps) => steps.map((step) => ({ ...step, request: { ...step.request, ...change(step.request) } }));
}

/** Every request is what the last one is. */
function allAlike(steps: readonly TraceStep[]): readonly TraceStep[] {
  const last = steps.at(-1);
  return last === undefined ? [] : steps.map((step) => ({ ...last, atMicros: step.atMicros }));
}

/** The first request at the start. */
function fromZero(steps: readonly TraceStep[]): readonly TraceStep[] {
  const first = steps[0]?.atMicros ?? 0;
  return steps.map((step) => ({ ...step, atMicros: step.atMicros - first }));
}

/**
 * At one pace, which is a multiple of `unit` and at most a tenth faster than the mean one. At this pace an earlier request may be the one
 * that is too much, instead of the last one: so the same is tried without the first `cut`.
 */
function evenlyBy(unit: number, cut: number): Change {
  return (steps) => {
    const pace = meanGap(steps);
    const every = Math.floor(pace / unit) * unit;
    if (steps.length < 3 + cut || every === 0 || pace - every > PACE_CHANGE * pace) return steps;
    const first = steps[0]?.atMicros ?? 0;
    return steps.slice(cut).map((step, index) => ({ ...step, atMicros: first + index * every }));
  };
}

/** Not to more than the mean gap: a test of honest traffic must not be denser than the traffic was. One pace stays one. */
function roundedTo(unit: number): Change {
  return (steps) => {
    if (unit > meanGap(steps) || isEven(steps)) return steps;
    return steps.map((step) => ({ ...step, atMicros: Math.floor(step.atMicros / unit) * unit }));
  };
}

function isEven(steps: readonly TraceStep[]): boolean {
  const [first, second] = steps.map(({ atMicros }) => atMicros);
  if (first === undefined || second === undefined || steps.length < 3) return false;
  return steps.every(({ atMicros }, index) => atMicros === first + index * (second - first));
}

function meanGap(steps: readonly TraceStep[]): number {
  return ((steps.at(-1)?.atMicros ?? 0) - (steps[0]?.atMicros ?? 0)) / Math.max(1, steps.length - 1);
}
