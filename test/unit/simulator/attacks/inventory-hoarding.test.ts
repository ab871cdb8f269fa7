import { expect, test } from "vitest";
import { RENEWED_AFTER } from "../../../../simulator/attacks/inventory-hoarding.ts";
import { campaignOf } from "../../../helpers/campaign.ts";
import { castAttacker, stage } from "../../../helpers/scenarios.ts";

const HOARDING = "inventory_hoarding { target cart units 20 hold 60s rate 4 per 1s }";

test("holds all its units, and from then on never lets one go", () => {
  const { sent } = campaignOf(HOARDING);
  const last = new Map<string, number>();
  for (const { at, request } of sent) {
    const before = last.get(request.path);
    if (before !== undefined) {
      expect(at - before).toBeLessThan(60_000_000);
      expect(at - before).toBeGreaterThanOrEqual(60_000_000 * RENEWED_AFTER - 1);
    }
    last.set(request.path, at);
  }
  expect(last.size).toBe(20);
  expect([...last.values()].every((at) => at > 235_000_000)).toBe(true);
});

test("tries a unit again that it could not hold, before it renews others", () => {
  let refused = "";
  const { sent } = campaignOf(HOARDING, ({ request }) => {
    if (refused !== "") return "allow";
    refused = request.path;
    return "throttle";
  });
  const tries = sent.filter(({ request }) => request.path === refused);
  expect(tries[1]!.at - tries[0]!.at).toBeLessThan(15_000_000);
});

test("never asks for more than its rate where all is refused", () => {
  const { sent } = campaignOf(HOARDING, () => "block");
  expect(Math.abs(sent.length / 1200 - 1)).toBeLessThan(0.1);
});

test("a hold that is sent again after a challenge is the same unit's, which is held once and not twice", () => {
  const asks = 'rule asks on cart when ip in 0.0.0.0/0 then challenge pow\nroute cart = POST "/cart/{sku}"';
  const hoarder = HOARDING.replace("target cart", "target cart sources 1").replace("}", "if challenged solve }");
  const actor = castAttacker(stage(asks, `attack a = ${hoarder}`));
  const waiting: { readonly at: number; readonly place: number }[] = [];
  const holds = new Map<string, number>();
  for (let at = actor.first(); at < Number.POSITIVE_INFINITY; at = actor.next(at)) {
    while ((waiting[0]?.at ?? Number.POSITIVE_INFINITY) <= at) {
      const { at: due, place } = waiting.shift()!;
      actor.recall(place, due);
      actor.hear({ verdict: 0, status: 200, retryAfterMicros: 0, by: null }, due);
      holds.set(actor.request.path, (holds.get(actor.request.path) ?? 0) + 1);
    }
    actor.compose(at);
    const challenged = actor.request.passes.length === 0;
    const wait = actor.hear({ verdict: challenged ? 2 : 0, status: 401, retryAfterMicros: 0, by: "asks" }, at);
    if (challenged) waiting.push({ at: at + wait, place: actor.park() });
    else holds.set(actor.request.path, (holds.get(actor.request.path) ?? 0) + 1);
  }
  // Five minutes have room for five or six holds of 57 s each.
  expect(holds.size).toBe(20);
  for (const count of holds.values()) expect(count).toBeLessThanOrEqual(6);
});
