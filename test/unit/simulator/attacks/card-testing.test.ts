import { expect, test } from "vitest";
import { campaignOf } from "../../../helpers/campaign.ts";

test("tries each card once with an amount of at most two, most of which are declined", () => {
  const { sent } = campaignOf("card_testing { target pay }");
  const bodies = sent.map(({ request }) => request.body as { card: string; amount: number });
  expect(new Set(bodies.map(({ card }) => card)).size).toBe(sent.length);
  expect(bodies.every(({ card }) => /^4\d{15}$/.test(card))).toBe(true);
  expect(new Set(bodies.map(({ amount }) => amount))).toEqual(new Set([1, 2]));
  const accepted = sent.filter(({ abusive }) => abusive).length / sent.length;
  expect(accepted).toBeGreaterThan(0.085);
  expect(accepted).toBeLessThan(0.115);
  expect(sent.every(({ abusive, status }) => status === (abusive ? 200 : 402))).toBe(true);
});

test("at the rate of a merchant's attack", () => {
  expect(Math.abs(campaignOf("card_testing { target pay }").sent.length / (23 * 300) - 1)).toBeLessThan(0.05);
});
