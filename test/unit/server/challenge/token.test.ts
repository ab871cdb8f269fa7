import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHALLENGES } from "../../../../engine/index.ts";
import { encodeContent, readToken, TOKEN_LENGTH, type TokenContent } from "../../../../server/challenge/token.ts";
import { check } from "../../../helpers/property.ts";

const contents: fc.Arbitrary<TokenContent> = fc.record({
  form: fc.constantFrom("challenge", "pass"),
  kind: fc.constantFrom(...CHALLENGES),
  keyId: fc.nat(255),
  bits: fc.nat(32),
  endsMs: fc.nat(2 ** 48 - 1),
  group: fc.nat(2 ** 32 - 1),
});
const textOf = (content: TokenContent, random: number, seal: Uint8Array): string =>
  Buffer.concat([encodeContent(content, random), seal]).toString("base64url");
const seals = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe("readToken", () => {
  it("reads what was written, and its text is a token of structured fields", () => {
    check(
      fc.property(contents, fc.nat(2 ** 32 - 1), seals, (content, random, seal) => {
        const text = textOf(content, random, seal);
        expect(text).toHaveLength(TOKEN_LENGTH);
        expect(text).toMatch(content.form === "challenge" ? /^[EF]/ : /^[IJ]/);
        expect(readToken(text)).toMatchObject(content);
      }),
    );
  });

  it("has one text for the same bytes", () => {
    check(
      fc.property(contents, fc.nat(2 ** 32 - 1), seals, (content, random, seal) => {
        const text = textOf(content, random, seal);
        expect(readToken(text)?.bytes.toString("base64url")).toBe(text);
        for (const other of [`${text}=`, ` ${text}`, `${text}A`, text.slice(1), text.replace(/.$/, "+")]) {
          expect(readToken(other)).toBeNull();
        }
      }),
      { runs: 50 },
    );
  });

  it.each(["", "E", "x".repeat(44), "A".repeat(44), "\u00e9".repeat(44), `H${"A".repeat(43)}`])(
    "refuses %j",
    (text) => {
      expect(readToken(text)).toBeNull();
    },
  );
});
