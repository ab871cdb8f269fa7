import { expect, test } from "vitest";
import { networkContains, networkOf, VERDICTS, type Verdict } from "../../../../engine/index.ts";
import { type Attacker, PATIENCE, SLOWEST } from "../../../../simulator/attacks/attacker.ts";
import { ScenarioError } from "../../../../simulator/scenario-error.ts";
import { castAttacker, STUFFING, stage } from "../../../helpers/scenarios.ts";

function attacker(clauses: string = STUFFING): Attacker {
  return castAttacker(stage("", clauses));
}

interface Try {
  readonly at: number;
  readonly ip: string;
  readonly user: string;
  readonly valid: boolean;
}

/** Lets the attacker run, answering every try with what `answer` says. */
function campaign(actor: Attacker, answer: (one: Try) => Verdict): readonly Try[] {
  const tries: Try[] = [];
  for (let at = actor.first(); at < Number.POSITIVE_INFINITY; at = actor.next(at)) {
    actor.compose(at);
    const body = actor.request.body as { username: string };
    const one = { at, ip: actor.request.ip, user: body.username, valid: actor.abusive };
    tries.push(one);
    const verdict = answer(one);
    actor.hear({ verdict: VERDICTS.indexOf(verdict), status: 403, retryAfterMicros: 0, by: null }, at);
  }
  return tries;
}

test("tries each pair once, at its rate, in its time, from its networks, with its share of valid ones", () => {
  const actor = attacker();
  const tries = campaign(actor, () => "allow");
  expect(tries.length).toBeGreaterThan(900 - 5 * 30);
  expect(tries.length).toBeLessThan(900 + 5 * 30);
  expect(tries[0]!.at).toBeGreaterThanOrEqual(60_000_000);
  expect(tries.at(-1)!.at).toBeLessThan(240_000_000);
  expect(new Set(tries.map((one) => one.user)).size).toBe(tries.length);
  const places = new Set(tries.map((one) => networkOf(one.ip)));
  expect(places.size).toBe(20);
  expect(actor.origins.length).toBe(20);
  expect(tries.every((one) => networkContains("198.18.0.0/16", one.ip))).toBe(true);
  expect(tries.filter((one) => one.valid).length).toBeGreaterThan(4);
  expect(tries.filter((one) => one.valid).length).toBeLessThan(40);
  expect(actor.request.client).toBe(null);
});

test("a service answers a valid pair with 200 and any other with 401", () => {
  const actor = attacker(STUFFING.replace("success 2%", "success 100%"));
  actor.compose(0);
  expect([actor.abusive, actor.status]).toEqual([true, 200]);
  const other = attacker(STUFFING.replace("success 2%", "success 0%"));
  other.compose(0);
  expect([other.abusive, other.status]).toEqual([false, 401]);
});

test("lays a blocked source aside until all were blocked", () => {
  const tries = campaign(attacker(), () => "block");
  for (let round = 0; round < 5; round++) {
    const sources = tries.slice(round * 20, round * 20 + 20).map((one) => one.ip);
    expect(new Set(sources).size).toBe(20);
  }
});

test("sends from what was not blocked as long as there is such a source", () => {
  const blocked = new Set<string>();
  const spared = new Set<string>();
  const tries = campaign(attacker(), ({ ip }) => {
    if (spared.size === 0 || spared.has(ip)) return spared.add(ip).size > 0 ? "allow" : "block";
    blocked.add(ip);
    return "block";
  });
  expect(tries.slice(300).every((one) => spared.has(one.ip))).toBe(true);
  expect(blocked.size).toBe(19);
});

test("does nothing about a verdict that it has no reaction to", () => {
  const free = campaign(attacker(), () => "allow");
  expect(campaign(attacker(), () => "throttle")).toEqual(free);
});

test("what it tries and when does not shift with refusals; only the source does", () => {
  const strip = (tries: readonly Try[]): unknown => tries.map(({ at, user, valid }) => ({ at, user, valid }));
  expect(strip(campaign(attacker(), () => "block"))).toEqual(strip(campaign(attacker(), () => "allow")));
});

test("slows down by halves, to a sixty-fourth at the least", () => {
  const slow = "attack crowd = credential_stuffing { target login sources 5 rate 50 per 1s if throttled slow down }";
  const tries = campaign(attacker(slow), () => "throttle");
  const between = (from: number, to: number): number =>
    tries.filter(({ at }) => at >= from * 1e6 && at < to * 1e6).length;
  expect(between(0, 10) / 250).toBeCloseTo(1, 0);
  expect(between(0, 10)).toBeLessThan(330);
  const end = 50 * SLOWEST * 200;
  expect(between(100, 300)).toBeGreaterThan(end - 4 * Math.sqrt(end));
  expect(between(100, 300)).toBeLessThan(end + 4 * Math.sqrt(end));
});

test("gives up after that many refusals in a row, not before, and an answer in between begins the count anew", () => {
  const clauses = "attack crowd = credential_stuffing { target login sources 5 rate 5 per 1s if blocked give up }";
  const actor = attacker(clauses);
  expect(campaign(actor, () => "block").length).toBe(PATIENCE);
  expect(actor.gaveUp).toBe(true);
  let count = 0;
  const patient = attacker(clauses);
  campaign(patient, () => (++count % PATIENCE === 0 ? "allow" : "block"));
  expect(patient.gaveUp).toBe(false);
});

test("asks for no more sources than its networks hold", () => {
  expect(() => attacker(STUFFING.replace("198.18.0.0/16", "198.18.0.0/20"))).toThrow(
    new ScenarioError(
      "attack `crowd` asks for 20 sources, and its networks hold 16 (/24 of IPv4, /64 of IPv6); add networks with `from`, or ask for fewer sources",
    ),
  );
});

test("a ramp raises the rate evenly to the full one, and tries what it would try without it", () => {
  const tries = (ramp: string): readonly Try[] =>
    campaign(
      attacker(`attack a = credential_stuffing { target login sources 20 rate 50 per 1s ${ramp} }`),
      () => "allow",
    );
  const [even, ramped] = [tries(""), tries("ramp 2m")];
  const between = (from: number, to: number): number =>
    ramped.filter(({ at }) => at >= from * 1e6 && at < to * 1e6).length;
  // The rate after t seconds is 50 t / 120: 750, 2,250 and 6,000 tries in a minute, within four standard deviations.
  for (const [from, to, mean] of [
    [0, 60, 750],
    [60, 120, 2250],
    [120, 240, 6000],
  ] as const)
    expect(Math.abs(between(from, to) - mean), `${from} s to ${to} s`).toBeLessThan(4 * Math.sqrt(mean));
  const plain = ({ user, valid }: Try): unknown => ({ user, valid });
  expect(ramped.map(plain)).toEqual(even.slice(0, ramped.length).map(plain));
  // After the ramp it is the same process, half of the ramp later.
  const last = ramped.length - 1;
  expect(Math.abs(ramped[last]!.at - even[last]!.at - 60e6)).toBeLessThan(ramped.length);
});
