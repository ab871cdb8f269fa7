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
