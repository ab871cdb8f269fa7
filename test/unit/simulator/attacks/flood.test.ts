import { expect, test } from "vitest";
import { campaignOf, countBetween } from "../../../helpers/campaign.ts";

test("reaches its full rate after its ramp", () => {
  const { sent } = campaignOf("flood { target thing rate 100 per 1s ramp 60s sources 500 }");
  expect(countBetween(sent, 0, 10) / 1000).toBeLessThan(0.2);
  expect(Math.abs(countBetween(sent, 60, 160) / 10_000 - 1)).toBeLessThan(0.05);
});

test("a slow flood begins with its ramp, not after it", () => {
  const clauses = "flood { target thing rate 1 per 2s ramp 1m sources 500 }";
  const sent = Array.from({ length: 20 }, (_, seed) => campaignOf(clauses, () => "allow", seed).sent).flat();
  // Half of the full rate in the mean while it rises: 15 requests of each run.
  expect(Math.abs(countBetween(sent, 0, 60) / (20 * 15) - 1)).toBeLessThan(0.2);
});

test("no address is loud, and all together are", () => {
  const { sent, actor } = campaignOf("flood { target thing rate 100 per 1s sources 5000 }");
  const each = new Map<string, number>();
  for (const { request } of sent) each.set(request.ip, (each.get(request.ip) ?? 0) + 1);
  expect(Math.max(...each.values())).toBeLessThan(25);
  expect(actor.origins.length).toBeGreaterThan(4900);
});

test("passes by caches, and takes turns with faces", () => {
  const { sent } = campaignOf("flood { target thing rate 10 per 1s unique 50% faces 7 }");
  const queries = sent.filter(({ request }) => request.path.includes("?"));
  expect(new Set(queries.map(({ request }) => request.path)).size).toBe(queries.length);
  expect(Math.abs(queries.length / sent.length - 0.5)).toBeLessThan(0.05);
  expect(new Set(sent.map(({ request }) => JSON.stringify(request.headers))).size).toBe(7);
  expect(sent.every(({ abusive }) => abusive)).toBe(true);
});
