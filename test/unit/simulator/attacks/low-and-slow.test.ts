import { expect, test } from "vitest";
import { BROWSERS } from "../../../../simulator/attacks/faces.ts";
import { campaignOf } from "../../../helpers/campaign.ts";

test("uses every source once before any is used again", () => {
  const { sent } = campaignOf("low_and_slow { target login rate 5 per 1s sources 300 }");
  for (let i = 0; i + 300 <= sent.length; i += 300)
    expect(new Set(sent.slice(i, i + 300).map(({ request }) => request.ip)).size).toBe(300);
});

test("has many faces, and one for each source", () => {
  const { sent } = campaignOf("low_and_slow { target login rate 5 per 1s sources 300 }");
  const faces = new Map<string, string>();
  for (const { request } of sent) {
    const face = `${request.headers["user-agent"]} ${request.headers["accept-language"]} ${request.ja4}`;
    expect(faces.get(request.ip) ?? face).toBe(face);
    faces.set(request.ip, face);
  }
  expect(new Set(faces.values()).size).toBe(BROWSERS.length);
});

test("tries each pair once at a sign-in, and reads each object in turn elsewhere", () => {
  const pairs = campaignOf("low_and_slow { target login success 10% }").sent;
  const users = pairs.map(({ request }) => (request.body as { username: string }).username);
  expect(new Set(users).size).toBe(users.length);
  expect(pairs.every(({ abusive, status }) => status === (abusive ? 200 : 401))).toBe(true);
  const reads = campaignOf("low_and_slow { target thing objects 50 }").sent;
  expect(new Set(reads.map(({ request }) => request.path)).size).toBe(50);
  expect(reads.every(({ abusive }) => abusive)).toBe(true);
});

test("has its share of valid pairs", () => {
  const { sent } = campaignOf("low_and_slow { target login rate 20 per 1s success 10% }");
  const valid = sent.filter(({ abusive }) => abusive).length;
  // 600 of 6000, standard deviation 23.
  expect(Math.abs(valid - sent.length / 10)).toBeLessThan(4 * 23);
});

test("lays refused sources aside, where it is told to, and goes on with the others in turn", () => {
  const bad = new Set<string>();
  const { sent } = campaignOf(
    "low_and_slow { target login rate 10 per 1s sources 10 if blocked rotate source }",
    ({ request }) => {
      if (bad.size < 5) bad.add(request.ip);
      return bad.has(request.ip) ? "block" : "allow";
    },
  );
  expect(sent.slice(20).every(({ request }) => !bad.has(request.ip))).toBe(true);
  expect(new Set(sent.slice(20).map(({ request }) => request.ip)).size).toBe(5);
});
