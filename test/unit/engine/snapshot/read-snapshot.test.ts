/** Bytes that are no snapshot, or one that was changed: each is refused with its reason, and nothing is thrown. */
import { Packr } from "msgpackr/pack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createEngine, makeRequest, restoreEngine } from "../../../../engine/index.ts";
import { halfSipHash } from "../../../../engine/reference/hash.ts";
import {
  checksumOf,
  checksumOfBytes,
  SNAPSHOT_FORMAT,
  SNAPSHOT_KIND,
  type SnapshotHead,
} from "../../../../engine/snapshot/format.ts";
import { readSnapshot } from "../../../../engine/snapshot/read-snapshot.ts";
import { Arena, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { check } from "../../../helpers/property.ts";

const CUT_OFF = { ok: false, message: "it is cut off or damaged" };
const NONE = { ok: false, message: "it is no snapshot" };
const POLICY = policyOf("signal calls = count per ip over 1h\nlimit pace per ip allow 10 per 1h");
const NOW = Date.UTC(2026, 0, 1) * 1_000;

type Run = [first: number, pages: Uint8Array, low: number, high: number];

/** The parts of a snapshot as values: its head, its runs and their number. */
function parts(): { head: SnapshotHead; runs: Run[] } {
  const engine = createEngine(POLICY, { hashKey: [3, 4] });
  for (let index = 0; index < 300; index++)
    engine.decide(makeRequest({ ip: `10.0.${index >> 8}.${index & 255}` }), NOW + index);
  const snapshot = engine.snapshot();
  const bytes: Uint8Array[] = [];
  for (let part = snapshot.next(); part !== null; part = snapshot.next()) bytes.push(part.slice());
  const read = readSnapshot(joined(bytes));
  if (!read.ok) throw new Error(read.message);
  const { head, arena } = read;
  const pages = new Uint8Array(arena.words.buffer, 0, head.pages * PAGE_BYTES);
  const runs = Array.from({ length: head.pages }, (_, page) =>
    runOf(page, pages.slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES)),
  );
  return { head, runs };
}

