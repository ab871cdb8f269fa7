import fc from "fast-check";
import { expect, test } from "vitest";
import { LiteralSearch } from "../../../../engine/facts/literal-search.ts";
import { foldUnit } from "../../../../engine/regex/case-fold.ts";
import { check } from "../../../helpers/property.ts";

function foldText(text: string): string {
  return Array.from({ length: text.length }, (_, at) => String.fromCharCode(foldUnit(text.charCodeAt(at)))).join("");
}

/** Sorted indices of the texts found, each as often as it was reported. */
function found(search: LiteralSearch, text: string): number[] {
  const out = new Int32Array(search.most + 1).fill(-1);
  const count = search.collect(text, out, 1);
  expect(out[0]).toBe(-1);
  return [...out.subarray(1, count)].sort((a, b) => a - b);
}

const few = fc.string({ unit: fc.constantFrom("a", "b", "A"), maxLength: 6 });
const many = fc.string({
  unit: fc.constantFrom("a", "b", "K", "k", "\u212a", "s", "\u017f", "é", "\uffff", "\ud83d", "-"),
  maxLength: 8,
});

test.each([false, true])("finds what each alone would be found by, folded: %s", (folded) => {
  const texts = fc.uniqueArray(fc.oneof(few, many), {
    maxLength: 40,
    selector: (text) => (folded ? foldText(text) : text),
  });
  check(
    fc.property(
      texts,
      fc.array(
        fc.oneof(
          few,
          many,
          fc.tuple(few, many, few).map((parts) => parts.join("")),
        ),
        { maxLength: 6 },
      ),
      (all, inputs) => {
        const listed = folded ? all.map(foldText) : all;
        const search = new LiteralSearch(listed, [...listed.keys()], folded);
        for (const input of inputs) {
          const seen = folded ? foldText(input) : input;
          const expected = [...listed.keys()].filter((index) => seen.includes(listed[index]!));
          expect(found(search, input)).toEqual(expected);
          expect([...listed.keys()].filter((index) => search.found(index))).toEqual(expected);
        }
      },
    ),
    { runs: 1_000 },
  );
});

test("finds texts that begin alike, one in the other, and of any characters", () => {
  const texts = ["he", "she", "his", "hers", "", "\u0000", "\uffff", "é"];
  const search = new LiteralSearch(texts, [...texts.keys()], false);
  expect(found(search, "ushers")).toEqual([0, 1, 3, 4]);
  expect(found(search, "h\u0000i\uffffs é")).toEqual([4, 5, 6, 7]);
  expect(found(new LiteralSearch([], [], false), "abc")).toEqual([]);
});

test("what an earlier search found is forgotten, also when searches are counted anew", () => {
  const search = new LiteralSearch(["a", "b"], [0, 1], false);
  expect(found(search, "a")).toEqual([0]);
  Object.assign(search, { stamp: 0x3fffffff });
  expect([found(search, "a"), search.found(0), search.found(1)]).toEqual([[0], true, false]);
  expect([found(search, "b"), search.found(0), search.found(1)]).toEqual([[1], false, true]);
});

/** Counts the reads of a text: one of each character, and one for each step back. */
function countReads(text: string): { readonly text: string; readonly reads: () => number } {
  let reads = 0;
  const counted = {
    length: text.length,
    charCodeAt: (at: number): number => {
      reads++;
      return text.charCodeAt(at);
    },
  } as unknown as string;
  return { text: counted, reads: () => reads };
}

test("a search that steps back at every other place takes two steps a character at most", () => {
  const texts = Array.from({ length: 100 }, (_, index) => `${"ab".repeat(16)}${index}`);
  const search = new LiteralSearch(texts, [...texts.keys()], false);
  for (const repeated of ["ab", "abb", "aab", "ab0", `${"ab".repeat(16)}-`, `${"ab".repeat(15)}a`]) {
    const { text, reads } = countReads(repeated.repeat(200));
    expect(search.collect(text, new Int32Array(search.most), 0)).toBe(0);
    expect(reads()).toBeLessThanOrEqual(2 * text.length);
  }
});

test("texts that end each other are reported once, in time that their number adds nothing to", () => {
  const texts = Array.from({ length: 2_000 }, (_, index) => "a".repeat(index + 1));
  const search = new LiteralSearch(texts, [...texts.keys()], false);
  const { text, reads } = countReads("a".repeat(10_000));
  const out = new Int32Array(search.most);
  expect(search.collect(text, out, 0)).toBe(2_000);
  // The longest text is all of it, and at each place after it ends there is one step back.
  expect(reads()).toBeLessThanOrEqual(20_000);
  expect(search.collect("aaa", out, 0)).toBe(3);
});

test("thousands of texts lie in a few numbers each, also of many characters", () => {
  const texts = Array.from(
    { length: 20_000 },
    (_, index) => `${String.fromCharCode(0x4e00 + (index % 997))}-${index}-${index % 7}`,
  );
  const search = new LiteralSearch(texts, [...texts.keys()], false);
  const letters = new Set(texts.flatMap((text) => Array.from(text, (_, at) => text.slice(0, at + 1)))).size;
  expect(search.size).toBeLessThan(2 * letters + 2_000);
  for (const index of [0, 1, 9_999, 19_999]) expect(found(search, `xx${texts[index]!}yy`)).toContain(index);
});
