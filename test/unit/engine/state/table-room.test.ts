/** How a table makes room: what it leaves out, when it is split, and which entry goes where it may grow no more. */
import { describe, expect, test } from "vitest";
import { RESERVED } from "../../../../engine/hash.ts";
import { Arena, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { FULL } from "../../../../engine/state/table.ts";
import { slotsPerPage } from "../../../../engine/state/table-page.ts";
import { MOST, Notes, REST, SLOTS, tableOf, upTo } from "../../../helpers/notes.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { inArena } from "../../../helpers/tables.ts";

describe("the budget", () => {
  test("is whole pages, one at least", () => {
    const room = (budget: number): number => {
      const table = tableOf(9);
      table.setBudget(budget);
      for (const number of upTo(200)) table.note(number, 0);
      return table.bytes / PAGE_BYTES;
    };
    expect([0, PAGE_BYTES - 1, 2 * PAGE_BYTES, 3 * PAGE_BYTES - 1].map(room)).toEqual([1, 1, 2, 2]);
  });

  test("is shared with a pool, each of which has a page at least", () => {
    const shared = (pages: number, entries: number): readonly number[] => {
      const table = tableOf(20);
      const pool = table.withPool(pages * PAGE_BYTES, entries);
      for (const number of upTo(600)) table.note(number, 0);
      return [table.bytes / PAGE_BYTES, pool];
    };
    expect([shared(10, 0.6), shared(10, 0), shared(10, 1), shared(0, 0.5), shared(3, 0.5)]).toEqual([
      [6, 4],
      [1, 9],
      [9, 1],
      [1, 1],
      [2, 1],
    ]);
  });
});

describe("a full page", () => {
  test("is split while there are pages, and drops nothing", () => {
    const table = tableOf(8);
    for (const number of upTo(MOST)) table.note(number, 0);
    expect([table.count, table.bytes]).toEqual([MOST, PAGE_BYTES]);
    table.note(MOST, 0);
    expect([table.count, table.bytes, table.dropped]).toEqual([MOST + 1, 2 * PAGE_BYTES, 0]);
    expect(upTo(MOST + 1).filter((number) => !table.has(number))).toEqual([]);
  });

  test("is split as often as it takes for entries that agree in many bits", () => {
    const table = tableOf(20);
    // The low three bits of the second half tell nothing.
    for (let number = 1; number <= MOST + 1; number++) table.see(number << 8, number << 3, 0);
    expect([table.count, table.dropped]).toEqual([MOST + 1, 0]);
    expect(table.bytes).toBe(5 * PAGE_BYTES);
    for (let number = 1; number <= MOST + 1; number++) expect(table.holds(number << 8, number << 3)).toBe(true);
  });

  test("of one second half is not split, and drops one for each that comes", () => {
    const table = tableOf(8);
    for (const number of upTo(MOST + 5)) table.see((number + 1) << 8, 6, number);
    expect([table.count, table.dropped, table.bytes]).toEqual([MOST, 5, PAGE_BYTES]);
    expect(table.holds((MOST + 5) << 8, 6)).toBe(true);
  });

  test("leaves out what is equal to fresh before it drops anything, all of it at once", () => {
    const table = tableOf(1);
    for (const number of upTo(MOST)) table.note(number, number < 10 ? 0 : 500);
    table.note(MOST, REST + 1);
    expect([table.count, table.dropped, table.released]).toEqual([MOST - 10 + 1, 0, 10]);
    expect(upTo(MOST + 1).filter((number) => !table.has(number))).toEqual(upTo(10));
    expect(table.sketchedAt).toEqual([]);
  });

  test("drops the entry that was not seen for longest, of sixteen, and says so first", () => {
    const table = tableOf(1);
    for (const number of upTo(MOST)) table.note(number, 100 + number);
    const alive = upTo(MOST).map((number) => 100 + number);
    for (let extra = 0; extra < 30; extra++) {
      table.note(MOST + extra, 500 + extra);
      // All but one of the seventeen were looked at.
      const dropped = table.sketchedAt.at(-1) ?? -1;
      expect(alive.slice(0, 2)).toContain(dropped);
      alive.splice(alive.indexOf(dropped), 1);
      alive.push(500 + extra);
    }
    expect([table.count, table.dropped, table.released, table.sketchedAt.length]).toEqual([MOST, 30, 30, 30]);
  });

  test("that was looked through in vain is not looked through again so soon", () => {
    const table = tableOf(1);
    for (const number of upTo(MOST)) table.note(number, 0);
    table.note(MOST, REST);
    expect(table.dropped).toBe(1);
    // Everything but the last is equal to fresh by now, but one goes at a time for a sixteenth of the page, then all of it.
    const few = Math.max(1, SLOTS >> 4);
    for (let extra = 1; extra <= few; extra++) table.note(MOST + extra, REST + 1);
    expect([table.count, table.dropped]).toEqual([MOST, 1]);
    table.note(2 * MOST, REST + 1);
    expect([table.count, table.dropped]).toEqual([few + 2, 1]);
  });
});

test("an entry of which one half of the hash is zero is one like any other", () => {
  const table = tableOf(8);
  const keys = [
    ...upTo(2 * MOST).map((number): readonly [number, number] => [0, number + 1]),
    ...upTo(4).map((number): readonly [number, number] => [(number + 1) << 8, 0]),
  ];
  for (const [index, each] of keys.entries()) table.see(...each, index < MOST ? 0 : 500);
  const held = (): number => keys.filter((each) => table.holds(...each)).length;
  expect([table.count, held(), table.dropped]).toEqual([keys.length, keys.length, 0]);
  table.setBudget(PAGE_BYTES);
  while (table.isTooLarge) table.shrink(REST + 1);
  expect([table.count, held(), table.released]).toEqual([MOST, MOST, keys.length - MOST]);
  for (let left = MOST; left > 0; left--) table.dropAny(REST + 1);
  expect([table.count, held()]).toEqual([0, 0]);
});

describe("a table that is small beside its budget", () => {
  test("grows before it leaves out what is equal to fresh", () => {
    const table = tableOf(400);
    for (const number of upTo(MOST)) table.note(number, 0);
    table.note(MOST, REST + 1);
    expect([table.count, table.bytes, table.released]).toEqual([MOST + 1, 2 * PAGE_BYTES, 0]);
  });

  test("is one of fewer than sixteen pages, or of fewer than a quarter", () => {
    const pagesWhenSwept = (budget: number): number => {
      const table = tableOf(budget);
      let now = 0;
      for (let number = 0; table.released === 0 && number < 2_000; number++) table.note(number, (now += REST));
      return table.bytes / PAGE_BYTES;
    };
    expect([8, 20].map(pagesWhenSwept)).toEqual([2, 5]);
    expect(pagesWhenSwept(200)).toBeGreaterThanOrEqual(16);
    expect(pagesWhenSwept(200)).toBeLessThan(24);
  });
});

describe("entries of clients", () => {
  test("stay as long as there are others", () => {
    const table = tableOf(1);
    for (let client = 1; client <= 5; client++) table.see(RESERVED | (client << 17), client, 0);
    for (const number of upTo(MOST - 5)) table.note(number, 500);
    for (let extra = 0; extra < 60; extra++) table.note(1_000 + extra, 600);
    expect(table.dropped).toBe(60);
    for (let client = 1; client <= 5; client++) expect(table.holds(RESERVED | (client << 17), client)).toBe(true);
  });

  test("go where there are no others, the longest unseen first", () => {
    const table = tableOf(1);
    for (let client = 1; client <= MOST; client++) table.see(RESERVED | (client << 17), client, 100 + client);
    table.see(RESERVED | (200 << 17), 200, 500);
    expect([table.dropped, table.holds(RESERVED | (1 << 17), 1)]).toEqual([1, false]);
  });

  test("go when they are equal to fresh", () => {
    const table = tableOf(1);
    for (let client = 1; client <= 5; client++) table.see(RESERVED | (client << 17), client, 0);
    for (const number of upTo(MOST - 5)) table.note(number, 500);
    table.note(1_000, REST + 1);
    expect([table.count, table.dropped]).toEqual([MOST - 5 + 1, 0]);
  });
});

describe("where room is made elsewhere, entries of clients", () => {
  const client = (number: number): readonly [lo: number, hi: number] => [RESERVED | (number << 17), number];
  const CLIENTS = upTo(40).map((each) => each + 1);

  test("go only when there are no others, in whichever page those are", () => {
    const table = tableOf(30);
    for (const each of CLIENTS) table.see(...client(each), 0);
    for (const number of upTo(40)) table.note(number, 900);
    for (let left = 80; left > 40; left--) table.dropAny(950);
    expect([table.count, table.dropped]).toEqual([40, 40]);
    expect(upTo(40).filter((number) => table.has(number))).toEqual([]);
    expect(CLIENTS.every((each) => table.holds(...client(each)))).toBe(true);
    for (let left = 40; left > 0; left--) table.dropAny(950);
    expect([table.count, table.dropped]).toEqual([0, 80]);
  });

  test("go where they are equal to fresh", () => {
    const table = tableOf(1);
    for (const each of upTo(5)) table.see(...client(each + 1), each < 2 ? 0 : 900);
    table.dropAny(REST + 1);
    expect([table.count, table.dropped]).toEqual([3, 0]);
  });

  test("are found beyond pages that have nothing any more", () => {
    const table = tableOf(30);
    for (const each of CLIENTS) table.see(...client(each), 0);
    for (const each of CLIENTS.filter((every) => every % 2 === 1)) table.forgetAt(...client(each));
    for (let left = 20; left > 0; left--) table.dropAny(950);
    expect([table.count, table.dropped]).toEqual([0, 20]);
  });
});

describe("a page of many entries", () => {
  const SMALL_STRIDE = 8;
  const many = Math.floor(slotsPerPage(SMALL_STRIDE) * FULL);
  const small = (): Notes => inArena(PAGE_BYTES, (arena, head) => new Notes(arena, head, SMALL_STRIDE));

  test("is not looked through for one: the oldest of some goes, and each time of others", () => {
    const table = small();
    for (const number of upTo(many)) table.note(number, 100 + number);
    for (const number of upTo(many)) table.note(many + number, 100 + many + number);
    const oldest = table.sketchedAt.map((seen, index) => seen === 100 + index);
    expect(oldest.filter(Boolean).length).toBeLessThan(many / 4);
    // As many as there are go through the whole page about sixteen times, so that few of the first half are left.
    const left = (from: number): number => upTo(many).filter((number) => table.has(from + number)).length;
    expect(left(many)).toBeGreaterThan(9 * left(0));
  });

  test("drops those of no client among very many", () => {
    const table = small();
    const clients = upTo(many - 40).map((each): readonly [number, number] => [
      RESERVED | ((each + 1) << 10),
      7 * each + 1,
    ]);
    for (const each of clients) table.see(...each, 0);
    for (const number of upTo(40)) table.note(number, 500);
    for (const number of upTo(60)) table.note(100 + number, 600);
    expect([table.dropped, clients.every((each) => table.holds(...each))]).toEqual([60, true]);
    expect(upTo(60).filter((number) => table.has(100 + number)).length).toBe(40);
  });
});

describe("every word that changes is told before,", () => {
  /** Does `change` in a section; it must have told of all that it changed. */
  function told(arena: Arena, change: () => void): void {
    const recorder = new Recorder(arena);
    change();
    expect(recorder.lost()).toEqual([]);
    arena.guard = null;
  }

  function made(pages: number): { readonly arena: Arena; readonly table: Notes } {
    const arena = new Arena(pages + 6);
    return { arena, table: inArena(pages * PAGE_BYTES, (own, head) => new Notes(own, head), arena) };
  }

  test.each([1, 4])("where %d pages fill and are split, left out of, and dropped from", (pages) => {
    const { arena, table } = made(pages);
    let now = 0;
    for (const number of upTo(pages * MOST + 40))
      told(arena, () => table.note(number, (now += number % 50 === 49 ? REST : 7)));
    for (let times = 0; times < 30; times++) told(arena, () => table.dropAny((now += times % 10 === 9 ? REST : 7)));
    expect(table.released).toBeGreaterThan(30);
  });

  test("where a table becomes smaller, and larger again", () => {
    const { arena, table } = made(12);
    for (const number of upTo(7 * MOST)) table.note(number, number);
    told(arena, () => table.setBudget(2 * PAGE_BYTES));
    while (table.isTooLarge) told(arena, () => table.shrink(REST + 3 * MOST));
    told(arena, () => table.setBudget(12 * PAGE_BYTES));
    for (const number of upTo(7 * MOST)) told(arena, () => table.note(number, REST + 3 * MOST));
    expect(upTo(7 * MOST).filter((number) => !table.has(number))).toEqual([]);
    expect([table.count, table.bytes > 7 * PAGE_BYTES]).toEqual([7 * MOST, true]);
  });
});

describe("room for another", () => {
  test("is made of all that is equal to fresh in a page, or of one entry", () => {
    const table = tableOf(1);
    for (const number of upTo(10)) table.note(number, number < 4 ? 0 : 500);
    table.dropAny(REST + 1);
    expect([table.count, table.dropped]).toEqual([6, 0]);
    table.dropAny(REST + 1);
    expect([table.count, table.dropped, table.sketchedAt]).toEqual([5, 1, [500]]);
    for (let left = 5; left > 0; left--) table.dropAny(REST + 1);
    table.dropAny(REST + 1);
    expect([table.count, table.dropped]).toEqual([0, 6]);
  });

  test("is taken from one page after the other", () => {
    const table = tableOf(4);
    for (const number of upTo(3 * MOST)) table.note(number, number);
    const { count, dropped } = table;
    expect(table.bytes).toBe(4 * PAGE_BYTES);
    for (let times = 0; times < 40; times++) table.dropAny(500);
    expect([count - table.count, table.dropped - dropped]).toEqual([40, 40]);
    expect(table.sketchedAt.length).toBe(table.dropped);
  });
});

describe("a smaller table", () => {
  test("is too large until it has its budget, and keeps what fits", () => {
    const table = tableOf(16);
    for (const number of upTo(8 * MOST)) table.note(number, number);
    expect([table.isTooLarge, table.bytes >= 8 * PAGE_BYTES, table.dropped]).toEqual([false, true, 0]);
    table.setBudget(2 * PAGE_BYTES);
    expect(table.isTooLarge).toBe(true);
    while (table.isTooLarge) table.shrink(0);
    expect(table.bytes).toBe(2 * PAGE_BYTES);
    expect(table.count + table.dropped).toBe(8 * MOST);
    expect(table.count).toBeGreaterThan(MOST);
    expect(upTo(8 * MOST).filter((number) => table.has(number)).length).toBe(table.count);
  });

  test("has one page at least, which is not too large", () => {
    const table = tableOf(4);
    for (const number of upTo(2 * MOST)) table.note(number, 0);
    table.setBudget(0);
    while (table.isTooLarge) table.shrink(0);
    expect([table.bytes, table.count <= MOST, table.count > MOST / 2]).toEqual([PAGE_BYTES, true, true]);
  });

  test("leaves out what is equal to fresh, and drops nothing where the rest fits", () => {
    const table = tableOf(4);
    for (const number of upTo(2 * MOST)) table.note(number, number < 2 * MOST - 10 ? 0 : 500);
    table.setBudget(PAGE_BYTES);
    while (table.isTooLarge) table.shrink(REST + 1);
    expect([table.count, table.dropped, table.bytes]).toEqual([10, 0, PAGE_BYTES]);
    expect(upTo(2 * MOST).filter((number) => table.has(number))).toEqual(upTo(10).map((each) => 2 * MOST - 10 + each));
  });

  test("drops from the fuller of two pages that become one", () => {
    for (const fuller of [0, 1]) {
      const table = tableOf(2);
      // The lowest bit of the second half tells the two pages.
      const [many, few] = [upTo(MOST - 2), upTo(5)];
      for (const number of many) table.see((number + 1) << 8, ((number + 1) << 1) | fuller, number);
      for (const number of few) table.see((number + 1) << 8, ((number + 1) << 1) | (1 - fuller), 0);
      expect([table.count, table.bytes]).toEqual([MOST + 3, 2 * PAGE_BYTES]);
      table.setBudget(PAGE_BYTES);
      table.shrink(500);
      expect([table.count, table.dropped, table.bytes]).toEqual([MOST, 3, PAGE_BYTES]);
      for (const number of few) expect(table.holds((number + 1) << 8, ((number + 1) << 1) | (1 - fuller))).toBe(true);
    }
  });

  test("is made of one that is much deeper in places, and can be so again", () => {
    const table = tableOf(30);
    const [lone, crowd] = [upTo(5), upTo(3 * MOST)];
    // The low three bits of most tell nothing.
    const put = (): void => {
      for (const number of lone) table.see((number + 1) << 8, (number << 3) | 3, 500);
      for (const number of crowd) table.see((number + 1) << 8, (number + 1) << 3, 400);
    };
    put();
    const { bytes } = table;
    table.setBudget(PAGE_BYTES);
    for (let pages = bytes / PAGE_BYTES; table.isTooLarge; pages = table.bytes / PAGE_BYTES) {
      table.shrink(600);
      expect(table.bytes / PAGE_BYTES).toBeGreaterThanOrEqual(pages - 1);
    }
    expect([table.bytes, table.count + table.dropped]).toEqual([PAGE_BYTES, 5 + 3 * MOST]);
    table.setBudget(30 * PAGE_BYTES);
    put();
    expect([table.bytes, table.count]).toEqual([bytes, 5 + 3 * MOST]);
    for (const number of lone) expect(table.holds((number + 1) << 8, (number << 3) | 3)).toBe(true);
    for (const number of crowd) expect(table.holds((number + 1) << 8, (number + 1) << 3)).toBe(true);
  });

  test("gives its pages back", () => {
    const arena = new Arena(40);
    const table = new Notes(arena, new Catalogue(arena, 0).use("notes"));
    const before = arena.inUse;
    table.setBudget(20 * PAGE_BYTES);
    for (const number of upTo(5 * MOST)) table.note(number, 0);
    for (const number of upTo(5 * MOST)) table.forget(number);
    table.setBudget(0);
    while (table.isTooLarge) table.shrink(0);
    expect([table.count, arena.inUse]).toEqual([0, before]);
  });
});

test("a table where the arena has no page left drops what it would have kept", () => {
  const arena = new Arena(8);
  const table = new Notes(arena, new Catalogue(arena, 0).use("notes"));
  table.setBudget(100 * PAGE_BYTES);
  for (const number of upTo(20 * MOST)) table.note(number, number);
  expect(arena.room).toBe(0);
  expect(table.count + table.dropped).toBe(20 * MOST);
  expect([table.dropped > 0, table.sketched]).toEqual([true, 0]);
});
