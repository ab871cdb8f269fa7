import { hash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashSearch } from "../../../../../server/challenge/client/hash-search.ts";
import { zerosOf } from "../../../../helpers/answers.ts";
import { check } from "../../../../helpers/property.ts";

const tokens = fc.uint8Array({ minLength: 33, maxLength: 33 }).map((bytes) => Buffer.from(bytes).toString("base64url"));

describe("HashSearch", () => {
  it("computes SHA-256: what it finds has the zeros, and what it passes over has not", () => {
    check(
      fc.property(
        tokens,
        fc.integer({ min: 0, max: 9_999_999_000 }),
        fc.integer({ min: 1, max: 9 }),
        (token, from, bits) => {
          const found = new HashSearch(token, bits).run(from, from + 400);
          const zeros = Array.from({ length: 400 }, (_, index) => zerosOf(`${token}.${from + index}`));
          const first = zeros.findIndex((count) => count >= bits);
          expect(found).toBe(first < 0 ? -1 : from + first);
        },
      ),
      { runs: 40 },
    );
  });

  it("does so at every length of the counter, and to the last bit of the first word", () => {
    const token = "E".repeat(44);
    for (const counter of [0, 9, 10, 99, 100, 9_999, 10_000, 99_999_999, 100_000_000, 9_999_999_999]) {
      const zeros = Math.clz32(hash("sha256", `${token}.${counter}`, "buffer").readUInt32BE(0));
      expect(new HashSearch(token, zeros).run(counter, counter + 1)).toBe(counter);
      expect(new HashSearch(token, zeros + 1).run(counter, counter + 1)).toBe(-1);
    }
  });

  it("takes tokens of one length", () => {
    expect(() => new HashSearch("E", 1)).toThrow(RangeError);
  });
});
