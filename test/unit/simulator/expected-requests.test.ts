/** What a scenario declares is about what it sends, and too much is told before it is run. */
import { expect, test } from "vitest";
import { expectedRequests, tooManyExpected } from "../../../simulator/expected-requests.ts";
import { runSeed } from "../../../simulator/run.ts";
import { stage } from "../../helpers/scenarios.ts";

const CLAUSES: Readonly<Record<string, string>> = {
  steady: "population p = steady { clients [alpha, beta] rate 2 per 1s each mix thing 100% }",
  cron: "population p = cron { clients [alpha, beta] every 20s burst 7 mix thing 100% }",
  batch: "population p = batch { clients [alpha, beta] rate 3 per 1s each from 1m to 3m mix thing 100% }",
  newcomers: "population p = steady { clients [alpha, beta, gamma] rate 2 per 1s each joins 4m mix thing 100% }",
  bursty: "population p = bursty { clients [alpha, beta, gamma] rate 5 per 1s each mix thing 100% }",
  stuffing: "attack p = credential_stuffing { target login sources 20 rate 5 per 1s from 1m to 4m }",
  ramp: "attack p = credential_stuffing { target login sources 20 rate 20 per 1s from 1m to 4m ramp 1m }",
  flood: "attack p = flood { target thing sources 20 rate 20 per 1s from 1m to 4m ramp 30s }",
};

test.each(Object.entries(CLAUSES))("a run of %s sends about as much as is expected", (_, clauses) => {
  const { policy, scenario } = stage("", clauses);
  const { requests } = runSeed(policy, scenario, 1);
  const { least, most } = expectedRequests(scenario);
  expect(requests).toBeGreaterThan(least * 0.85);
  expect(requests).toBeLessThan(most * 1.15);
});

test("an attack that may end or go slower is not counted on", () => {
  const attack = (more: string): number =>
    expectedRequests(stage("", `attack a = credential_stuffing { target login rate 5 per 1s ${more} }`).scenario).least;
  expect(attack("")).toBe(1_500);
  expect([attack("if blocked slow down"), attack("if throttled give up")]).toEqual([0, 0]);
});

test("says how many, who sends them, and by how much to lower the rates", () => {
  const clauses = `population p = steady { clients [alpha] rate 1 per 1s each mix thing 100% }
attack a = credential_stuffing { target login rate 1000000 per 1s from 0s to 4m }`;
  const { policy, scenario } = stage("", clauses);
  const text =
    "about 240,000,300 requests in one run of 5m, and 50,000,000 are the most that are run; `a` sends >99.99 % of them " +
    "(rate 1,000,000 per 1 s); lower the rates or shorten `run` by a factor of 4.9 or more";
  expect(tooManyExpected(scenario, 50_000_000)).toBe(text);
  expect(() => runSeed(policy, scenario, 1)).toThrow(text);
  expect(tooManyExpected(scenario, 240_000_300)).toBeNull();
  const one = stage("", "population p = steady { clients [alpha] rate 1000000 per 1s each mix thing 100% }").scenario;
  expect(tooManyExpected(one, 50_000_000)).toContain("(rate 1,000,000 per 1 s, 1 client)");
});
