import { expect, test } from "vitest";
import type { Attacker } from "../../../../simulator/attacks/attacker.ts";
import { campaign, countBy } from "../../../helpers/campaign.ts";
import { castAttacker, stage } from "../../../helpers/scenarios.ts";

const attacker = (clauses: string): Attacker =>
  castAttacker(stage("", `attack crowd = account_creation { target login rate 10 per 1s ${clauses} }`));

test("registers an address once, half of them aliases of a few mailboxes, the others numbered", () => {
  const sent = campaign(attacker("inboxes 8 sources 30"));
  const accounts = sent.map(({ account }) => account);
  expect(new Set(accounts).size).toBe(accounts.length);
  const aliases = accounts.filter((account) => account.includes("+"));
  expect(countBy(aliases, (account) => account.split("+")[0] ?? "").size).toBe(8);
  expect(Math.abs(aliases.length / accounts.length - 0.5)).toBeLessThan(0.04);
  expect(accounts.every((account) => /^(box\d{4}\+\d{7}|anna\.m\.\d{8})@mail\.example$/.test(account))).toBe(true);
  expect(new Set(sent.map(({ ip }) => ip)).size).toBe(30);
});

test("numbers its addresses in sequence", () => {
  const numbers = campaign(attacker("plus 0%")).map(({ account }) => Number(/\d+/.exec(account)?.[0]));
  expect(numbers).toEqual(numbers.map((_, i) => i));
});

test("every account that is registered is a gain, and answered with 201", () => {
  const sent = campaign(attacker("plus 100%"));
  expect(sent.every(({ abusive, status, account }) => abusive && status === 201 && account.includes("+"))).toBe(true);
});

test("states the size of the body that it sends", () => {
  const actor = attacker("");
  for (let i = 0; i < 20; i++) {
    actor.compose(i);
    expect(actor.request.size).toBe(Buffer.byteLength(JSON.stringify(actor.request.body)));
  }
});
