import { expect, test } from "vitest";
import { campaignOf, countBetween } from "../../../helpers/campaign.ts";

const THEFT = "token_theft { target thing clients [beta] recon 15 wait 60s rate 10 per 1s }";

test("acts as its victim all the time, from a few places with one new tool", () => {
  const { sent, actor } = campaignOf(THEFT);
  expect(new Set(sent.map(({ request }) => request.client))).toEqual(new Set(["beta"]));
  expect(new Set(sent.map(({ request }) => request.headers["user-agent"])).size).toBe(1);
  expect(actor.origins.length).toBe(3);
  expect(actor.credentialsUsed).toBe(1);
});

test("looks around slowly over many routes, waits, and then exports in order", () => {
  const { sent } = campaignOf(THEFT);
  const recon = sent.slice(0, 15);
  expect(recon.some(({ abusive }) => abusive)).toBe(false);
  expect(new Set(recon.map(({ request }) => request.path)).size).toBeGreaterThan(3);
  expect(sent[15]!.at - sent[14]!.at).toBeGreaterThanOrEqual(60_000_000);
  const exported = sent.slice(15).map(({ request }) => request.path);
  expect(exported.slice(0, 3)).toEqual(["/things/10000", "/things/10001", "/things/10002"]);
  expect(new Set(exported).size).toBe(exported.length);
  const begin = sent[15]!.at / 1e6;
  expect(Math.abs(countBetween(sent, begin, begin + 60) / 600 - 1)).toBeLessThan(0.2);
});

test("needs a victim", () => {
  expect(() => campaignOf("token_theft { target thing }")).toThrow("needs `clients`");
});
