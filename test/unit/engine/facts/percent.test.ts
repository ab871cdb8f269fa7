import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeEscapes, hasLonePercent } from "../../../../engine/facts/percent.ts";
import { check } from "../../../helpers/property.ts";

test("decodes what the platform encodes", () => {
  check(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const decoded = decodeEscapes(encodeURIComponent(text));
      expect(decoded.text).toBe(text);
      expect(decoded.malformed).toBe(false);
    }),
  );
});

test("is malformed exactly where the platform throws", () => {
  const byte = fc.constantFrom(
    "%00",
    "%7f",
    "%80",
    "%c1",
    "%c2",
    "%df",
    "%e0",
    "%a0",
    "%ed",
    "%9f",
    "%ef",
    "%f0",
    "%90",
    "%f4",
    "%8f",
    "%f5",
    "x",
  );
  check(
    fc.property(fc.array(byte, { maxLength: 8 }), (bytes) => {
      const text = bytes.join("");
      let throws = false;
      try {
        decodeURIComponent(text);
      } catch {
        throws = true;
      }
      expect(decodeEscapes(text).malformed).toBe(throws);
    }),
    { runs: 2_000 },
  );
});

test("says whether an escape hid a slash, a backslash or a NUL", () => {
  expect(["%2F", "%5c", "%00", "%2E", "/"].map((text) => decodeEscapes(text).hidden)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("a lone percent is one that begins no escape", () => {
  expect(["%", "%4", "%4g", "a%41", "%%41", ""].map(hasLonePercent)).toEqual([true, true, true, false, true, false]);
});
