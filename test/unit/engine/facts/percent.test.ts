import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeEscapes, decodePiece, escapedByte, hasLonePercent } from "../../../../engine/facts/percent.ts";
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
  expect(["%", "%4", "%4g", "a%41", "%%41", "", "%00"].map(hasLonePercent)).toEqual([
    true,
    true,
    true,
    false,
    true,
    false,
    false,
  ]);
});

/** Bytes at whose sides some rule of UTF-8 changes. */
const EDGES = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];

function escapes(bytes: readonly number[]): string {
  return bytes.map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

test("reads every first byte, with what may follow it at every edge, as the platform's decoder does", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const judge = (bytes: readonly number[]): void => {
    let text: string | null = null;
    try {
      text = decoder.decode(Uint8Array.from(bytes));
    } catch {
      // Not UTF-8: it stays.
    }
    const shown = escapes(bytes);
    const decoded = decodeEscapes(shown);
    const expected = { text: text ?? shown, malformed: text === null, escaped: true };
    if (decoded.text !== expected.text || decoded.malformed !== expected.malformed) {
      expect(decoded, shown).toMatchObject(expected);
    }
  };
  for (let first = 0; first < 256; first++) {
    judge([first]);
    for (const second of EDGES) {
      judge([first, second]);
      for (const third of EDGES) {
        judge([first, second, third]);
        for (const fourth of [0x7f, 0x80, 0xbf, 0xc0]) judge([first, second, third, fourth]);
      }
    }
  }
});

test("an escape is two hexadecimal digits of either case, and all of them are in the text", () => {
  const digits = "/09:@AFG`afg";
  for (const high of digits) {
    for (const low of digits) {
      const isHex = /^[0-9a-f]{2}$/i.test(high + low);
      expect(escapedByte(`x%${high}${low}`, 1), high + low).toBe(isHex ? Number.parseInt(high + low, 16) : -1);
    }
  }
  expect([escapedByte("%4", 0), escapedByte("%41", 0), escapedByte("x41", 0), escapedByte("%", 0)]).toEqual([
    -1, 0x41, -1, -1,
  ]);
});

test("runs of escapes are decoded each for itself, between what stands as it is", () => {
  const decoded = decodeEscapes("a%41%%42b%ffc%zz%C3%A9");
  expect(decoded).toEqual({ text: "aA%Bb%ffc%zzé", malformed: true, hidden: false, escaped: true });
  expect(decodeEscapes("100%")).toEqual({ text: "100%", malformed: false, hidden: false, escaped: false });
});

test("a piece is decoded where it holds an escape, and by itself", () => {
  expect([decodePiece("a%41b%42", 1, 5), decodePiece("a%41b%42", 0, 1), decodePiece("%41", 0, 2)]).toEqual([
    "Ab",
    "a",
    "%4",
  ]);
  expect(decodePiece("%41+", 0, 4)).toBe("A+");
});
