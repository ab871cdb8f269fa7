import { expect, test } from "vitest";
import { campaignOf, countBetween } from "../../../helpers/campaign.ts";

const LEAK = "key_leak { target thing clients [gamma] finders 10 found 10s rate 20 per 1s sources 10 }";

test("finders turn up one after the other, each from a place of its own with its own tool", () => {
  const { sent } = campaignOf(LEAK);
  const tools = new Map<string, string | undefined>();
  for (const { request } of sent) {
    const agent = request.headers["user-agent"];
    expect(tools.get(request.ip) ?? agent).toBe(agent);
    tools.set(request.ip, agent);
  }
  expect(tools.size).toBe(10);
  expect(new Set(tools.values()).size).toBe(8);
  expect(new Set(sent.map(({ request }) => request.client))).toEqual(new Set(["gamma"]));
  const places = (until: number): number =>
    new Set(sent.filter(({ at }) => at < until * 1e6).map(({ request }) => request.ip)).size;
  expect(places(30)).toBeLessThan(places(250));
});

test("the traffic grows as more of them have the key, to the full rate", () => {
  const { sent } = campaignOf(LEAK);
  expect(countBetween(sent, 0, 30) / 30).toBeLessThan(12);
  expect(Math.abs(countBetween(sent, 250, 300) / 1000 - 1)).toBeLessThan(0.1);
});

test("each finder needs a source", () => {
  expect(() => campaignOf("key_leak { target thing clients [gamma] finders 10 sources 9 }")).toThrow(
    "10 finders and 9 sources",
  );
});
