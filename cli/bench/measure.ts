/** What an engine does with a policy on this machine: as it is, and with more rules. */
import type { Policy } from "../../engine/index.ts";
import { sampleRequests } from "../../simulator/index.ts";
import { ADDED_HEADER, withMoreRules } from "./more-rules.ts";
import { Runner } from "./runner.ts";

/** The policy with some rules added, or none. */
export interface Line {
  /** Its own and those added. */
  readonly rules: number;
  readonly compileMs: number;
  readonly decisionsPerSecond: number;
  /** Nanoseconds of single decisions. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
}

/** All that is measured. */
export interface Measured {
  readonly requests: number;
  /** How many of the requests got each verdict when they came first. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** First the policy as it is. */
  readonly lines: readonly Line[];
}

/** How much is measured. */
export interface Effort {
  /** How long each line is run, half of that for single decisions. Warming up takes half as long again. */
  readonly seconds: number;
  readonly seed: number;
  /** Rules added, for each line. The first is 0. */
  readonly added: readonly number[];
}

/** Requests that are decided again and again. */
const REQUESTS = 8_192;
/** Pieces in which the lines take turns, so that a machine that is slow for a while slows all of them. */
const TURNS = 10;

/**
 * Measures a policy.
 *
 * @param step - Called with how many of {@link stepsOf} are done, between two pieces of the work.
 */
export function measurePolicy(
  policy: Policy,
  { seconds, seed, added }: Effort,
  step: (done: number) => void,
): Measured {
  let done = 0;
  const one = <T>(result: T): T => {
    step(++done);
    return result;
  };
  const runners = added.map((count) => one(new Runner(withMoreRules(policy, count))));
  const headers = (runners[0]?.headers ?? []).filter((name) => name !== ADDED_HEADER);
  const samples = sampleRequests(policy, REQUESTS, seed, headers).map(({ request, outcome }, index) => ({
    request: { ...request, headers: { ...request.headers, [ADDED_HEADER]: String(valueOf(index, added)) } },
    outcome,
  }));
  const [verdicts = {}] = runners.map((runner) => one(runner.begin(samples)));
  for (const runner of runners) one(runFor(runner, seconds / 2, false));
  for (let turn = 0; turn < TURNS; turn++) for (const runner of runners) one(runFor(runner, seconds / TURNS, true));
  return { requests: samples.length, verdicts, lines: runners.map(lineOf) };
}

function runFor(runner: Runner, seconds: number, counted: boolean): void {
  runner.run(seconds / 2, counted);
  runner.timeEach(seconds / 2, counted);
}

/** How many pieces of work there are. */
export function stepsOf({ added }: Effort): number {
  return added.length * (TURNS + 3);
}

/** Another of the rules added for each request, spread over all of them. */
function valueOf(index: number, added: readonly number[]): number {
  const most = Math.max(1, ...added);
  // A step that shares no divisor with the powers of ten that are added, so that every value is met in time.
  return (index * 7_919) % most;
}

function lineOf(runner: Runner): Line {
  const [p50 = 0, p90 = 0, p99 = 0, p999 = 0] = runner.nanosAt([0.5, 0.9, 0.99, 0.999]);
  const compileMs = Math.round(runner.compileMs * 10) / 10;
  return {
    rules: runner.rules,
    compileMs,
    decisionsPerSecond: Math.round(runner.decisionsPerSecond),
    p50,
    p90,
    p99,
    p999,
  };
}
