import { expect, test } from "vitest";
import { RENEWED_AFTER } from "../../../../simulator/attacks/inventory-hoarding.ts";
import { campaignOf } from "../../../helpers/campaign.ts";

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
