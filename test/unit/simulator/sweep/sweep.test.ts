import { expect, test } from "vitest";
import { findLiteral, renderSweep, sweep, sweepJson, sweepValues } from "../../../../simulator/index.ts";
import { paintFor } from "../../../../simulator/report/format.ts";
import { STEADY, STUFFING } from "../../../helpers/scenarios.ts";
import { runsOf, variantsOf } from "../../../helpers/variants.ts";

const CLAUSES = `${STEADY}\n${STUFFING}\nexpect crowd.admitted < 60%\nexpect callers.harmed = 0`;
const variants = variantsOf("limit fair on all per client else ip.network allow 12 per 1m", CLAUSES);
const rate = findLiteral(variants.literals, "fair.rate");
const seeds = [1, 2, 3, 4, 5];
const { run } = runsOf(seeds);
const result = await sweep(variants, rate, sweepValues(rate, "3..192:4"), "s", run);

test("tries each value and the one that stands there, in order, on the same seeds", () => {
  expect(result).toMatchObject({ scenario: "s", seeds, literal: { name: "limit fair.rate", raw: "12" } });
  expect(result.points.map(({ text, current }) => `${text}${current ? " now" : ""}`)).toEqual([
    "3",
    "12 now",
    "48",
    "192",
  ]);
  const effects = result.points.map(({ effect }) => effect!);
  const admitted = effects.map((effect) => effect.admittedPercent!);
  const refused = effects.map((effect) => effect.refusedPercent);
  expect(admitted).toEqual(admitted.toSorted((a, b) => a - b));
  expect(refused).toEqual(refused.toSorted((a, b) => b - a));
  expect(effects[0]).toMatchObject({ held: false, failing: ["callers.harmed = 0"], harmedPercent: 100, harmed: 3 });
  expect(effects.at(-1)).toMatchObject({ held: false, failing: ["crowd.admitted < 60%"], harmedPercent: 0 });
});

test("compares each with the value that stands there, seed by seed", () => {
  const [tight] = result.points;
  const now = result.points.find(({ current }) => current);
  expect(tight!.change!.admittedPercent).toMatchObject({ differs: true, pairs: 5 });
  expect(tight!.change!.admittedPercent!.difference).toBeCloseTo(
    tight!.effect!.admittedPercent! - now!.effect!.admittedPercent!,
    0,
  );
  expect(now!.change!.admittedPercent).toMatchObject({ difference: 0, differs: false });
});

test("a value with which the policy does not check is told, and the others are tried", async () => {
  const values = [
    { text: "0", value: 0 },
    { text: "24", value: 24 },
  ];
  const { points } = await sweep(variants, rate, values, "s", run);
  expect(points[0]).toMatchObject({ text: "0", effect: null, change: null });
  expect(points[0]!.problem).not.toBe("");
  expect(points[2]!.effect).not.toBe(null);
  expect(renderSweep({ ...result, points }, variants.sources, paintFor(false))).toContain("does not check");
});

test("a scenario that is not there is an error", async () => {
  await expect(sweep(variants, rate, [], "nothing", run)).rejects.toThrow("there is no scenario `nothing`");
});

test("is a table and two curves, with the value that stands there marked", () => {
  const text = renderSweep(result, variants.sources, paintFor(false));
  expect(text).toMatch(/^limit fair\.rate, now 12 \(p\.edgepolicy:\d+:\d+\), in s over 5 seeds\n/);
  expect(text).toMatch(/\n {2}▲ +12 /);
  expect(text).toMatch(/\n +3 +12 .*\n +▲\n/);
  expect(text).toMatch(/ 3 +[\d.]+ %\* +[\d.]+ +100 % +[\d.]+ %\* +1 fail: callers\.harmed = 0/);
});

test("is plain data for machines", () => {
  const json = JSON.parse(JSON.stringify(sweepJson(result, variants.sources)));
  expect(json).toMatchObject({ schema: "edgepolicy.sweep/1", literal: { name: "limit fair.rate", current: "12" } });
  expect(json.points).toHaveLength(result.points.length);
});
