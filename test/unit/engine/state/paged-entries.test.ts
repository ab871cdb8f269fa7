/** Entries on pages by their hash: found where they were put, whatever was removed beside them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, NONE, PAGE_BYTES, PAGE_WORDS, pageOf } from "../../../../engine/state/arena.ts";
import { PagedEntries } from "../../../../engine/state/paged-entries.ts";
import { ENTRIES, PAGE_HEAD } from "../../../../engine/state/table-page.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";

/** So few to a page that they lie close: six of 681 words. */
const STRIDE = 680;
const SLOTS = 6;

class Entries extends PagedEntries {
  readonly released: number[] = [];
  constructor(arena: Arena, head: number) {
    super(STRIDE, arena, head);
  }
  get page(): number {
    return this.pages()[0] as number;
  }
  put(lo: number, hi: number, value: number): number {
    const at = this.place(lo, hi, this.page);
    this.touch(at);
    this.words[at + 2] = value;
    this.words[at + STRIDE - 1] = value;
    return at;
  }
  get(lo: number, hi: number): number | undefined {
    const at = this.find(lo, hi);
    if (at === NONE) return undefined;
    // Not whole where its last word is another's.
    return this.words[at + STRIDE - 1] === this.words[at + 2] ? this.words[at + 2] : Number.NaN;
  }
  where(lo: number, hi: number): number {
    return this.find(lo, hi);
  }
  delete(lo: number, hi: number): void {
    this.remove(this.find(lo, hi));
  }
  deleteWhere(condemned: (value: number) => boolean): void {
    this.sweep((at) => condemned(this.words[at + 2] as number));
  }
  /** The values from a hash's place on, up to an empty slot. */
  run(lo: number, hi: number): readonly number[] {
    const values: number[] = [];
    for (let at = this.home(lo, hi); !this.isEmpty(at); at = this.after(at)) values.push(this.words[at + 2] as number);
    return values;
  }
  protected release(at: number): void {
    this.released.push(this.words[at + 2] as number);
  }
}

function make(pages = 6): { readonly arena: Arena; readonly entries: Entries; readonly head: number } {
  const arena = new Arena(pages);
  const head = arena.takePage();
  return { arena, head, entries: new Entries(arena, head) };
}

/** First half of a hash whose own slot is this one. */
const loOf = (slot: number, tail = 2): number => (Math.ceil((slot * 0x10000) / SLOTS) << 16) | tail;

test("an entry of a hash goes to its own slot, or the next that is empty, round the page", () => {
  const { entries } = make();
  const slotOf = (at: number): number => (at - entries.page - PAGE_HEAD) / STRIDE;
  expect([0, 2, 5].map((slot) => slotOf(entries.put(loOf(slot), 1, slot)))).toEqual([0, 2, 5]);
  expect(slotOf(entries.put(loOf(5), 2, 6))).toBe(1);
  expect(slotOf(entries.put(loOf(1), 3, 7))).toBe(3);
  expect([entries.count, entries.run(loOf(5), 1), entries.run(loOf(4), 9)]).toEqual([5, [5, 0, 6, 2, 7], []]);
});

test("hashes are told apart by both halves, also where one of them is zero", () => {
  const { entries } = make();
  for (const [lo, hi] of [
    [4, 0],
    [0, 4],
    [4, 4],
  ] as const) {
    expect(entries.get(lo, hi)).toBeUndefined();
    entries.put(lo, hi, 10 * lo + hi);
  }
  expect([entries.get(4, 0), entries.get(0, 4), entries.get(4, 4), entries.get(8, 4)]).toEqual([40, 4, 44, undefined]);
});

test("holds what a map holds, whatever is put and removed, and tells of every word", () => {
  const key = fc.record({ slot: fc.nat(SLOTS - 1), hi: fc.nat(2) });
  check(
    fc.property(fc.array(fc.tuple(key, fc.boolean(), fc.nat(99)), { maxLength: 60 }), (steps) => {
      const { arena, entries, head } = make();
      const recorder = new Recorder(arena);
      const model = new Map<string, number>();
      for (const [{ slot, hi }, puts, value] of steps) {
        const name = `${slot} ${hi}`;
        recorder.begin();
        if (!puts && model.delete(name)) entries.delete(loOf(slot), hi);
        // One slot stays empty, as in every table.
        else if (puts && !model.has(name) && model.size < SLOTS - 1) {
          entries.put(loOf(slot), hi, value);
          model.set(name, value);
        }
        expect(recorder.lost()).toEqual([]);
        for (let each = 0; each < SLOTS; each++) {
          for (const half of [0, 1, 2]) expect(entries.get(loOf(each), half)).toBe(model.get(`${each} ${half}`));
        }
        expect([entries.count, arena.words[entries.page + ENTRIES]]).toEqual([model.size, model.size]);
      }
      expect(pageOf(entries.page)).toBe(entries.page);
      expect(entries.head).toBe(head);
    }),
    { runs: 150 },
  );
});

test("what is removed is told before it goes, and leaves zeros", () => {
  const { arena, entries } = make();
  const at = entries.put(loOf(3), 1, 5);
  entries.put(loOf(3), 2, 6);
  entries.delete(loOf(3), 1);
  expect(entries.released).toEqual([5]);
  // The entry behind it has moved up to its own slot.
  expect([entries.where(loOf(3), 2), entries.where(loOf(3), 1)]).toEqual([at, NONE]);
  entries.delete(loOf(3), 2);
  const page = arena.words.subarray(entries.page + PAGE_HEAD, entries.page + PAGE_WORDS);
  expect([entries.released, page.every((word) => word === 0), entries.count]).toEqual([[5, 6], true, 0]);
});

test("a sweep removes all that are condemned, those too that move where one was, and no others", () => {
  for (const condemned of [(value: number) => value % 2 === 0, (value: number) => value < 4, () => true, () => false]) {
    const { arena, entries } = make();
    let checkpoints = 0;
    const values = [0, 1, 2, 3, 4];
    for (const value of values) entries.put(loOf(4), value + 1, value);
    arena.guard = { before: () => undefined, checkpoint: () => checkpoints++ };
    entries.deleteWhere(condemned);
    expect(values.filter((value) => entries.get(loOf(4), value + 1) === value)).toEqual(
      values.filter((value) => !condemned(value)),
    );
    expect([entries.count, checkpoints]).toEqual([values.filter((value) => !condemned(value)).length, 1]);
    expect(entries.released.toSorted((a, b) => a - b)).toEqual(values.filter(condemned));
  }
});

test("a new table has a page, one whose head is there keeps its own, and none without room", () => {
  const { arena, entries, head } = make(4);
  entries.put(loOf(1), 1, 8);
  expect(new Entries(arena, head).get(loOf(1), 1)).toBe(8);
  expect(arena.inUse).toBe(3 * PAGE_BYTES);
  const other = arena.takePage();
  expect(() => new Entries(arena, other)).toThrow(
    new RangeError("the state's memory is used up: there is no page left for another table"),
  );
});
