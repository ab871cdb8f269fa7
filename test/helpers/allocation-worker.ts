/**
 * Counts what decisions allocate on the heap, in a process whose young generation is so large that it is never collected between two
 * looks at it: what it holds the second time and not the first is what was allocated, garbage included, to the byte. The figures
 * depend on no clock.
 *
 *     node --expose-gc --max-semi-space-size=128 … test/helpers/allocation-worker.ts [NAME …]
 *
 * `test/helpers/allocation.ts` starts it. With names, the cases whose names begin so; `--where` prints which functions allocate.
 */
import { Session } from "node:inspector/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { GCProfiler } from "node:v8";
import { ordersPolicy, ordersTraffic } from "../../bench/orders-traffic.ts";
import { createEngine, type Outcome, type Policy, type Request } from "../../engine/index.ts";
import { ALLOCATION_OUTCOMES, allocationCases, allocationRequests } from "./allocation-cases.ts";

/** What is printed for each case, as JSON a line. */
export interface Allocated {
  readonly name: string;
  readonly decisions: number;
  /** Bytes a decision, of the round with the least: what the just-in-time compiler leaves behind is in the first ones. */
  readonly bytes: number;
}

/** What is sent, again and again; the clock goes on by `spanMicros` each time. */
interface Traffic {
  readonly requests: readonly Request[];
  readonly outcomes: readonly Outcome[];
  readonly afterMicros: readonly number[];
  readonly spanMicros: number;
}

const ORDERS = "the orders example";
const START_MICROS = Date.UTC(2026, 0, 1) * 1_000;
/** Bytes a decision that are as good as none. */
const ENOUGH = 0.05;
/** So many rounds that differ by less than half a byte are the steady state. */
const ALIKE = 12;

/** Times of a whole round, made before it: a number that a caller has computed just now would be the caller's allocation. */
class Round {
  private readonly times: unknown[];
  private base = START_MICROS;
  private readonly traffic: Traffic;

  constructor(traffic: Traffic, decisions: number) {
    this.traffic = traffic;
    // A text among them keeps the numbers boxed, once.
    this.times = Array.from({ length: decisions }, (): unknown => "");
  }

  prepare(): void {
    const { times, traffic } = this;
    const { afterMicros, spanMicros } = traffic;
    for (let index = 0; index < times.length; index++) {
      const at = index % afterMicros.length;
      times[index] = this.base + afterMicros[at]!;
      if (at === afterMicros.length - 1) this.base += spanMicros;
    }
  }

  send(engine: ReturnType<typeof createEngine>): number {
    const { requests, outcomes } = this.traffic;
    const { times } = this;
    let sum = 0;
    for (let index = 0, at = 0; index < times.length; index++) {
      const now = times[index] as number;
      const record = engine.decide(requests[at]!, now);
      sum += record.verdict + record.status;
      if (record.token !== 0) engine.observe(record.token, outcomes[at]!, now);
      at = at + 1 === requests.length ? 0 : at + 1;
    }
    return sum;
  }
}

/** Empties the young generation. */
function collect(): void {
  if (globalThis.gc === undefined) throw new Error("start it by test/helpers/allocation.ts");
  globalThis.gc({ type: "minor" });
}

/** Rounds until one allocates next to nothing, or as much as those before it, and at most so many. */
function measure(
  name: string,
  policy: Policy,
  traffic: Traffic,
  { decisions, rounds }: { readonly decisions: number; readonly rounds: number },
): Allocated {
  const engine = createEngine(policy, { pendingOutcomes: 4_096 });
  const round = new Round(traffic, decisions);
  let least = Infinity;
  let alike = 0;
  for (let index = 0; index < rounds && least > ENOUGH && alike < ALIKE; index++) {
    round.prepare();
    collect();
    const profiler = new GCProfiler();
    profiler.start();
    const before = process.memoryUsage().heapUsed;
    round.send(engine);
    const after = process.memoryUsage().heapUsed;
    // A round with a collection in it says nothing.
    if (profiler.stop().statistics.length > 0) continue;
    const bytes = Math.max(0, (after - before) / decisions);
    alike = Math.abs(bytes - least) < 0.5 ? alike + 1 : 0;
    least = Math.min(least, bytes);
  }
  return { name, decisions, bytes: Number(least.toFixed(2)) };
}

/** The functions that allocate, by V8's sampling profiler, the most first. */
async function where(policy: Policy, traffic: Traffic, decisions: number): Promise<readonly string[]> {
  const engine = createEngine(policy, { pendingOutcomes: 4_096 });
  const round = new Round(traffic, decisions);
  for (let index = 0; index < 4; index++) {
    round.prepare();
    round.send(engine);
  }
  round.prepare();
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 256,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  round.send(engine);
  const { profile } = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  const sizes = new Map<string, number>();
  const visit = (node: typeof profile.head): void => {
    const { functionName, url, lineNumber } = node.callFrame;
    const place = `${functionName} ${url.replace(/^.*\/(?=(?:engine|test|bench)\/)/, "")}:${lineNumber + 1}`;
    if (node.selfSize > 0) sizes.set(place, (sizes.get(place) ?? 0) + node.selfSize);
    node.children.forEach(visit);
  };
  visit(profile.head);
  const sorted = [...sizes].sort((left, right) => right[1] - left[1]).slice(0, 12);
  return sorted.map(([place, size]) => `  ${(size / decisions).toFixed(2)} bytes  ${place}`);
}

function ordersOf(): Traffic {
  const arrivals = ordersTraffic(8_192, 20_260_101);
  return {
    requests: arrivals.map(({ request }) => request),
    outcomes: arrivals.map(({ outcome }) => outcome),
    afterMicros: arrivals.map(({ afterMicros }) => afterMicros),
    spanMicros: arrivals.at(-1)?.afterMicros ?? 0,
  };
}

function casesTraffic(unlike: Partial<Request>): Traffic {
  const requests = allocationRequests(256, unlike);
  return {
    requests,
    outcomes: requests.map((_, index) => ALLOCATION_OUTCOMES[index % ALLOCATION_OUTCOMES.length] as Outcome),
    afterMicros: requests.map((_, index) => 500 * index),
    spanMicros: 500 * requests.length,
  };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { where: { type: "boolean", default: false } },
  });
  const wanted = (name: string): boolean =>
    positionals.length === 0 || positionals.some((each) => name.startsWith(each));
  const say = async (
    name: string,
    policy: Policy,
    traffic: Traffic,
    decisions: number,
    rounds: number,
  ): Promise<void> => {
    console.log(JSON.stringify(measure(name, policy, traffic, { decisions, rounds })));
    if (values.where) console.log((await where(policy, traffic, Math.min(decisions, 100_000))).join("\n"));
  };
  if (wanted(ORDERS)) await say(ORDERS, ordersPolicy(), ordersOf(), 1_000_000, 4);
  for (const { name, policy, unlike } of allocationCases())
    if (wanted(name)) await say(name, policy, casesTraffic(unlike), 5_000, 16);
}

await main();
