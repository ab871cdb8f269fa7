import { expect, test } from "vitest";
import { CHECKOUT_AFTER } from "../../../../simulator/attacks/scalping.ts";
import { runSeed } from "../../../../simulator/run.ts";
import { campaignOf, countBetween } from "../../../helpers/campaign.ts";
import { stage } from "../../../helpers/scenarios.ts";

const SCALPING = "scalping { target cart poll list checkout buy drop 60s stock 50 rate 20 per 1s sources 30 }";

test("polls slowly until the sale, and buys the stock within seconds of it", () => {
  const { sent, actor } = campaignOf(SCALPING);
  const polls = sent.filter(({ request }) => request.path === "/things");
  expect(polls.every(({ at }) => at < 60_000_000)).toBe(true);
  expect(countBetween(sent, 0, 60)).toBeLessThan(180);
  expect(sent.filter(({ abusive }) => abusive).length).toBe(50);
  expect(sent.at(-1)!.at).toBeLessThan(75_000_000);
  expect(actor.gaveUp).toBe(true);
});

test("each source asks at intervals that are a machine's, to the microsecond", () => {
  const { sent } = campaignOf(SCALPING);
  const polls = sent.filter(({ at }) => at < 60_000_000);
  expect(new Set(polls.slice(0, 30).map(({ ip }) => ip)).size).toBe(30);
  const intervals = polls.slice(30).map(({ at, ip }, i) => [ip === polls[i]!.ip, at - polls[i]!.at]);
  expect(intervals.length).toBeGreaterThan(80);
  expect(intervals.every(([same, interval]) => same && interval === 30 * 500_000)).toBe(true);
});

test("pays for each basket at machine speed, from where it was filled", () => {
  const { sent } = campaignOf(SCALPING);
  for (const [i, { at, request }] of sent.entries()) {
    if (request.path !== "/buy") continue;
    const basket = sent[i - 1]!;
    expect([basket.request.path, basket.request.ip, at - basket.at]).toEqual([
      "/cart/10000",
      request.ip,
      CHECKOUT_AFTER,
    ]);
  }
});

test("does not pay for what it could not put into a basket", () => {
  const { sent } = campaignOf(SCALPING, ({ request }) => (request.path.startsWith("/cart") ? "block" : "allow"));
  expect(sent.some(({ request }) => request.path === "/buy")).toBe(false);
});

test("what is sent again when the stock is gone gains nothing", () => {
  const attack =
    "attack bots = scalping { target thing drop 1s stock 5 sources 30 rate 50 per 1s if challenged solve }";
  const { policy, scenario } = stage("rule ask on thing then challenge pow", attack);
  const [bots] = runSeed(policy, scenario, 1).attacks;
  expect(bots).toMatchObject({ succeeded: 5, gaveUp: true });
});

test("baskets alone are what it wants where no checkout is named", () => {
  const { sent } = campaignOf("scalping { target cart drop 1s stock 10 rate 20 per 1s }");
  expect(sent.filter(({ abusive }) => abusive).length).toBe(10);
});
