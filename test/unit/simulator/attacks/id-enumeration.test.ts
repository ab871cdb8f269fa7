import { expect, test } from "vitest";
import { campaignOf } from "../../../helpers/campaign.ts";

const idsOf = (clauses: string): readonly number[] =>
  campaignOf(`id_enumeration { target thing rate 10 per 1s ${clauses} }`).sent.map(({ request }) =>
    Number(request.path.split("/").at(-1)),
  );

test("walks by ones over its space, and begins anew", () => {
  const ids = idsOf("space 1000");
  expect(ids.slice(0, 2500)).toEqual(Array.from({ length: 2500 }, (_, i) => i % 1000));
});

test("or guesses at random, with hardly an identifier twice in a sparse space", () => {
  const ids = idsOf("random 100% space 1000000000");
  expect(new Set(ids).size).toBeGreaterThan(ids.length - 5);
  const steps = ids.slice(1).filter((id, i) => id === (ids[i] ?? 0) + 1).length;
  expect(steps).toBeLessThan(3);
  expect(Math.abs(ids.filter((id) => id < 5e8).length / ids.length - 0.5)).toBeLessThan(0.05);
});

test("a share of its guesses exists, and those are what it gains", () => {
  const { sent } = campaignOf("id_enumeration { target thing rate 10 per 1s hits 5% }");
  const hits = sent.filter(({ abusive }) => abusive);
  expect(hits.length / sent.length).toBeGreaterThan(0.035);
  expect(hits.length / sent.length).toBeLessThan(0.065);
  expect(sent.every(({ abusive, status }) => status === (abusive ? 200 : 404))).toBe(true);
});

test("guesses accounts where the path has no identifier", () => {
  const { sent } = campaignOf("id_enumeration { target login }");
  expect(sent.slice(0, 3).map(({ request }) => (request.body as { username: string }).username)).toEqual([
    "user-00000000",
    "user-00000001",
    "user-00000002",
  ]);
});
