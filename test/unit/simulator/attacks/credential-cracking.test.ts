import { expect, test } from "vitest";
import { VERDICTS } from "../../../../engine/index.ts";
import type { Attacker } from "../../../../simulator/attacks/attacker.ts";
import { campaign, countBy } from "../../../helpers/campaign.ts";
import { castAttacker, stage } from "../../../helpers/scenarios.ts";

const attacker = (clauses: string, seed = 1): Attacker =>
  castAttacker(stage("", `attack crowd = credential_cracking { target login ${clauses} }`), seed);

test("tries a few accounts in turn, equally often, each at a stranger's name", () => {
  const sent = campaign(attacker("accounts 7 sources 50 rate 20 per 1s"));
  const tries = countBy(sent, ({ account }) => account);
  expect(tries.size).toBe(7);
  expect(sent.length / 6000).toBeCloseTo(1, 1);
  for (let i = 7; i < 700; i++) expect(sent[i]!.account).toBe(sent[i - 7]!.account);
  expect(Math.max(...tries.values()) - Math.min(...tries.values())).toBeLessThan(sent.length);
  expect(new Set(sent.map(({ ip }) => ip)).size).toBe(50);
});

test("opens an account once, answered with 200, and lets it be from then on", () => {
  const sent = campaign(attacker("accounts 400 rate 400 per 1s"));
  const hits = sent.filter(({ abusive }) => abusive);
  expect(hits.length).toBeGreaterThan(3);
  for (const { account, at, status } of hits) {
    expect(status).toBe(200);
    expect(sent.some((later) => later.account === account && later.at > at)).toBe(false);
  }
  expect(sent.filter(({ abusive }) => !abusive).every(({ status }) => status === 401)).toBe(true);
});

test("opens as many accounts as Bonneau's figures say: 1 % with ten guesses each, half with a million", () => {
  // Ten guesses for each of 20,000 accounts; the standard deviation of 200 hits is 14.
  const few = campaign(attacker("accounts 20000 dictionary 10 rate 600 per 1s"));
  expect(countBy(few, ({ account }) => account).size).toBe(20_000);
  const opened = few.filter(({ abusive }) => abusive).length * (200_000 / few.length);
  expect(opened).toBeGreaterThan(200 - 4 * 14);
  expect(opened).toBeLessThan(200 + 4 * 14);
});

test("ends when every dictionary is used up", () => {
  const sent = campaign(attacker("accounts 5 dictionary 30 rate 20 per 1s"));
  const tries = countBy(sent, ({ account }) => account);
  expect([...tries.values()].every((count) => count <= 30)).toBe(true);
  expect(sent.filter(({ abusive }) => !abusive).length).toBeGreaterThan(100);
  expect(sent.at(-1)!.at).toBeLessThan(20_000_000);
});

test("tries a refused guess again when its turn comes, and only that", () => {
  const clauses = "accounts 300 rate 400 per 1s";
  const free = campaign(attacker(clauses));
  const first = free.findIndex(({ abusive }) => abusive);
  const { account } = free[first]!;
  const held = campaign(attacker(clauses), (sent) => (sent.account === account && sent.abusive ? "throttle" : "allow"));
  const tries = held.filter((sent) => sent.account === account);
  expect(tries.filter(({ abusive }) => abusive).length).toBeGreaterThan(100);
  expect(tries.slice(tries.findIndex(({ abusive }) => abusive)).every(({ abusive }) => abusive)).toBe(true);
});

test("one guess that is sent again counts for its own account", () => {
  const rules = "let anyone = ip in 0.0.0.0/0\nrule asks on login when anyone then challenge pow";
  const clauses =
    "attack crowd = credential_cracking { target login accounts 2 dictionary 1 sources 1 if challenged solve }";
  const actor = castAttacker(stage(rules, clauses));
  const answers = { status: 401, retryAfterMicros: 0, by: "asks" };
  actor.compose(0);
  const first = structuredClone(actor.request.body);
  expect(actor.hear({ ...answers, verdict: VERDICTS.indexOf("challenge") }, 0)).toBeGreaterThan(0);
  const parked = actor.park();
  actor.compose(1);
  expect(actor.request.body).not.toEqual(first);
  actor.recall(parked, 2);
  actor.hear({ ...answers, verdict: VERDICTS.indexOf("allow") }, 2);
  // The first account's dictionary is used up; the second's turn never ends.
  for (let at = 3; at < 6; at++) {
    actor.compose(at);
    expect(actor.request.body).not.toEqual(first);
  }
});
