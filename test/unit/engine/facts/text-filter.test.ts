import fc from "fast-check";
import { expect, test } from "vitest";
import { TextFilter } from "../../../../engine/facts/text-filter.ts";
import { check } from "../../../helpers/property.ts";

test("never denies a text that is in the set, wherever it stands in another", () => {
  check(
    fc.property(fc.array(fc.string({ unit: "binary" })), fc.string(), fc.string(), (texts, before, after) => {
      const filter = new TextFilter(texts);
      for (const text of texts) {
        expect(filter.mayHave(before + text + after, before.length, before.length + text.length)).toBe(true);
      }
    }),
  );
});

test("denies most of what is not in the set", () => {
  const filter = new TextFilter(Array.from({ length: 1_000 }, (_, index) => `/admin/${index}`));
  const others = Array.from({ length: 1_000 }, (_, index) => `/v1/orders/${index * 7_919}`);
  expect(others.filter((text) => filter.mayHave(text, 0, text.length)).length).toBeLessThan(100);
  expect(new TextFilter([]).mayHave("", 0, 0)).toBe(false);
  expect(new TextFilter([""]).mayHave("", 0, 0)).toBe(true);
});

/** Texts of three letters: their ends tell them apart. */
function textsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    String.fromCharCode(97 + (index >> 8), 256 + (index & 255), 97 + (index >> 4)),
  );
}

test.each([10, 300, 3_000])("has sixteen bits a text, so that few others pass a filter of %d", (count) => {
  const all = textsOf(2 * count);
  const filter = new TextFilter(all.filter((_, index) => index % 2 === 0));
  const passed = all.filter((text, index) => index % 2 === 1 && filter.mayHave(text, 0, text.length)).length;
  expect(passed).toBeLessThan(count / 5);
});

test("takes no more room than its bits, 128 KiB at most", () => {
  const { bits, mask } = new TextFilter(textsOf(70_000)) as unknown as { bits: Int32Array; mask: number };
  expect([bits.length, mask]).toEqual([2 ** 15, 2 ** 20 - 1]);
  const sizes = [0, 16, 17, 32, 33].map(
    (count) => (new TextFilter(textsOf(count)) as unknown as { bits: Int32Array }).bits.length,
  );
  expect(sizes).toEqual([8, 8, 16, 16, 32]);
});

test("tells parts of texts apart by their last unit, and what follows does not count", () => {
  const filter = new TextFilter([...textsOf(300), "abc"]);
  const others = Array.from({ length: 200 }, (_, index) => `ab${String.fromCharCode(200 + index)}c`);
  expect(others.filter((text) => filter.mayHave(text, 0, 3)).length).toBeLessThan(60);
});
