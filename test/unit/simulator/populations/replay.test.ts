import { expect, test } from "vitest";
import type { ReplayPopulation } from "../../../../dsl/index.ts";
import { dealArrivals, replayArrivals } from "../../../../simulator/populations/replay.ts";
import { renderPage } from "../../../../simulator/html-report/page.ts";
import { renderScenario, runScenario, scenarioJson } from "../../../../simulator/index.ts";
import { STEADY, stage } from "../../../helpers/scenarios.ts";

const BASE = {
  ...{ name: "p", span: { file: 0, start: 0, end: 0 }, clients: ["a", "b", "c"], networks: [], mix: [] },
  retries: "none",
  joinsMicros: 0,
} as const;
const POPULATION: ReplayPopulation = {
  ...BASE,
  model: "replay",
  file: "arrivals.csv",
  arrivals: Array.from({ length: 3000 }, (_, i) => i * i),
};

test("the clients' arrivals together are the recorded ones, about as many for each", () => {
  const each = dealArrivals(POPULATION, 1, "s").map((dealt) => {
    const arrivals = replayArrivals(dealt);
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

const CUT = 'population p = replay "times.csv" { clients [alpha] mix thing 100% }';

test("the arrivals after the end of a run are counted, in the result, the text and the page", () => {
  const { policy, scenario } = stage("", CUT, undefined, { "times.csv": "1\n2.5\n100000 late\n200000 late" });
  const result = runScenario(policy, scenario, { seeds: [1] });
  expect(scenarioJson(result).populations[0]).toMatchObject({ requests: 2, recorded: { arrivals: 4, late: 2 } });
  const says = "2 of 4 recorded arrivals come after the end of the run and are left out";
  expect(renderScenario(result, { file: "p.edgepolicy", color: false })).toContain(says);
  expect(renderPage({ policy, file: "p", version: "0", scenarios: [{ scenario, result }] })).toContain(says);
});

test("of a recording that the run has room for, nothing is said, nor of other populations", () => {
  const { policy, scenario } = stage("", `${CUT} ${STEADY}`, undefined, { "times.csv": "1\n2.5" });
  const result = runScenario(policy, scenario, { seeds: [1] });
  expect(result.populations.map(({ recorded }) => recorded)).toEqual([{ arrivals: 2, late: 0 }, undefined]);
  expect(renderScenario(result, { file: "p.edgepolicy", color: false })).not.toContain("left out");
});
