/**
 * Simulating: virtual requests a second on one thread, for the example scenario and some of the attacks. The engine's decisions and the
 * counting are in it; loading the policy is not.
 */
import { loadPolicy, nodeFiles } from "../dsl/index.ts";
import { runScenario } from "../simulator/index.ts";
import { type Contestant, timeInTurn } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const FULL = { seeds: 5, rounds: 7, warmUp: 2 };
const QUICK = { seeds: 1, rounds: 1, warmUp: 0 };
const SCENARIOS: readonly string[] = [
  "orders/orders",
  "attacks/credential-stuffing",
  "attacks/scraping",
  "attacks/flood",
  "attacks/vulnerability-scan",
];

interface Row {
  readonly example: string;
  readonly requests: number;
  readonly medianNanos: number;
  readonly bestNanos: number;
  readonly requestsASecond: number;
}

/** What the group measures. */
interface SimulateFigures {
  readonly seeds: number;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

export function benchSimulate(quick: boolean): BenchResult<SimulateFigures> {
  const { seeds, rounds, warmUp } = quick ? QUICK : FULL;
  const contestants = SCENARIOS.map((example) => simulating(example, seeds));
  const rows = timeInTurn(contestants, rounds, warmUp).map(({ name, median, best }, i) => ({
    ...{ example: name, requests: contestants[i]?.steps ?? 0, medianNanos: median, bestNanos: best },
    requestsASecond: Math.round(1e9 / median),
  }));
  return {
    name: "simulate",
    title: `simulated traffic, ${seeds} seeds on one thread`,
    figures: { seeds, rounds, rows },
    table: table(
      ["example", "requests", "ns a request", "best", "requests/s"],
      rows.map(({ example, requests, medianNanos, bestNanos, requestsASecond }) => [
        example,
        requests.toLocaleString("en"),
        String(medianNanos),
        String(bestNanos),
        requestsASecond.toLocaleString("en"),
      ]),
    ),
  };
}

/** The first scenario of an example, over the same seeds each time. */
function simulating(example: string, seeds: number): Contestant {
  const path = new URL(`../examples/${example}.edgepolicy`, import.meta.url).pathname;
  const { policy, scenarios } = loadPolicy(path, nodeFiles);
  const [scenario] = scenarios;
  if (policy === null || scenario === undefined) throw new Error(`${path} has no scenario to run`);
  const options = { seeds: Array.from({ length: seeds }, (_, i) => i + 1) };
  const { requests, decisionsHash } = runScenario(policy, scenario, options);
  const run = (): number => {
    const result = runScenario(policy, scenario, options);
    if (result.decisionsHash !== decisionsHash) throw new Error(`${example} did not give the same decisions again`);
    return result.requests;
  };
  return { name: example, steps: requests, run };
}
