import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { START_MICROS } from "../../../../simulator/clock.ts";
import { runSeed } from "../../../../simulator/run.ts";
import { stage, textOf } from "../../../helpers/scenarios.ts";

const MINUTE = 60_000_000;
const ALL = "clients [alpha, beta, gamma]";

/** Times since the start at which each client sends. */
function sentBy(clauses: string, seed: number): ReadonlyMap<string, readonly number[]> {
  const { policy, scenario } = stage("", clauses);
  const sent = new Map<string, number[]>();
  runSeed(policy, scenario, seed, {
    onDecision: ({ atMicros, request: { client } }) => {
      sent.set(client ?? "", [...(sent.get(client ?? "") ?? []), atMicros - START_MICROS]);
    },
  });
  return sent;
}

test.each([
  ["steady", "rate 1 per 1s each"],
  ["cron", "every 5s burst 2"],
  ["bursty", "rate 2 per 1s each"],
])("each client of a %s population sends what it would, less what is before it joins", (model, pace) => {
  const population = (joins: string): string => `population p = ${model} { ${ALL} ${pace} ${joins} mix thing 100% }`;
  const firsts: number[] = [];
  for (let seed = 1; seed <= 20; seed++) {
    const [all, some] = [sentBy(population(""), seed), sentBy(population("joins 4m"), seed)];
    for (const [client, times] of all) {
      const joined = some.get(client) ?? [];
      expect(joined).toEqual(times.slice(times.length - joined.length));
      firsts.push(joined[0] ?? 0);
    }
  }
  expect(Math.max(...firsts)).toBeLessThan(5 * MINUTE);
  // Sixty moments, alike over four minutes: their mean is two, give or take a sixth.
  const mean = firsts.reduce((a, b) => a + b) / firsts.length / MINUTE;
  expect(mean).toBeGreaterThan(1.5);
  expect(mean).toBeLessThan(2.5);
});

test("who joins shifts no other population", () => {
  const others = `population p = steady { clients [alpha] rate 1 per 1s each mix thing 100% }`;
  const joining = (joins: string): string =>
    `${others}\npopulation q = steady { clients [beta] rate 1 per 1s each ${joins} mix thing 100% }`;
  expect(sentBy(joining("joins 4m"), 1).get("alpha")).toEqual(sentBy(joining(""), 1).get("alpha"));
});

test.each([
  ["steady { CLIENTS rate 1 per 1s joins 6m mix thing 100% }", "its clients join within the run, which lasts 5m"],
  ["steady { CLIENTS rate 1 per 1s joins 3 mix thing 100% }", "`joins` takes a duration longer than nothing"],
  ["batch { CLIENTS rate 1 per 1s joins 1m mix thing 100% }", "`batch` has no clause `joins`"],
])("is refused where it means nothing: %s", (population, message) => {
  const { text, files } = textOf("", `population p = ${population.replace("CLIENTS", ALL)}`);
  expect(loadPolicyText(text, files).diagnostics.map((one) => one.message)).toContain(message);
});
