/**
 * Decisions a second: the example policy against the same policy by hand, in one process, on the same requests in the same
 * order, with the outcomes of sign-ins reported to both. The answers are compared before anything is timed.
 */
import type { Policy, PolicyEngine } from "../engine/index.ts";
import { createEngine } from "../engine/index.ts";
import { type Contestant, ratioInTurn, type Timing, timeInTurn } from "./measure.ts";
import { OrdersByHand } from "./orders-by-hand.ts";
import { type Arrival, ordersPolicy, ordersTraffic } from "./orders-traffic.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const SEED = 20_260_101;
/** So few arrivals that they stay in the processor's caches, as a request that just came in would be. */
const ARRIVALS = 8_192;
/** How often the arrivals are sent, the clock going on, while the answers are compared. */
const COMPARED = 16;
const FULL = { rounds: 200, warmUp: 40 };
const QUICK = { rounds: 3, warmUp: 1 };
/** 2026-01-01T00:00:00Z. */
const START_MICROS = Date.UTC(2026, 0, 1) * 1_000;

type Nanos = Omit<Timing, "name" | "samples">;

/** What the group measures. */
export interface DecisionFigures {
  readonly policy: string;
  readonly version: string;
  readonly arrivals: number;
  /** Answers while they were compared, by status and decider. */
  readonly verdicts: Readonly<Record<string, number>>;
  readonly rounds: number;
  /** Nanoseconds a decision. */
  readonly engine: Nanos;
  readonly byHand: Nanos;
  readonly ratio: number;
  /** The engine on the routes and the clients alone: what it takes to read a request, before any of its state. */
  readonly reading: Nanos;
}

export function benchDecisions(quick: boolean): BenchResult<DecisionFigures> {
  const { rounds, warmUp } = quick ? QUICK : FULL;
  const policy = ordersPolicy();
  const traffic = ordersTraffic(ARRIVALS, SEED);
  const verdicts = compareAnswers(policy, traffic, COMPARED);
  const contestants = [engineRun(policy, traffic), handRun(policy, traffic), engineRun(readingAlone(policy), traffic)];
  const [engine, hand, reading] = timeInTurn(contestants, rounds, warmUp);
  if (engine === undefined || hand === undefined || reading === undefined) throw new Error("nothing was timed");
  const ratio = ratioInTurn(engine, hand);
  return {
    name: "decisions",
    title: "decisions of the example policy, one core, 1,000 clients and 1,000 strangers",
    figures: {
      policy: policy.name,
      version: policy.version,
      arrivals: ARRIVALS,
      verdicts,
      rounds,
      engine: figuresOf(engine),
      byHand: figuresOf(hand),
      ratio,
      reading: figuresOf(reading),
    },
    table: table(
      ["", "ns a decision", "decisions/s", "best", "worst"],
      [
        row(engine),
        row(hand),
        row({ ...reading, name: "reading alone" }),
        ["engine ÷ by hand", `${ratio} ×`, "", "", ""],
      ],
    ),
  };
}

function figuresOf({ median, best, worst }: Timing): Nanos {
  return { median, best, worst };
}

function row({ name, median, best, worst }: Timing): readonly string[] {
  return [name, String(median), Math.round(1e9 / median).toLocaleString("en"), String(best), String(worst)];
}

/** The policy with nothing but its routes and its clients: address, path, route, client and its networks are read all the same. */
function readingAlone(policy: Policy): Policy {
  return { ...policy, signals: [], scores: [], limits: [], rules: [] };
}

/**
 * Sends the traffic through both so many times, the clock going on, and counts the answers by status and decider.
 *
 * @throws Naming the first request on which they differ.
 */
export function compareAnswers(
  policy: Policy,
  traffic: readonly Arrival[],
  passes: number,
): Readonly<Record<string, number>> {
  const engine = createEngine(policy);
  const hand = new OrdersByHand(policy);
  const counts: Record<string, number> = {};
  for (let pass = 0; pass < passes; pass++) {
    const base = START_MICROS + pass * spanOf(traffic);
    for (const [index, { request, afterMicros, outcome }] of traffic.entries()) {
      const now = base + afterMicros;
      const left = engine.decide(request, now);
      const right = hand.decide(request, now);
      const a = `${left.verdict} ${left.status} ${left.by} ${left.retryAfterMicros} ${left.shadows}`;
      const b = `${right.verdict} ${right.status} ${right.by} ${right.retryAfterMicros} ${right.shadows}`;
      if (a !== b)
        throw new Error(`request ${index} of pass ${pass}: engine ${a}, by hand ${b}: ${JSON.stringify(request)}`);
      const name = `${left.status} ${left.by ?? left.reason}`.trim();
      counts[name] = (counts[name] ?? 0) + 1;
      if (left.token !== 0) engine.observe(left.token, outcome, now);
      if (right.token !== 0) hand.observe(right.token, outcome, now);
    }
  }
  return counts;
}

function spanOf(traffic: readonly Arrival[]): number {
  return traffic.at(-1)?.afterMicros ?? 0;
}

/** Each run goes on where the one before ended, so that state is as full as in service. */
function engineRun(policy: Policy, traffic: readonly Arrival[]): Contestant {
  const engine: PolicyEngine = createEngine(policy);
  let base = START_MICROS;
  const run = (): number => {
    let sum = 0;
    for (const arrival of traffic) {
      const now = base + arrival.afterMicros;
      const record = engine.decide(arrival.request, now);
      sum += record.verdict;
      if (record.token !== 0) engine.observe(record.token, arrival.outcome, now);
    }
    base += spanOf(traffic);
    return sum;
  };
  return { name: "engine", steps: traffic.length, run };
}

function handRun(policy: Policy, traffic: readonly Arrival[]): Contestant {
  const hand = new OrdersByHand(policy);
  let base = START_MICROS;
  const run = (): number => {
    let sum = 0;
    for (const arrival of traffic) {
      const now = base + arrival.afterMicros;
      const decision = hand.decide(arrival.request, now);
      sum += decision.verdict;
      if (decision.token !== 0) hand.observe(decision.token, arrival.outcome, now);
    }
    base += spanOf(traffic);
    return sum;
  };
  return { name: "by hand", steps: traffic.length, run };
}