/** A run with its right checksum. */
function runOf(at: number, pages: Uint8Array): Run {
  return [at, pages, ...checksumOf(new Int32Array(pages.slice().buffer), pages.length / 4)];
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

function packed(...values: readonly unknown[]): Uint8Array {
  const packr = new Packr({ useRecords: false });
  return joined(values.map((value) => packr.pack(value)));
}

/** A head and runs with the right end behind them. */
function whole(head: unknown, ...runs: readonly unknown[]): Uint8Array {
  return packed(...ended([head, ...runs, runs.length]));
}

/** Values whose last is a number of runs, with the head's checksum behind it. */
function ended(values: readonly unknown[]): readonly unknown[] {
  const end = values.at(-1);
  return typeof end === "number" ? [...values.slice(0, -1), [end, ...checksumOfBytes(packed(values[0]))]] : values;
}

const { head, runs } = parts();
const [first, ...others] = runs as [Run, ...Run[]];

describe("a snapshot", () => {
  test("is read with its head and its pages, whatever runs they come in", () => {
    const read = readSnapshot(whole(head, ...runs));
    expect(read).toMatchObject({ ok: true, head: { clock: NOW + 299, hashKey: [3, 4], pages: runs.length } });
    expect(runs.length).toBeGreaterThan(1);
  });

  test("may be of the arena's own page alone", () => {
    const arena = new Arena(1);
    const run = runOf(0, arena.bytes.slice(0, PAGE_BYTES));
    expect(readSnapshot(whole({ ...head, pages: 1 }, run)).ok).toBe(true);
  });

  test("goes on where it ended", () => {
    const restored = restoreEngine(whole(head, ...runs), POLICY);
    if (!restored.ok) throw new Error(restored.message);
    const key = [{ option: 0, value: "10.0.0.7" }];
    expect(restored.engine.readings.signal("calls", key, NOW + 300)).toBe(1);
  });
});

describe("a head that is none", () => {
  test.each<readonly [string, unknown]>([
    ["nothing", null],
    ["a number", 7],
    ["another kind", { ...head, kind: "snapshot" }],
    ["no key", { ...head, hashKey: 7 }],
    ["a key of one word", { ...head, hashKey: [1] }],
    ["a key of three words", { ...head, hashKey: [1, 2, 3] }],
    ["a key that is no number", { ...head, hashKey: [1, "2"] }],
    ["a clock that is none", { ...head, clock: "now" }],
    ["a clock between microseconds", { ...head, clock: 0.5 }],
    ["no states", { ...head, states: {} }],
    ["states that are none", { ...head, states: [7] }],
    ["states without names", { ...head, states: [["id", 7, null]] }],
    ["states with former names that are none", { ...head, states: [["id", "name", 7]] }],
    ["states of which one is none", { ...head, states: [["id", "name", null], 7] }],
    ["states without an identity", { ...head, states: [[7, "name", null]] }],
    ["a policy that is a text", { ...head, policy: "p" }],
    ["a policy that is null", { ...head, policy: null }],
  ])("%s", (_, value) => {
    expect(readSnapshot(whole(value, ...runs))).toEqual(NONE);
  });

  test("states with and without former names are taken", () => {
    const states = [
      ["id", "name", "was"],
      ["id2", "name2", null],
    ];
    expect(readSnapshot(whole({ ...head, states }, ...runs)).ok).toBe(true);
  });

  test("bytes that are no MessagePack, or none", () => {
    expect(readSnapshot(Uint8Array.of(0xc1))).toEqual(NONE);
    expect(readSnapshot(new Uint8Array(0)).ok).toBe(false);
    expect(readSnapshot(packed(head).subarray(0, -1))).toEqual(CUT_OFF);
  });

  test("another format is named", () => {
    const format = SNAPSHOT_FORMAT + 6;
    const message = `it has the format ${format}; this edgepolicy reads ${SNAPSHOT_FORMAT}`;
    expect(readSnapshot(whole({ ...head, format }, ...runs))).toEqual({ ok: false, message });
    expect([head.kind, SNAPSHOT_KIND]).toEqual(["edgepolicy snapshot", "edgepolicy snapshot"]);
  });
});

describe("pages that are not all there", () => {
  const pad = "x".repeat(PAGE_BYTES);
  const unused = (): Run => runOf(runs.length, new Uint8Array(PAGE_BYTES));
  const halves = ([, pages]: Run): readonly Run[] => [
    runOf(0, pages.slice(0, PAGE_BYTES / 2)),
    runOf(0.5, pages.slice(PAGE_BYTES / 2)),
  ];
  const changed = (run: Run, at: number, value: unknown): unknown => run.with(at, value as never);

  test.each<readonly [string, readonly unknown[]]>([
    ["no number of runs", [head, ...runs]],
    ["another number of runs", [head, ...runs, runs.length + 1]],
    ["a run less", [head, ...runs.slice(0, -1), runs.length - 1]],
    ["the first run left out", [head, ...others, others.length]],
    ["a run twice", [head, first, ...runs, runs.length + 1]],
    ["runs in another order", [head, ...others, first, runs.length]],
    ["more pages than the head says", [{ ...head, pages: runs.length - 1 }, ...runs, runs.length]],
    ["fewer pages than the head says", [{ ...head, pages: runs.length + 1 }, ...runs, runs.length]],
    ["pages that no bytes stand for", [{ ...head, pages: 1_000_000 }, ...runs, runs.length]],
    ["a number of pages that is none", [{ ...head, pages: "1" }, ...runs, runs.length]],
    ["a number of pages below zero", [{ ...head, pages: -1 }, ...runs, runs.length]],
    ["part of a page", [{ ...head, pages: 0.5 }, ...runs, runs.length]],
    ["no pages", [{ ...head, pages: 0 }, 0]],
    ["a run that is none", [head, 7, ...others, runs.length]],
    ["a run with one item less", [head, first.slice(0, 3), ...others, runs.length]],
    ["a run with one item more", [head, [...first, 1], ...others, runs.length]],
    ["a run whose pages are a text", [head, changed(first, 1, "pages"), ...others, runs.length]],
    ["a run without pages", [head, changed(first, 1, new Uint8Array(0)), ...others, runs.length]],
    ["a run of half a page", [head, changed(first, 1, new Uint8Array(PAGE_BYTES / 2)), ...others, runs.length]],
    ["another checksum, low", [head, changed(first, 2, first[2] ^ 1), ...others, runs.length]],
    ["another checksum, high", [head, changed(first, 3, first[3] ^ 1), ...others, runs.length]],
    ["pages that no memory would hold", [{ ...head, pages: 2 ** 30 }, ...runs, runs.length]],
    ["half a page and the other half", [head, ...halves(first), ...others, runs.length + 1]],
    ["a run of nothing before all others", [head, runOf(0, new Uint8Array(0)), ...runs, runs.length + 1]],
    ["a run whose pages are numbers", [head, changed(first, 1, [...first[1]]), ...others, runs.length]],
    ["a page that is not in use", [{ ...head, pages: runs.length + 1 }, ...runs, unused(), runs.length + 1]],
    ["a run less, in as many bytes", [{ ...head, policy: { pad } }, ...runs.slice(0, -1), runs.length - 1]],
    ["other pages", [head, changed(first, 1, new Uint8Array(PAGE_BYTES)), ...others, runs.length]],
  ])("%s", (_, values) => {
    expect(readSnapshot(packed(...ended(values)))).toEqual(CUT_OFF);
  });
});

describe("a head that is not the one which was written", () => {
  const end = [runs.length, ...checksumOfBytes(packed(head))] as const;

  test.each<readonly [string, SnapshotHead]>([
    ["of another key, under which no entry would be found", { ...head, hashKey: [3, 5] }],
    ["of another clock", { ...head, clock: head.clock + 1 }],
    ["of other states", { ...head, states: [] }],
  ])("%s", (_, other) => {
    expect(readSnapshot(packed(head, ...runs, end)).ok).toBe(true);
    expect(readSnapshot(packed(other, ...runs, end))).toEqual(CUT_OFF);
  });

  test.each<readonly [string, unknown]>([
    ["is another, low", [end[0], end[1] ^ 1, end[2]]],
    ["is another, high", [end[0], end[1], end[2] ^ 1]],
    ["is half there", end.slice(0, 2)],
    ["has something behind it", [...end, 0]],
    ["is not there", runs.length],
  ])("whose checksum %s", (_, other) => {
    expect(readSnapshot(packed(head, ...runs, other))).toEqual(CUT_OFF);
  });
});

test("no bit of it can change", () => {
  const bytes = whole(head, ...runs);
  const starts = [0, packed(head).length, bytes.length - packed([runs.length, 0, 0]).length];
  check(
    fc.property(fc.constantFrom(...starts), fc.nat(400), fc.nat(7), (start, behind, bit) => {
      const at = Math.min(start + behind, bytes.length - 1);
      const changed = bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit));
      expect(readSnapshot(changed).ok).toBe(false);
    }),
    { runs: 400 },
  );
});

test("a checksum is the keyed hash of the words under the format and their number", () => {
  const words = Int32Array.from({ length: 9 }, (_, index) => Math.imul(index + 1, 0x9e3779b1));
  for (const length of [0, 1, 8, 9]) {
    const [low, high] = checksumOf(words, length);
    const expected = halfSipHash([...words.subarray(0, length)], [SNAPSHOT_FORMAT, length]);
    expect([low >>> 0, high >>> 0]).toEqual(expected.map((word) => word >>> 0));
  }
});

test("a checksum of bytes is that of their words, with zeros up to a whole one", () => {
  const bytes = Uint8Array.of(1, 2, 3, 4, 5);
  expect(checksumOfBytes(bytes)).toEqual(checksumOf(Int32Array.of(0x04_03_02_01, 5), 2));
});
