/** What a table leaves out of a page when it makes room, where on the page that may be, and how long a page is let be afterwards. */
import { describe, expect, test } from "vitest";
import { RESERVED } from "../../../../engine/hash.ts";
import { PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { FULL } from "../../../../engine/state/table.ts";
import { slotsPerPage } from "../../../../engine/state/table-page.ts";
import { MOST, type Notes, REST, tableOf, upTo } from "../../../helpers/notes.ts";

type Hash = readonly [lo: number, hi: number];

/** A hash whose entry stands in a slot if that is free; the second half also tells pages apart. */
function inSlot(slot: number, slots: number, hi: number): Hash {
  return [Math.ceil((slot * 0x10000) / slots) << 16, hi];
}

function seeAll(table: Notes, hashes: readonly Hash[], now: number): void {
  for (const hash of hashes) table.see(...hash, now);
}

function held(table: Notes, hashes: readonly Hash[]): number {
  return hashes.filter((hash) => table.holds(...hash)).length;
}

describe.each([
  ["few large entries", 200],
  ["many small ones", 8],
])("a page of %s", (_, stride) => {
  const slots = slotsPerPage(stride);
  const most = Math.floor(slots * FULL);
  /** Entries that may be dropped before a page is looked through again. */
  const few = Math.max(1, slots >> 4);

  test("leaves nothing out before it is full", () => {
    const table = tableOf(1, stride);
    for (const number of upTo(most - 1)) table.note(number, 0);
    table.note(most, REST + 1);
    expect([table.count, table.released]).toEqual([most, 0]);
  });

  test("leaves out what is equal to fresh in whichever slot it is, and keeps the rest in the others", () => {
    // All begin at the last slots of the page, and go on at its first.
    const hashes = upTo(most).map((number) => inSlot(slots - 1 - (number % 3), slots, number + 1));
    const fresh = hashes.filter((_hash, index) => index % 2 === 0);
    const rest = hashes.filter((_hash, index) => index % 2 === 1);
    const table = tableOf(1, stride);
    for (const [index, hash] of hashes.entries()) table.see(...hash, index % 2 === 0 ? 0 : 500);
    table.note(1_000, REST + 1);
    expect([held(table, fresh), held(table, rest), table.released]).toEqual([0, rest.length, fresh.length]);
    expect([table.count, table.dropped]).toEqual([rest.length + 1, 0]);
  });

  test("takes an entry of which one half of the hash is zero for one like any other", () => {
    const hashes = upTo(most).map((number): Hash => (number % 4 < 2 ? [0, number + 1] : [(number + 1) << 16, 0]));
    const fresh = hashes.filter((_hash, index) => index % 2 === 0);
    const rest = hashes.filter((_hash, index) => index % 2 === 1);
    const table = tableOf(1, stride);
    for (const [index, hash] of hashes.entries()) table.see(...hash, index % 2 === 0 ? 0 : 500);
    table.note(1_000, REST + 1);
    expect([held(table, fresh), held(table, rest), table.released]).toEqual([0, rest.length, fresh.length]);
    for (let left = rest.length; left >= 0; left--) table.dropAny(REST + 2);
    expect([table.count, table.dropped]).toEqual([0, rest.length + 1]);
  });

  test("is split where it would soon be full again", () => {
    const pagesAfter = (fresh: number): number => {
      const table = tableOf(2, stride);
      for (const number of upTo(most)) table.note(number, number < fresh ? 0 : 500);
      table.note(most, REST + 1);
      expect([table.count, table.dropped]).toEqual([most - fresh + 1, 0]);
      return table.bytes / PAGE_BYTES;
    };
    expect([few - 1, few].map(pagesAfter)).toEqual([2, 1]);
  });

  test("holds as much as any when it has been split", () => {
    const table = tableOf(2, stride);
    const hashes = upTo(2 * most).map((number): Hash => [(number + 1) << 8, number + 1]);
    seeAll(table, hashes, 0);
    expect([table.count, table.dropped, table.bytes]).toEqual([2 * most, 0, 2 * PAGE_BYTES]);
    expect(held(table, hashes)).toBe(2 * most);
  });

  test("that cannot be split leaves out what is equal to fresh, though the table is small beside its budget", () => {
    const table = tableOf(400, stride);
    const hashes = upTo(most).map((number) => inSlot(number, slots, 6));
    for (const [index, hash] of hashes.entries()) table.see(...hash, index < 5 ? 0 : 500);
    table.see(1 << 8, 6, REST + 1);
    expect([table.count, table.dropped, table.released]).toEqual([most - 5 + 1, 0, 5]);
    expect([held(table, hashes.slice(0, 5)), held(table, hashes)]).toEqual([0, most - 5]);
  });

  test.each([
    ["for an entry", (table: Notes, number: number, now: number) => table.note(number, now)],
    ["elsewhere", (table: Notes, _number: number, now: number) => table.dropAny(now)],
  ])("that was looked through in vain for room %s is let be for a sixteenth of its slots", (where, makeRoom) => {
    const table = tableOf(1, stride);
    for (const number of upTo(most)) table.note(number, 0);
    makeRoom(table, most, REST);
    expect([table.dropped, table.released]).toEqual([1, 1]);
    // What was seen at the beginning is equal to fresh by now, and goes one by one.
    for (let extra = 1; extra <= few; extra++) makeRoom(table, most + extra, REST + 1);
    expect([table.dropped, table.released]).toEqual([1, 1 + few]);
    makeRoom(table, 2 * most, REST + 1);
    expect([table.count, table.dropped, table.released]).toEqual(
      where === "elsewhere" ? [0, 1, most] : [few + 2, 1, most],
    );
  });
});

test("a page that is let be drops what is equal to fresh, of a client or not, before anything else", () => {
  const table = tableOf(1);
  const client: Hash = [RESERVED, 7];
  table.see(...client, 1);
  for (const number of upTo(MOST - 1)) table.note(number, 500);
  table.note(MOST, REST);
  expect([table.dropped, table.holds(...client)]).toEqual([1, true]);
  table.note(2 * MOST, REST + 2);
  expect([table.dropped, table.holds(...client)]).toEqual([1, false]);
});

describe("of a page of many entries", () => {
  const STRIDE = 8;
  const slots = slotsPerPage(STRIDE);
  const most = Math.floor(slots * FULL);

  test("sixteen are looked at for one to drop, and the next sixteen the next time", () => {
    const table = tableOf(1, STRIDE);
    const hashes = upTo(most).map((slot) => inSlot(slot, slots, 1));
    // The later a slot, the longer its entry was not seen.
    for (const [slot, hash] of hashes.entries()) table.see(...hash, 900 - slot);
    for (let extra = 0; extra < 4; extra++) table.see(...inSlot(most + extra, slots, 1), 900);
    expect(table.sketchedAt).toEqual([15, 31, 47, 63].map((slot) => 900 - slot));
  });

  test("none is of the page behind it", () => {
    const table = tableOf(8, STRIDE);
    const hashes = upTo(8 * most).map((number): Hash => [Math.imul(number + 1, 0x9e3779b1) & ~1, number + 1]);
    seeAll(table, hashes, 1);
    expect([table.count, table.bytes]).toEqual([8 * most, 8 * PAGE_BYTES]);
    // Everything goes, a page at a time, and whatever comes finds its place.
    const later = hashes.map(([lo, hi]): Hash => [lo ^ 0x5a5a0000, hi + 8 * hashes.length]);
    seeAll(table, later, REST + 2);
    expect([table.count, table.dropped, held(table, later)]).toEqual([8 * most, 0, 8 * most]);
    table.setBudget(PAGE_BYTES);
    while (table.isTooLarge) table.shrink(REST + 2);
    expect([table.count, held(table, later)]).toEqual([most, most]);
  });
});

describe("room elsewhere is made", () => {
  const client = (number: number, page: number): Hash => [RESERVED | ((number + 1) << 17), page];
  /** A table of so many pages, each of them with some clients' entries that differ in nothing but the page. */
  function pagesOfClients(pages: number, each: number, stride?: number): Notes {
    const table = tableOf(pages, stride);
    for (let page = 0; page < pages; page++) for (const number of upTo(MOST)) table.see(...client(number, page), 500);
    for (let page = 0; page < pages; page++) {
      for (const number of upTo(MOST - each)) table.forgetAt(...client(number + each, page));
    }
    expect([table.bytes, table.count]).toEqual([pages * PAGE_BYTES, pages * each]);
    return table;
  }

  test.each<Hash>([
    [2 << 17, 1],
    [0, 1],
    [2 << 17, 0x1_0001],
  ])("of the one entry that is of no client, whatever its hash is", (lo, hi) => {
    const table = pagesOfClients(4, 3);
    table.see(lo, hi, 600);
    table.dropAny(700);
    expect([table.holds(lo, hi), table.count]).toEqual([false, 12]);
  });

  test("of a client's entry where sixteen pages have no other, though the next page may", () => {
    const goes = (page: number): boolean => {
      const table = pagesOfClients(32, 2);
      table.see(2 << 17, page, 600);
      table.dropAny(700);
      expect(table.count).toBe(64);
      return !table.holds(2 << 17, page);
    };
    expect([0, 15, 16, 31].map(goes)).toEqual([true, true, false, false]);
  });
});
