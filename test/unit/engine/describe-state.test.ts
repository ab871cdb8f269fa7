/** What state is said to cost is what its tables take. */
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import type { Aggregate, Amount, Client, Expr } from "../../../engine/index.ts";
import { describeState } from "../../../engine/describe-state.ts";
import { BanTable } from "../../../engine/state/bans.ts";
import { CountTable } from "../../../engine/state/counts.ts";
import { DistinctTable } from "../../../engine/state/distinct.ts";
import { CHUNK_BYTES } from "../../../engine/state/entry-pool.ts";
import { GcraTable } from "../../../engine/state/gcra.ts";
import { makeLimitTable } from "../../../engine/state/limit-table.ts";
import { LOG_BYTES } from "../../../engine/state/logs.ts";
import { makeSignalTable } from "../../../engine/state/signal-table.ts";
import { SKETCH_BYTES } from "../../../engine/state/sketches.ts";
import { attributeOf, kindIs, literalOf, makeLimit, makePolicy, makeRule, makeSignal } from "../../helpers/policies.ts";
import { inArena } from "../../helpers/tables.ts";

/** Bytes of a word of the arena. */
const WORD = 4;

function limitBytes(kind: Amount["kind"]): number {
  return inArena(0, (arena, head) => makeLimitTable(kind, arena, head)).stride * WORD;
}

test("names every declaration with state, and the bytes of its entry", () => {
  const { policy } = loadPolicyText(`policy "p" {
  owner   "t"
  default allow
}
signal all   = count per ip over 1m
signal pages = distinct(path) per ip over 1m
limit pace per ip allow 1 per 1s
rule plain when all > 9 then block
rule bans when pages > 9 then block for 1m per ip
`);
  if (policy === null) throw new Error("the policy has errors");
  const [count, distinct, limit, ban] = [
    inArena(0, (arena, head) => new CountTable(1, arena, head)),
    inArena(0, (arena, head) => new DistinctTable(1, arena, head)),
    inArena(0, (arena, head) => new GcraTable(arena, head)),
    inArena(0, (arena, head) => new BanTable(arena, head)),
  ].map(({ stride }) => stride * WORD);
  expect(describeState(policy)).toEqual([
    { name: "all", kind: "count", bytesPerKey: count, largestBytesPerKey: count },
    { name: "pages", kind: "distinct", bytesPerKey: distinct, largestBytesPerKey: (distinct ?? 0) + SKETCH_BYTES },
    { name: "pace", kind: "limit", bytesPerKey: limit, largestBytesPerKey: limit },
    { name: "bans", kind: "ban", bytesPerKey: ban, largestBytesPerKey: ban },
  ]);
});

test("every kind of state is what its table takes for a key", () => {
  const x = attributeOf("string", "header", "x-n");
  const rate = { allow: 100, perMicros: 1_000, burst: 1 };
  const signals: readonly Aggregate[] = [
    { kind: "sum", value: attributeOf("size", "body.size") },
    { kind: "max", value: attributeOf("size", "body.size") },
    { kind: "share", when: kindIs("a") },
    { kind: "steps", value: x },
    { kind: "interval", latest: 33 },
    { kind: "interval", latest: 4 },
    { kind: "novel", value: x },
    { kind: "elapsed", routes: [] },
    { kind: "deviation", againstMicros: 16_000 },
    { kind: "overflow", rate, value: null },
    { kind: "overflow", rate, value: x },
  ];
  const limits: readonly Amount[] = [
    { kind: "calendar", count: 5, unit: "day", zone: "UTC" },
    { kind: "exact", rate: literalOf("rate", rate) },
    { kind: "leases", count: 1 },
  ];
  const policy = makePolicy({
    signals: signals.map((aggregate) => makeSignal(aggregate.kind, 1_000, { aggregate })),
    limits: limits.map((amount) => makeLimit(amount.kind, rate, { amount })),
  });
  const described = describeState(policy);
  expect(described.map(({ name, bytesPerKey }) => [name, bytesPerKey])).toEqual([
    ...policy.signals.map((signal) => [
      signal.name,
      inArena(0, (arena, head) => makeSignalTable(signal, arena, head)).stride * WORD,
    ]),
    ["calendar", limitBytes("calendar")],
    ["exact", limitBytes("exact") + CHUNK_BYTES],
    ["leases", limitBytes("leases") + CHUNK_BYTES],
  ]);
  // A hundred charges need seven chunks, or eight where the first begins with some that are over.
  expect(described.slice(-2).map(({ largestBytesPerKey }) => largestBytesPerKey)).toEqual([
    LOG_BYTES + 8 * CHUNK_BYTES,
    LOG_BYTES + CHUNK_BYTES,
  ]);
});

test("a limit that a client's own rate can raise has room for the largest of them", () => {
  const rate = (allow: number): { allow: number; perMicros: number; burst: number } => ({
    allow,
    perMicros: 1_000,
    burst: 1,
  });
  const own = attributeOf("rate", "client.rate");
  const either = (...options: Expr[]): Expr => ({ ...own, kind: "default", options }) as Expr;
  const clientOf = (allow: number | null): Client =>
    ({ rate: allow === null ? null : rate(allow) }) as unknown as Client;
  const largest = (expr: Expr, ...clients: readonly (number | null)[]): number | undefined =>
    describeState(
      makePolicy({
        clients: clients.map(clientOf),
        limits: [makeLimit("l", rate(1), { amount: { kind: "exact", rate: expr } })],
      }),
    )[0]?.largestBytesPerKey;
  const chunks = (count: number): number => LOG_BYTES + count * CHUNK_BYTES;
  expect(largest(literalOf("rate", rate(17)))).toBe(chunks(2));
  expect(largest(either(own, literalOf("rate", rate(17))), 100, null, 40)).toBe(chunks(8));
  expect(largest(either(own, literalOf("rate", rate(300))), 100)).toBe(chunks(20));
  expect([largest(own, null), largest(own)]).toEqual([chunks(1), chunks(1)]);
});

test("rules without a ban keep nothing", () => {
  const ban = { forMicros: 5, doublingToMicros: null, keys: [], on: null, stateId: "b" };
  const rules = [
    makeRule("allows"),
    makeRule("blocks", { action: { kind: "block", status: 403, ban: null } }),
    makeRule("bans", { action: { kind: "block", status: 403, ban } }),
  ];
  expect(describeState(makePolicy({ rules })).map(({ name, kind }) => [name, kind])).toEqual([["bans", "ban"]]);
});
