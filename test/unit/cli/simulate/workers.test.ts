/** How many threads a simulation takes where nobody says. */
import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { Arguments } from "../../../../cli/options.ts";
import { chooseWorkers } from "../../../../cli/simulate/workers.ts";
import { runSeed, ScenarioError } from "../../../../simulator/index.ts";
import { STEADY, type Staged, stage } from "../../../helpers/scenarios.ts";

/** As many as there are processors, but no more than seeds. */
const all = (seeds: number): number => Math.min(availableParallelism(), seeds);

/** 900 requests in five minutes, and 1,500,000. */
const SHORT = stage("", STEADY);
const LONG = stage("", STEADY.replace("1 per 1s", "5000 per 3s"));

function chosen({ policy, scenario }: Staged, seeds: number, times = 1, asked: string | null = null): number {
  const args = new Arguments([], new Map(asked === null ? [] : [["workers", [asked]]]));
  return chooseWorkers(args, policy, scenario, [...new Array(seeds).keys()], times);
}

test("what is asked for is taken, whatever there is to run", () => {
  expect(chosen(SHORT, 1, 1, "3")).toBe(3);
});

test("one seed has no use for more than one thread", () => {
  expect(chosen(LONG, 1)).toBe(1);
});

test("seeds that are done sooner than a thread has started stay on this one", () => {
  expect(chosen(SHORT, 4)).toBe(1);
});

test("long seeds have a processor each", () => {
  expect(chosen(LONG, 8)).toBe(all(8));
});

test("short ones too where they are run often enough", () => {
  expect(chosen(SHORT, 8, 1e6)).toBe(all(8));
});

test("a scenario of which nothing can be told stays on this thread, and says what is wrong when it is run", () => {
  const absurd = stage("", STEADY.replace("1 per 1s", "1000000 per 1s"));
  expect(() => runSeed(absurd.policy, absurd.scenario, 1)).toThrow(ScenarioError);
  expect(chosen(absurd, 8)).toBe(1);
});
