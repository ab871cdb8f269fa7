/**
 * Makes a trace that refutes a claim as short and as plain as it can, by leaving out and simplifying one thing at a time for as long as
 * it still refutes. fast-check has shrunk the plan before; here the trace itself is taken apart.
 */
import type { TestAnswer } from "../../dsl/index.ts";
import { makeRequest, memberAt, type Request } from "../../engine/index.ts";
import { START_MICROS } from "./choices.ts";
import { span, type Trace, type TraceStep } from "./trace.ts";

/** Traces that are tried. */
const MOST_TRIALS = 2_000;
const SECOND = 1_000_000;

/** Whether a trace still refutes the claim. */
export type Refutes = (trace: Trace) => boolean;

/** The smallest trace that was found; the given one must refute. */
export function minimizeTrace(trace: Trace, refutes: Refutes): Trace {
  const search = { best: trace, trials: 0 };
  const attempt = (candidate: Trace): boolean => {
    // What changes nothing would refute again and again, and the search never come to rest.
    if (search.trials >= MOST_TRIALS || isSame(candidate, search.best)) return false;
    search.trials++;
    if (!refutes(candidate)) return false;
    search.best = candidate;
    return true;
  };
  let before: Trace;
  do {
    before = search.best;
    dropSteps(() => search.best, attempt);
    fewerRepetitions(() => search.best, attempt);
    plainerSteps(() => search.best, attempt);
    mergeSteps(() => search.best, attempt);
  } while (search.best !== before && search.trials < MOST_TRIALS);
  return search.best;
}

type Current = () => Trace;
type Attempt = (candidate: Trace) => boolean;

/** Longer runs of steps first, so that many go with one trial. */
function dropSteps(current: Current, attempt: Attempt): void {
  for (let length = Math.max(1, current().steps.length >> 1); length >= 1; length >>= 1) {
    for (let at = current().steps.length - length; at >= 0; at--) {
      const { steps } = current();
      if (steps.length > length) attempt(withSteps(current(), [...steps.slice(0, at), ...steps.slice(at + length)]));
    }
  }
}

function fewerRepetitions(current: Current, attempt: Attempt): void {
  for (const at of current().steps.keys()) {
    let [least, most] = [1, current().steps[at]?.times ?? 1];
    while (least < most) {
      const middle = (least + most) >> 1;
      if (attempt(withStep(current(), at, { times: middle }))) most = middle;
      else least = middle + 1;
    }
  }
}

function plainerSteps(current: Current, attempt: Attempt): void {
  for (const at of current().steps.keys()) {
    for (const change of plainer(current().steps[at])) attempt(withStep(current(), at, change));
    for (const request of plainerRequests(current().steps[at]?.request)) {
      const now = current().steps[at]?.request;
      if (now !== undefined) attempt(withStep(current(), at, { request: request(now) }));
    }
  }
  const start = Math.floor(current().clockMicros / (24 * 3_600 * SECOND)) * 24 * 3_600 * SECOND;
  if (!attempt({ ...current(), clockMicros: START_MICROS }) && current().clockMicros !== START_MICROS)
    attempt({ ...current(), clockMicros: start });
}

function isSame(one: Trace, other: Trace): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Makes steps like the ones before them, and one step of those that are alike and come at one pace. */
function mergeSteps(current: Current, attempt: Attempt): void {
  for (let at = current().steps.length - 1; at >= 1; at--) {
    const [one, other] = current().steps.slice(at - 1, at + 1);
    if (one === undefined || other === undefined) continue;
    if (!isAlike(one, other)) attempt(withStep(current(), at, { request: one.request, respond: one.respond }));
    const merged = mergedStep(one, current().steps[at]);
    const { steps } = current();
    if (merged !== null) attempt(withSteps(current(), [...steps.slice(0, at - 1), merged, ...steps.slice(at + 1)]));
  }
}

function isAlike(one: TraceStep, other: TraceStep): boolean {
  return JSON.stringify([one.request, one.respond]) === JSON.stringify([other.request, other.respond]);
}

