/** The hash table that all state is in: what it holds, how it makes room, and that it tells of every word before it changes it. */
import { describe, expect, test } from "vitest";
import { RESERVED } from "../../../../engine/hash.ts";
import { Arena, NONE, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { AmountKind, makeCharge } from "../../../../engine/state/charge.ts";
import { type ExactRate, exactRate } from "../../../../engine/exact-rate.ts";
import { GCRA_BYTES, GcraTable } from "../../../../engine/state/gcra.ts";
import { HashTable } from "../../../../engine/state/table.ts";
import { discardTable, slotsPerPage } from "../../../../engine/state/table-page.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { hashOf, inArena } from "../../../helpers/tables.ts";

const SECOND = 1_000_000;
const HOURLY = exactRate({ allow: 1, perMicros: 3_600 * SECOND, burst: 1 });
const START = 1_767_225_600 * SECOND;

function gcra(budget: number): GcraTable {
  return inArena(budget, (arena, head) => new GcraTable(arena, head));
}

/** One that refuses nobody here, whatever is remembered of those that were dropped. */
const ROOMY = exactRate({ allow: 1, perMicros: 3_600 * SECOND, burst: 1_000_000 });

function use(table: GcraTable, number: number, now: number, rate: ExactRate = HOURLY): boolean {
  const charge = makeCharge(AmountKind.gcra);
  const [lo, hi] = hashOf(number);
  table.ask(lo, hi, rate, 1, now, charge);
  if (charge.wait > 0) return false;
  table.charge(charge, now);
  return true;
}

describe("growth", () => {
  test("keeps every entry while the budget lasts, over as many pages as they need", () => {
    const table = gcra(64 << 20);
    for (let number = 0; number < 200_000; number++) use(table, number, START);
    expect([table.count, table.dropped]).toEqual([200_000, 0]);
    for (let number = 0; number < 200_000; number++) expect(use(table, number, START)).toBe(false);
    expect(table.bytes).toBeLessThan(200_000 * 100);
  });

  test("leaves out what is equal to fresh before it takes more", () => {
    const table = gcra(64 << 20);
    for (let number = 0; number < 10_000; number++) use(table, number, START);
    const { bytes } = table;
    for (let number = 10_000; number < 15_000; number++) use(table, number, START + 7_200 * SECOND);
    expect(table.bytes).toBe(bytes);
    expect(table.dropped).toBe(0);
  });

  test("of one hash does not go on for ever", () => {
    const table = gcra(64 << 20);
    const charge = makeCharge(AmountKind.gcra);
    for (let number = 0; number < 2_000; number++) {
      table.ask(number, 7, HOURLY, 1, START, charge);
      table.charge(charge, START);
    }
    // What is dropped goes into the sketch, which has a page for every 256 keys.
    expect(table.bytes).toBeLessThan((2 + 2_000 / 256) * PAGE_BYTES + PAGE_BYTES);
    expect(table.count + table.dropped).toBe(2_000);
  });
});

describe("a full table", () => {
  const budget = 4 * PAGE_BYTES;
  /** The fourth is the sketch's. */
  const most = 3 * slotsPerPage(GCRA_BYTES / 4);

  test("stays within its budget whatever is sprayed at it, and counts what it drops", () => {
    const table = gcra(budget);
    for (let number = 0; number < 50_000; number++) use(table, number, START + number, ROOMY);
    expect(table.bytes).toBeLessThanOrEqual(budget);
    expect(table.count).toBeLessThanOrEqual(most);
    expect(table.count).toBeGreaterThan(most * 0.8);
    expect(table.dropped).toBe(50_000 - table.count);
  });

  test("drops what is equal to fresh before anything else", () => {
    const table = gcra(budget);
    for (let number = 0; number < 1_100; number++) use(table, number, START);
    const later = START + 7_200 * SECOND;
    for (let number = 1_100; number < 2_200; number++) use(table, number, later + number);
    expect(table.dropped).toBe(0);
    for (let number = 1_100; number < 2_200; number++) expect(use(table, number, later + 4_000)).toBe(false);
  });

  test("keeps a key that is seen again and again through a spray", () => {
    const table = gcra(budget);
    let forgotten = 0;
    for (let second = 0; second < 3_000; second++) {
      for (let number = 0; number < 20; number++) use(table, 1_000 + second * 20 + number, START + second * SECOND);
      if (use(table, 0, START + second * SECOND) && second > 0) forgotten++;
    }
    // The hour's own end lets it in nothing: 3,000 s is less than one.
    expect(forgotten).toBeLessThanOrEqual(1);
  });
});

test("a smaller budget makes the table smaller page by page, and drops what no longer fits", () => {
  const table = gcra(64 << 20);
  for (let number = 0; number < 30_000; number++) use(table, number, START);
  table.setBudget(5 * PAGE_BYTES);
  while (table.isTooLarge) {
    const { bytes } = table;
    table.shrink(START);
    expect(table.bytes).toBeLessThanOrEqual(bytes);
  }
  expect(table.bytes).toBeLessThanOrEqual(5 * PAGE_BYTES);
  expect(table.count).toBeGreaterThan(0);
  expect(table.dropped).toBe(30_000 - table.count);
  for (let number = 0; number < 30_000; number++) use(table, number, START);
  expect(table.bytes).toBeLessThanOrEqual(5 * PAGE_BYTES);
});

test("a table that goes gives all its pages back", () => {
  const arena = new Arena(20_000);
  const catalogue = new Catalogue(arena, 0);
  const before = arena.inUse;
  const head = catalogue.use("a");
  const table = new GcraTable(arena, head);
  table.setBudget(256 << 20);
  for (let number = 0; number < 300_000; number++) use(table, number, START);
  expect(arena.inUse - before).toBe(table.bytes);
  discardTable(arena, head);
  expect(arena.inUse).toBe(before);
});

// ── against a map, with everything told and taken back ──────────────────────

const VALUE = 2;
const SEEN = 3;

/** Numbers by hash; fresh once they were not written for 1,000. */
class PlainTable extends HashTable {
  constructor(arena: Arena, head: number, stride = 200) {
    super(stride, arena, head);
  }
  put(number: number, value: number, now: number): void {
    const [lo, hi] = hashOf(number);
    let at = this.find(lo, hi);
    if (at === NONE) at = this.insert(lo, hi, now);
    else this.touch(at);
    this.words[at + VALUE] = value;
    this.words[at + SEEN] = now;
  }
  /** Puts a client's key, by the second half of its hash. */
  putReserved(hi: number, now: number): void {
    const at = this.find(RESERVED, hi);
    this.words[(at === NONE ? this.insert(RESERVED, hi, now) : at) + SEEN] = now;
  }
  deleteReserved(hi: number): void {
    this.remove(this.find(RESERVED, hi));
  }
  get(number: number): number | undefined {
    const at = this.find(...hashOf(number));
    return at === NONE ? undefined : this.words[at + VALUE];
  }
  delete(number: number): void {
    const at = this.find(...hashOf(number));
    if (at !== NONE) this.remove(at);
  }
  deleteWhere(condemned: (value: number) => boolean): void {
    this.sweep((at) => condemned(this.words[at + VALUE] ?? 0));
  }
  dropAny(now: number): void {
    this.dropOne(now);
  }
  protected isFresh(at: number, now: number): boolean {
    return now - (this.words[at + SEEN] ?? 0) > 1_000;
  }
  protected seenAt(at: number): number {
    return this.words[at + SEEN] ?? 0;
  }
  protected release(): void {}
}

test.each([200, 268, 680, 1_360])("grows while its budget lasts, of entries of %d words too", (stride) => {
  const table = inArena(200 * PAGE_BYTES, (arena, head) => new PlainTable(arena, head, stride));
  const keys = Math.floor(80 * slotsPerPage(stride) * 0.8);
  for (let key = 0; key < keys; key++) table.put(key, key, 0);
  expect([table.count, table.dropped]).toEqual([keys, 0]);
  for (let key = 0; key < keys; key++) expect(table.get(key)).toBe(key);
});

describe("entries of clients", () => {
  const table = (): PlainTable => inArena(30 * PAGE_BYTES, (arena, head) => new PlainTable(arena, head));

  test("go only when there are no others", () => {
    const plain = table();
    for (let client = 1; client <= 40; client++) plain.putReserved(client, 0);
    for (let number = 0; number < 40; number++) plain.put(number, 1, 900);
    for (let left = 80; left > 40; left--) plain.dropAny(950);
    expect([plain.count, plain.dropped]).toEqual([40, 40]);
    for (let number = 0; number < 40; number++) expect(plain.get(number)).toBeUndefined();
    for (let left = 40; left > 0; left--) plain.dropAny(950);
    expect(plain.count).toBe(0);
  });

  test("go where a page without any entry comes last", () => {
    const plain = table();
    for (let client = 1; client <= 40; client++) plain.putReserved(client, 0);
    for (let client = 1; client <= 40; client += 2) plain.deleteReserved(client);
    for (let left = 20; left > 0; left--) plain.dropAny(950);
    expect([plain.count, plain.dropped]).toEqual([0, 20]);
  });
});

interface Step {
  readonly what: number;
  readonly key: number;
  readonly value: number;
}

function apply(table: PlainTable, { what, key, value }: Step, now: number): void {
  if (what < 70) table.put(key, value, now);
  else if (what < 85) table.delete(key);
  else if (what < 88) table.deleteWhere((each) => each % 7 === value % 7);
  else if (what < 94) table.setBudget((1 + (value % 40)) * PAGE_BYTES);
  else if (what < 97) table.dropAny(now);
  else if (table.isTooLarge) table.shrink(now);
}

function applyToMap(model: Map<number, number>, { what, key, value }: Step): void {
  if (what < 70) model.set(key, value);
  else if (what < 85) model.delete(key);
  else if (what < 88) for (const [each, held] of model) if (held % 7 === value % 7) model.delete(each);
}

test("holds what a map holds but for what it drops, tells of every word it changes, and forgets a section that is taken back", () => {
  const arena = new Arena(200);
  const table = new PlainTable(arena, new Catalogue(arena, 0).use("t"));
  table.setBudget(30 * PAGE_BYTES);
  const model = new Map<number, number>();
  const recorder = new Recorder(arena);
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((seed / 0x80000000) * below);
  };
  for (let now = 0; now < 4_000; now++) {
    const step = { what: random(100), key: random(500), value: random(1_000) };
    const { count } = table;
    recorder.begin();
    apply(table, step, now);
    if (now % 16 === 0) expect(recorder.lost()).toEqual([]);
    if (random(10) === 0) {
      recorder.undo();
      expect(table.count).toBe(count);
    } else applyToMap(model, step);
    for (const key of model.keys()) if (table.get(key) === undefined) model.delete(key);
    for (let probe = 0; probe < 5; probe++) {
      const key = random(500);
      expect(table.get(key)).toBe(model.get(key));
    }
    expect(table.count).toBe(model.size);
  }
  expect(table.dropped).toBeGreaterThan(0);
});
