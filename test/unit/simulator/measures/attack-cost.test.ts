import { expect, test } from "vitest";
import { costOf, DEFAULT_PRICES } from "../../../../simulator/measures/attack-cost.ts";
import { runScenario, runUnopposed, withoutRules } from "../../../../simulator/index.ts";
import { costLine, formatDollars } from "../../../../simulator/report/cost.ts";
import { STEADY, STUFFING, stage } from "../../../helpers/scenarios.ts";

const HOUR = 3.6e9;
const PRICES = { proxyGb: 2, requestKb: 5, credential: 0.01, solve: 0.5, hour: 1 };

test("adds up traffic, pairs and hours, a run and a success", () => {
  const runs = [
    { offered: 1000, succeeded: 3, lastedMicros: HOUR, solved: 0 },
    { offered: 3000, succeeded: 1, lastedMicros: HOUR / 2, solved: 8 },
  ];
  // 4,000 · 5 KB · $2/GB = $0.04; 4,000 pairs = $40; 8 challenges = $4; 1.5 h = $1.50.
  expect(costOf("credential_stuffing", runs, PRICES)).toEqual({
    requests: 2000,
    hours: 0.75,
    dollars: 45.54 / 2,
    dollarsPerSuccess: 45.54 / 4,
    requestsPerSuccess: 1000,
  });
});

test("without a success a success has no price", () => {
  const cost = costOf(
    "credential_stuffing",
    [{ offered: 10, succeeded: 0, lastedMicros: 0, solved: 0 }],
    DEFAULT_PRICES,
  );
  expect(cost).toMatchObject({ dollarsPerSuccess: null, requestsPerSuccess: null });
  expect(cost.dollars).toBeGreaterThan(0);
});

const RULES = "limit slow_down on login per ip.network allow 2 per 1m";

test("the unopposed attack is the one that the policy meets, admitted whole", () => {
  const { policy, scenario } = stage(RULES, `${STEADY}\n${STUFFING}`);
  const result = runScenario(policy, scenario, { seeds: [1, 2], unopposed: true });
  const open = runScenario(withoutRules(policy), scenario, { seeds: [1, 2] });
  const [attack] = result.attacks;
  expect(open.attacks[0]!.admittedPercent).toBe(100);
  expect(attack!.unopposed!.requests).toBe(open.attacks[0]!.offered / 2);
  expect(attack!.unopposed!.succeeded).toBe(open.attacks[0]!.succeeded.mean);
  expect(result.runs[0]!.unopposed).toEqual(runUnopposed(policy, scenario, 1));
  expect(attack!.unopposed!.succeeded).toBeGreaterThan(attack!.succeeded.mean);
  expect(attack!.cost.dollarsPerSuccess!).toBeGreaterThan(attack!.unopposed!.dollarsPerSuccess!);
});

test("is not run unless asked for, and changes nothing else", () => {
  const { policy, scenario } = stage(RULES, `${STEADY}\n${STUFFING}`);
  const plain = runScenario(policy, scenario, { seeds: [1] });
  expect(plain.attacks[0]!.unopposed).toBe(null);
  expect(plain.decisionsHash).toBe(runScenario(policy, scenario, { seeds: [1], unopposed: true }).decisionsHash);
});

test("a challenge costs an attack that solves it, and no other", () => {
  const rules = "rule unsure on login when no client then challenge pow";
  const dollars = (reaction: string): readonly [number, number] => {
    const actors = STUFFING.replace("if blocked rotate source", reaction);
    const { policy, scenario } = stage(rules, `${STEADY}\n${actors}`);
    const prices = { proxyGb: 0, requestKb: 0, credential: 0, solve: 1, hour: 0 };
    const { runs, attacks } = runScenario(policy, scenario, { seeds: [1], prices });
    return [attacks[0]!.cost.dollars, runs[0]!.attacks[0]!.solved];
  };
  const [paid, solved] = dollars("if challenged solve");
  expect(solved).toBeGreaterThan(0);
  expect(paid).toBe(solved);
  expect(dollars("if challenged give up")[0]).toBe(0);
});

test("prices are what the caller says", () => {
  const { policy, scenario } = stage(RULES, `${STEADY}\n${STUFFING}`);
  const free = { proxyGb: 0, requestKb: 0, credential: 0, solve: 0, hour: 0 };
  expect(runScenario(policy, scenario, { seeds: [1], prices: free }).attacks[0]!.cost.dollars).toBe(0);
});

test("says how much dearer a success became", () => {
  const { policy, scenario } = stage(RULES, `${STEADY}\n${STUFFING}`);
  const line = (rules: typeof policy): string =>
    costLine(runScenario(rules, scenario, { seeds: [1], unopposed: true }).attacks[0]!);
  expect(line(policy)).toMatch(
    /^\$0\.\d+ and 0\.05 h a run, \$0\.\d+ a success; unopposed \d+ successes a run, \$0\.\d+ each: [\d.]+ times as dear$/,
  );
  expect(line(withoutRules(policy))).toMatch(/ each, no dearer$/);
  expect([0, 0.0034, 0.5, 3.456, 1234.5].map(formatDollars)).toEqual(["$0", "$0.0034", "$0.50", "$3.46", "$1,235"]);
});
