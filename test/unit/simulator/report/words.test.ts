import fc from "fast-check";
import { expect, test } from "vitest";
import { visible } from "../../../../simulator/report/words.ts";

test.each([
  ["a\u0000\u001B[31m\u009Cb", "a\\u{0}\\u{1b}[31m\\u{9c}b"],
  ["a\u202Eb\u061Cc\uFEFF\u2028", "a\\u{202e}b\\u{61c}c\\u{feff}\\u{2028}"],
  ["/ad\u00ADmin\u3164\u034F", "/ad\\u{ad}min\\u{3164}\\u{34f}"],
  ["a\u{E0041}b\u{1D173}", "a\\u{e0041}b\\u{1d173}"],
  ["/größe/日本?q=a b&ü=\u{1F600}", "/größe/日本?q=a b&ü=\u{1F600}"],
])("%j is shown as %s", (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test("nothing unseen is left of any text, and it is the same again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(visible(visible(text))).toBe(visible(text));
    }),
  );
});
