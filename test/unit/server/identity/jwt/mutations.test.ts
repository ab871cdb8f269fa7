/** A valid token that is changed anywhere is never accepted: the one spelling of what was signed is the token, and nothing else is. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { check } from "../../../../helpers/property.ts";
import { claims, keySetOf, makePair, sign, type TokenServer, tokenServer } from "../../../../helpers/tokens.ts";

const ALGORITHMS = ["ES256", "EdDSA", "PS256", "RS256"];
let server: TokenServer;
let tokens: readonly string[];
beforeAll(async () => {
  const pairs = await Promise.all(ALGORITHMS.map(async (alg, index) => makePair(alg, `k${index}`)));
  server = tokenServer({ files: { "keys.json": keySetOf(...pairs) } });
  tokens = await Promise.all(pairs.map(async (pair) => sign(pair, claims())));
});

const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0é{}",';
const place = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const character = fc.constantFrom(...CHARACTERS.split(""));

type Mutation = (token: string, others: readonly string[]) => string;
const at = (where: number, text: string): number => Math.floor(where * text.length);

/** One change of the text or of the bytes behind it. */
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, character).map(
    ([where, drawn]): Mutation =>
      (token) => {
        const index = at(where, token);
        return token.slice(0, index) + drawn + token.slice(index + 1);
      },
  ),
  fc.tuple(place, character).map(
    ([where, drawn]): Mutation =>
      (token) => {
        const index = at(where, token);
        return token.slice(0, index) + drawn + token.slice(index);
      },
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(
    ([where, length]): Mutation =>
      (token) => {
        const index = at(where, token);
        return token.slice(0, index) + token.slice(index + length);
      },
  ),
  fc.tuple(fc.nat({ max: 2 }), place, fc.nat({ max: 7 })).map(
    ([segment, where, bit]): Mutation =>
      (token) => {
        const parts = token.split(".").map((part) => Buffer.from(part, "base64url"));
        const bytes = parts[segment] ?? Buffer.alloc(1);
        const index = Math.floor(where * bytes.length);
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        return parts.map((part) => part.toString("base64url")).join(".");
      },
  ),
  fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 3 })).map(
    ([segment, other]): Mutation =>
      (token, others) => {
        const [parts, from] = [token.split("."), (others[other] ?? "").split(".")];
        return parts.map((part, index) => (index === segment ? (from[index] ?? "") : part)).join(".");
      },
  ),
  fc.tuple(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 })).map(
    ([before, after]): Mutation =>
      (token) =>
        before + token + after,
  ),
);

describe("a valid token with changes", () => {
  it("is never accepted", () => {
    const changes = fc.array(mutation, { minLength: 1, maxLength: 3 });
    check(
      fc.property(fc.nat({ max: ALGORITHMS.length - 1 }), changes, (index, drawn) => {
        const token = tokens[index] ?? "";
        const other = drawn.reduce((text, change) => change(text, tokens), token);
        // White space before a token is the header's, not the token's.
        if (tokens.includes(other.replace(/^ +/, ""))) return;
        expect(server.problemOf(other)).not.toBeNull();
      }),
      { runs: 4_000 },
    );
    for (const token of tokens) expect(server.problemOf(token)).toBeNull();
  });
});
