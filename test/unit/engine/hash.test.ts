import fc from "fast-check";
import { expect, test } from "vitest";
import { halfSipHash, makeHash } from "../../../engine/hash.ts";
import { halfSipHash as slowHash } from "../../../engine/reference/hash.ts";
import { check } from "../../helpers/property.ts";

test("hashes as the reference does, which passes the published vectors", () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const out = makeHash();
  check(
    fc.property(fc.array(word, { maxLength: 70 }), word, word, (words, k0, k1) => {
      halfSipHash(Int32Array.from(words), words.length, k0, k1, out);
      expect([out.lo >>> 0, out.hi >>> 0]).toEqual(slowHash(words, [k0, k1]));
    }),
  );
});

test("reads as many words as it is told to", () => {
  const short = makeHash();
  const long = makeHash();
  halfSipHash(Int32Array.of(1, 2), 2, 3, 4, short);
  halfSipHash(Int32Array.of(1, 2, 99), 2, 3, 4, long);
  expect(long).toEqual(short);
});

test("another key gives another hash", () => {
  const a = makeHash();
  const b = makeHash();
  halfSipHash(Int32Array.of(7), 1, 0, 0, a);
  halfSipHash(Int32Array.of(7), 1, 0, 1, b);
  expect(a).not.toEqual(b);
});
