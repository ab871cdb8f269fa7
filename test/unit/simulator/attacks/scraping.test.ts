import { expect, test } from "vitest";
import { campaignOf, gapVariation } from "../../../helpers/campaign.ts";

test("covers the whole catalogue, in order but for its strays", () => {
  const { sent } = campaignOf("scraping { target thing objects 2000 stray 10% rate 10 per 1s }");
  expect(new Set(sent.map(({ request }) => request.path)).size).toBe(2000);
  const walk = sent.filter(({ abusive }) => abusive).map(({ request }) => Number(request.path.split("/").at(-1)));
  expect(walk.slice(0, 2000)).toEqual(Array.from({ length: 2000 }, (_, i) => 10_000 + i));
  const strays = 1 - walk.length / sent.length;
  expect(strays).toBeGreaterThan(0.08);
  expect(strays).toBeLessThan(0.12);
});

test("is as even as a machine, at its rate", () => {
  const { sent } = campaignOf("scraping { target thing rate 10 per 1s }");
  expect(gapVariation(sent)).toBeLessThan(0.1);
  expect(Math.abs(sent.length - 3000)).toBeLessThan(30);
});

test("reads a list before each page of objects", () => {
  const { sent } = campaignOf("scraping { target thing listing list page 4 stray 0% }");
  const paths = sent.slice(0, 10).map(({ request }) => request.path);
  expect(paths.filter((_, i) => i % 5 === 0)).toEqual(["/things?page=1", "/things?page=2"]);
  expect(sent.filter(({ request }) => request.path.includes("?")).every(({ abusive }) => !abusive)).toBe(true);
});

test("reads with a client's credential where it has one", () => {
  const { sent, actor } = campaignOf(
    "scraping { target thing clients [alpha, beta] if throttled rotate credential }",
    () => "throttle",
  );
  expect(sent.slice(0, 4).map(({ request }) => request.client)).toEqual(["alpha", "beta", "alpha", "beta"]);
  expect(actor.credentialsUsed).toBe(2);
});