/** Both steps as one; null where they differ, or are not of one pace. */
function mergedStep(one: TraceStep, other: TraceStep | undefined): TraceStep | null {
  if (other === undefined || other.gap.kind !== "span" || !isAlike(one, other)) return null;
  const everyMicros = other.gap.micros;
  const isPaced = ({ times, everyMicros: own }: TraceStep): boolean => times === 1 || own === everyMicros;
  return isPaced(one) && isPaced(other) ? { ...one, times: one.times + other.times, everyMicros } : null;
}

function plainer(step: TraceStep | undefined): readonly Partial<TraceStep>[] {
  if (step === undefined) return [];
  const { gap, everyMicros, respond } = step;
  const micros = gap.kind === "span" ? gap.micros : 0;
  const gaps = [0, Math.floor(micros / SECOND) * SECOND].filter((each) => each < micros);
  const paces = [0, Math.floor(everyMicros / SECOND) * SECOND].filter((each) => each < everyMicros);
  return [
    ...gaps.map((each) => ({ gap: span(each) })),
    ...paces.map((each) => ({ everyMicros: each })),
    ...(respond === null ? [] : [{ respond: null }]),
    ...(respond === null || respond.afterMicros === 0 ? [] : [{ respond: { ...respond, afterMicros: 0 } }]),
    ...(respond === null ? [] : plainerAnswers(respond)),
  ];
}

/** The answer without each thing that it says besides its status. */
function plainerAnswers({ size, latencyMicros, headers, ...bare }: TestAnswer): readonly Partial<TraceStep>[] {
  const [ofSize, ofLatency] = [
    size === undefined ? {} : { size },
    latencyMicros === undefined ? {} : { latencyMicros },
  ];
  const ofHeaders = headers === undefined ? {} : { headers };
  const answers = [bare, { ...bare, ...ofSize, ...ofLatency }, { ...bare, ...ofSize, ...ofHeaders }];
  const said = [...answers, { ...bare, ...ofLatency, ...ofHeaders }];
  const parts = [size, latencyMicros, headers].filter((part) => part !== undefined).length;
  return parts === 0 ? [] : said.map((respond) => ({ respond }));
}

type Change = (request: Request) => Request;

/** Changes that leave something of a request out. */
function plainerRequests(request: Request | undefined): readonly Change[] {
  if (request === undefined) return [];
  const bare = makeRequest({});
  const fields = ["evidence", "identityError", "credential", "asn", "country", "ja4", "passes"] as const;
  const target = request.path.split("?");
  return [
    (each) => ({ ...each, scopes: null, claims: null }),
    (each) => ({ ...each, client: null, evidence: null }),
    (each) => (each.client === null ? { ...each, ip: "192.0.2.1" } : each),
    ...fields.map(
      (field): Change =>
        (each) => ({ ...each, [field]: bare[field] }),
    ),
    (each) => ({ ...each, size: bytesOf(each.body) }),
    (each) => withBody(each, undefined),
    ...membersOf(request.body).map(
      (name): Change =>
        (each) =>
          withBody(each, without(each.body, name)),
    ),
    ...membersOf(request.claims).map(
      (name): Change =>
        (each) => ({ ...each, claims: (without(each.claims, name) ?? {}) as Request["claims"] }),
    ),
    ...Object.keys(request.headers).map(
      (name): Change =>
        (each) => ({ ...each, headers: (without(each.headers, name) ?? {}) as Request["headers"] }),
    ),
    ...(target.length > 1 ? [(each: Request): Request => ({ ...each, path: target[0] ?? "/" })] : []),
  ];
}

/** With another body; a size that was declared, and is more than the body's, stays. */
function withBody(request: Request, body: unknown): Request {
  return { ...request, body, size: request.size > bytesOf(request.body) ? request.size : bytesOf(body) };
}

function bytesOf(body: unknown): number {
  return body === undefined ? 0 : Buffer.byteLength(JSON.stringify(body));
}

function membersOf(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

function without(value: unknown, name: string): unknown {
  const left = membersOf(value).filter((each) => each !== name);
  return left.length === 0 ? undefined : Object.fromEntries(left.map((each) => [each, memberAt(value, [each])]));
}

function withSteps(trace: Trace, steps: readonly TraceStep[]): Trace {
  return { ...trace, steps };
}

function withStep(trace: Trace, at: number, change: Partial<TraceStep>): Trace {
  return withSteps(
    trace,
    trace.steps.map((step, index) => (index === at ? { ...step, ...change } : step)),
  );
}
