import { expect, test } from "vitest";
import { VERDICTS, type Verdict } from "../../../../engine/index.ts";
import { PASS_MICROS, SOLVE_MICROS } from "../../../../simulator/attacks/passes.ts";
import { SOURCES_EACH_ASN } from "../../../../simulator/attacks/sources.ts";
import { castAttacker, stage } from "../../../helpers/scenarios.ts";

const ASKS = `
rule asks  on login when risk_free then challenge pow
rule binds on login when risk_free then challenge dpop
let risk_free = ip in 0.0.0.0/0
`;
const attackOf = (clauses: string): string =>
  `attack crowd = credential_stuffing { target login sources 100 rate 5 per 1s ${clauses} }`;

const answer = (verdict: Verdict, by: string | null = null) => ({
  ...{ verdict: VERDICTS.indexOf(verdict), status: 403, retryAfterMicros: 0 },
  by,
});

test("a source keeps its autonomous system, which it shares with some others", () => {
  const actor = castAttacker(stage("", attackOf("")));
  const systems = new Map<string, number | null>();
  for (let at = actor.first(); at < Number.POSITIVE_INFINITY; at = actor.next(at)) {
    actor.compose(at);
    const { ip, asn } = actor.request;
    expect(systems.get(ip) ?? asn).toBe(asn);
    systems.set(ip, asn);
  }
  const sizes = new Map<number | null, number>();
  for (const asn of systems.values()) sizes.set(asn, (sizes.get(asn) ?? 0) + 1);
  expect(Math.max(...sizes.values())).toBe(SOURCES_EACH_ASN);
  expect([...sizes.keys()].every((asn) => asn !== null && asn >= 4_200_000_000 && asn < 4_294_967_295)).toBe(true);
});

test("solves what a machine can, sends the same request again, and holds the pass for a while", () => {
  const actor = castAttacker(
    stage(ASKS, attackOf("from 198.18.7.0/24 if challenged solve").replace("sources 100", "sources 1")),
  );
  actor.compose(0);
  const { body } = structuredClone(actor.request);
  const { abusive } = actor;
  expect(actor.request.passes).toEqual([]);
  expect(actor.hear(answer("challenge", "asks"), 0)).toBe(SOLVE_MICROS);
  const parked = actor.park();
  actor.compose(10);
  expect(actor.request.body).not.toEqual(body);
  actor.recall(parked, SOLVE_MICROS);
  expect(actor.request.body).toEqual(body);
  expect([actor.request.passes, actor.abusive, actor.solved]).toEqual([["pow"], abusive, 1]);
  actor.compose(SOLVE_MICROS + PASS_MICROS - 1);
  expect(actor.request.passes).toEqual(["pow"]);
  expect(actor.request.body).not.toEqual(body);
  actor.compose(SOLVE_MICROS + PASS_MICROS);
  expect(actor.request.passes).toEqual([]);
});

test("holds no pass before it has worked it out, and works once at what is asked meanwhile", () => {
  const actor = castAttacker(
    stage(ASKS, attackOf("from 198.18.7.0/24 if challenged solve").replace("sources 100", "sources 1")),
  );
  actor.compose(0);
  actor.hear(answer("challenge", "asks"), 0);
  const half = SOLVE_MICROS / 2;
  actor.compose(half);
  expect(actor.request.passes).toEqual([]);
  expect(actor.hear(answer("challenge", "asks"), half)).toBe(half);
  expect(actor.solved).toBe(1);
  actor.compose(SOLVE_MICROS);
  expect(actor.request.passes).toEqual(["pow"]);
});

test("a pass of one kind holds while another is worked out", () => {
  const nonce = ASKS.replace("challenge dpop", "challenge nonce");
  const actor = castAttacker(
    stage(nonce, attackOf("from 198.18.7.0/24 if challenged solve").replace("sources 100", "sources 1")),
  );
  actor.compose(0);
  actor.hear(answer("challenge", "asks"), 0);
  actor.compose(SOLVE_MICROS);
  actor.hear(answer("challenge", "binds"), SOLVE_MICROS);
  actor.compose(SOLVE_MICROS + 1);
  expect(actor.request.passes).toEqual(["pow"]);
  actor.compose(2 * SOLVE_MICROS);
  expect([actor.request.passes, actor.solved]).toEqual([["pow", "nonce"], 2]);
});

test.each([
  ["account_creation { target both }", ["POST"]],
  ["credential_stuffing { target both }", ["POST"]],
  ["card_testing { target both }", ["POST"]],
  ["inventory_hoarding { target both }", ["POST"]],
  ["scalping { target both drop 10s rate 5 per 1s }", ["GET", "POST"]],
  ["scraping { target both }", ["GET"]],
  ["card_testing { target thing }", ["GET"]],
])("writes where it writes, on a route that takes both: %s", (attack, methods) => {
  const route = 'route both = GET | POST "/both" { body { username: string } }';
  const actor = castAttacker(stage(route, `attack crowd = ${attack}`));
  const sent = new Set<string>();
  for (let at = actor.first(); at < 60_000_000; at = actor.next(at)) {
    actor.compose(at);
    sent.add(actor.request.method);
  }
  expect([...sent]).toEqual(methods);
});

test("cannot answer a challenge that asks for a key", () => {
  const actor = castAttacker(stage(ASKS, attackOf("if challenged solve")));
  actor.compose(0);
  expect(actor.hear(answer("challenge", "binds"), 0)).toBe(-1);
  expect(actor.solved).toBe(0);
});

test("only a challenge can be solved, and this model has no credentials to rotate", () => {
  expect(() => stage("", attackOf("if blocked solve"))).toThrow("only a challenge can be solved");
  expect(() => stage("", attackOf("clients [alpha]"))).toThrow("acts without a client's credential");
});

test("what is sent again comes from where it came, with the pass that was earned there, and lays that source aside", () => {
  const actor = castAttacker(stage(ASKS, attackOf("if challenged solve if blocked rotate source")));
  actor.compose(0);
  const { ip, asn } = actor.request;
  actor.hear(answer("challenge", "asks"), 0);
  const parked = actor.park();
  for (let at = 1; actor.request.ip === ip; at++) actor.compose(at);
  actor.recall(parked, SOLVE_MICROS);
  expect([actor.request.ip, actor.request.asn, actor.request.passes]).toEqual([ip, asn, ["pow"]]);
  actor.hear(answer("block"), SOLVE_MICROS);
  for (let i = 0; i < 2000; i++) {
    actor.compose(SOLVE_MICROS + i);
    expect(actor.request.ip).not.toBe(ip);
  }
});
