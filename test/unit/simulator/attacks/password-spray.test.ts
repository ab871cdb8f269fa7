import { expect, test } from "vitest";
import { SECOND } from "../../../../simulator/clock.ts";
import { campaign, countBy, type Sent } from "../../../helpers/campaign.ts";
import { castAttacker, stage } from "../../../helpers/scenarios.ts";

const spray = (clauses: string): readonly Sent[] =>
  campaign(castAttacker(stage("", `attack crowd = password_spray { target login ${clauses} }`)));

/** Rounds of the requests, by the pauses between them. */
function roundsOf(sent: readonly Sent[], pause: number): readonly (readonly Sent[])[] {
  const rounds: Sent[][] = [];
  for (const [i, one] of sent.entries()) {
    if (i === 0 || one.at - sent[i - 1]!.at > pause) rounds.push([]);
    rounds.at(-1)!.push(one);
  }
  return rounds;
}

test("tries every account once a round, all of them before any again, at the rounds' times", () => {
  const sent = spray("accounts 100 every 1m rate 10 per 1s");
  const rounds = roundsOf(sent, 20 * SECOND);
  expect(rounds.length).toBe(5);
  for (const [i, round] of rounds.entries()) {
    expect(new Set(round.map(({ account }) => account)).size).toBe(100);
    expect(round.length).toBe(100);
    expect(round[0]!.at - i * 60 * SECOND).toBeGreaterThanOrEqual(0);
    expect(round[0]!.at - i * 60 * SECOND).toBeLessThan(2 * SECOND);
  }
});

test("with two passwords a round, the second follows when all accounts were tried with the first", () => {
  const [first = []] = roundsOf(spray("accounts 50 passwords 2 every 2m rate 10 per 1s"), 20 * SECOND);
  expect(first.length).toBe(100);
  const accounts = first.map(({ account }) => account);
  expect(accounts.slice(0, 50)).toEqual(accounts.slice(50));
  expect(new Set(accounts).size).toBe(50);
});

test("a round that takes longer than the time between rounds is finished, and the next one follows it", () => {
  const sent = spray("accounts 200 every 10s rate 10 per 1s");
  for (let i = 200; i < sent.length; i++) expect(sent[i]!.account).toBe(sent[i - 200]!.account);
  expect(sent.length).toBeGreaterThan(2500);
});

test("shows another face and another source from try to try", () => {
  const sent = spray("accounts 500 sources 2000 every 1m rate 100 per 1s");
  const agents = countBy(sent, ({ agent }) => agent);
  const prints = new Set(sent.map(({ ja4 }) => ja4));
  expect(agents.size).toBe(24);
  expect(prints.size).toBe(24);
  expect(Math.max(...agents.values())).toBeLessThan(sent.length / 15);
  expect([...prints].every((print) => /^t13d15\d{2}h2_[0-9a-f]{12}_[0-9a-f]{12}$/.test(print ?? ""))).toBe(true);
  expect(new Set(sent.map(({ ip }) => ip)).size).toBeGreaterThan(1300);
});

test("opens its share of the accounts over the campaign, each once, in any round", () => {
  const sent = spray("accounts 3000 every 1m rate 500 per 1s success 10%");
  const hits = sent.filter(({ abusive }) => abusive);
  // 300 of 3000 accounts, standard deviation 16.
  expect(hits.length).toBeGreaterThan(300 - 4 * 16);
  expect(hits.length).toBeLessThan(300 + 4 * 16);
  expect(new Set(hits.map(({ account }) => account)).size).toBe(hits.length);
  expect(new Set(hits.map(({ at }) => Math.floor(at / (60 * SECOND)))).size).toBe(5);
  expect(sent.every(({ abusive, status }) => status === (abusive ? 200 : 401))).toBe(true);
});

test("neither accounts nor times nor faces shift with refusals", () => {
  const actor = (): ReturnType<typeof castAttacker> =>
    castAttacker(stage("", "attack crowd = password_spray { target login every 1m if blocked rotate source }"));
  const strip = (sent: readonly Sent[]): unknown =>
    sent.map(({ at, account, agent, abusive }) => [at, account, agent, abusive]);
  expect(strip(campaign(actor(), () => "block"))).toEqual(strip(campaign(actor())));
});
