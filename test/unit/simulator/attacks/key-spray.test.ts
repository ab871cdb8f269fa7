import { expect, test } from "vitest";
import type { Attacker } from "../../../../simulator/attacks/attacker.ts";
import { campaign, countBy, type Sent } from "../../../helpers/campaign.ts";
import { castAttacker, stage } from "../../../helpers/scenarios.ts";

const attacker = (clauses: string): Attacker =>
  castAttacker(stage("", `attack crowd = key_spray { target thing rate 20 per 1s ${clauses} }`));
const hitsOf = (sent: readonly Sent[]): readonly Sent[] => sent.filter(({ abusive }) => abusive);

test("nearly all keys are unknown, a few revoked, and its share is a valid one of the named clients", () => {
  const actor = attacker("clients [alpha, gamma] sources 60 success 2% dead 5%");
  const sent = campaign(actor);
  const errors = countBy(sent, ({ identityError }) => identityError ?? "none");
  const within = (count: number, percent: number): void => {
    const mean = (sent.length * percent) / 100;
    expect(Math.abs(count - mean)).toBeLessThan(4 * Math.sqrt(mean));
  };
  within(errors.get("none") ?? 0, 2);
  within(errors.get("revoked") ?? 0, 5);
  expect(errors.get("unknown_key")).toBe(sent.length - (errors.get("none") ?? 0) - (errors.get("revoked") ?? 0));
  expect(new Set(hitsOf(sent).map(({ client }) => client))).toEqual(new Set(["alpha", "gamma"]));
  expect(actor.credentialsUsed).toBe(2);
  expect(new Set(sent.map(({ ip }) => ip)).size).toBe(60);
});

test("a wrong key shows no client, evidence or credential, a right one all that its owner shows", () => {
  const actor = attacker("clients [beta] success 50%");
  for (let i = 0, hit = false; i < 200; i++) {
    actor.compose(i);
    const { client, evidence, credential, identityError } = actor.request;
    if (actor.abusive) expect([client, evidence, identityError]).toEqual(["beta", "static_secret", null]);
    else expect([client, evidence, credential]).toEqual([null, null, null]);
    expect(actor.status).toBe(actor.abusive ? 200 : 401);
    if (hit && !actor.abusive) return;
    hit ||= actor.abusive;
  }
  throw new Error("no wrong key after a right one");
});

test("sends each key once, in the header that the policy reads keys from", () => {
  const actor = attacker("clients [alpha] success 10%");
  const keys = Array.from({ length: 500 }, (_, i) => {
    actor.compose(i);
    return actor.request.headers["x-api-key"];
  });
  expect(new Set(keys).size).toBe(500);
  expect(keys).not.toContain(undefined);
  expect(actor.request.headers["user-agent"]).toContain("Chrome/109");
});

test("who only guesses finds nothing", () => {
  const sent = campaign(attacker("success 100%"));
  expect(hitsOf(sent)).toEqual([]);
  expect(sent.length).toBeGreaterThan(5000);
});

test("which keys are tried and when does not shift with refusals", () => {
  const clauses = "clients [alpha] success 5% if blocked rotate source";
  const strip = (sent: readonly Sent[]): unknown =>
    sent.map(({ at, client, identityError }) => [at, client, identityError]);
  expect(strip(campaign(attacker(clauses), () => "block"))).toEqual(strip(campaign(attacker(clauses))));
});
