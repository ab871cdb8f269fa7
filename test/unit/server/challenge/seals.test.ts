import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Seals } from "../../../../server/challenge/seals.ts";
import { type ReadToken, readToken, TOKEN_LENGTH } from "../../../../server/challenge/token.ts";
import { check } from "../../../helpers/property.ts";

const OLD = "an old secret of thirty-two bytes or more";
const NEW = "a new secret of thirty-two bytes or more";
const seals = new Seals([OLD]);
const CONTENT = { form: "challenge", kind: "pow", bits: 12, endsMs: 1_800_000_000_000, group: 7 } as const;

function read(text: string): ReadToken {
  const token = readToken(text);
  if (token === null) throw new Error(`no token: ${text}`);
  return token;
}

describe("Seals", () => {
  it("opens what it sealed, for whom it sealed it", () => {
    check(
      fc.property(fc.string(), fc.string(), (binding, other) => {
        const token = read(seals.seal(CONTENT, binding));
        expect(token).toMatchObject(CONTENT);
        expect(seals.isGenuine(token, binding)).toBe(true);
        expect(seals.isGenuine(token, other)).toBe(other === binding);
      }),
    );
  });

  it("takes no token of which any bit was changed", () => {
    const text = seals.seal(CONTENT, "here");
    check(
      fc.property(fc.nat(33 * 8 - 1), (bit) => {
        const bytes = Buffer.from(text, "base64url");
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        const token = readToken(bytes.toString("base64url"));
        expect(token !== null && seals.isGenuine(token, "here")).toBe(false);
      }),
      { runs: 33 * 8 * 4 },
    );
  });

  it("takes no text that it did not make", () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const texts = fc.string({
      unit: fc.constantFrom(...alphabet.split("")),
      minLength: TOKEN_LENGTH,
      maxLength: TOKEN_LENGTH,
    });
    check(
      fc.property(texts, (text) => {
        const token = readToken(`E${text.slice(1)}`);
        expect(token !== null && seals.isGenuine(token, "here")).toBe(false);
      }),
    );
  });

  it("never makes the same token twice", () => {
    const texts = new Set(Array.from({ length: 1_000 }, () => seals.seal(CONTENT, "here")));
    expect(texts.size).toBe(1_000);
  });

  it("keeps challenges and passes apart", () => {
    const bytes = read(seals.seal(CONTENT, "here")).bytes;
    bytes[0] = 0x20;
    expect(seals.isGenuine(read(bytes.toString("base64url")), "here")).toBe(false);
  });

  it("opens with every secret and seals with the first", () => {
    const both = new Seals([NEW, OLD]);
    expect(both.isGenuine(read(seals.seal(CONTENT, "here")), "here")).toBe(true);
    const fresh = read(both.seal(CONTENT, "here"));
    expect(new Seals([NEW]).isGenuine(fresh, "here")).toBe(true);
    expect(seals.isGenuine(fresh, "here")).toBe(false);
  });

  it("cannot be without a secret", () => {
    expect(() => new Seals([])).toThrow(RangeError);
  });
});
