import { expect, test } from "vitest";
import type { ReplayPopulation } from "../../../../dsl/index.ts";
import { replayArrivals } from "../../../../simulator/populations/replay.ts";
import { stage } from "../../../helpers/scenarios.ts";

const BASE = {
  ...{ name: "p", span: { file: 0, start: 0, end: 0 }, clients: ["a", "b", "c"], networks: [], mix: [] },
  retries: "none",
} as const;
const POPULATION: ReplayPopulation = {
  ...BASE,
  model: "replay",
  file: "arrivals.csv",
  arrivals: Array.from({ length: 3000 }, (_, i) => i * i),
};

test("the clients' arrivals together are the recorded ones, about as many for each", () => {
  const each = BASE.clients.map((_, place) => {
    const arrivals = replayArrivals(POPULATION, place, 1, "s");
    const times: number[] = [];
    for (let at = arrivals.next(); at < Number.POSITIVE_INFINITY; at = arrivals.next()) times.push(at);
    return times;
  });
  expect(each.flat().toSorted((a, b) => a - b)).toEqual(POPULATION.arrivals);
  for (const times of each) expect(Math.abs(times.length - 1000)).toBeLessThan(100);
});

test("a scenario reads the file that it names", () => {
  const { scenario } = stage("", 'population p = replay "times.csv" { clients [alpha] mix thing 100% }', undefined, {
    "times.csv": "time\n1\n2.5\n",
  });
  expect(scenario.populations[0]).toMatchObject({ model: "replay", arrivals: [0, 1_500_000] });
});
