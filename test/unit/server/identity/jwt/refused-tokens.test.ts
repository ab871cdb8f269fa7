import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { RefusedTokens } from "../../../../../server/identity/jwt/refused-tokens.ts";
import { KeySet, readKeySet } from "../../../../../server/identity/keys/key-set.ts";
import { claims, keySetOf, makePair, NOW, sign, type TestPair, tokenServer } from "../../../../helpers/tokens.ts";

let pair: TestPair;
let other: TestPair;
beforeAll(async () => {
  [pair, other] = await Promise.all([makePair("ES256", "k1"), makePair("ES256", "k1")]);
});

/** How often a key was looked for, which is where verifying begins. */
const find = vi.spyOn(KeySet.prototype, "find");
afterEach(() => void find.mockClear());

describe("a token that was refused", () => {
  it.each([
    ["bad_signature", () => sign(other, claims())],
    ["expired", () => sign(pair, claims({ exp: NOW - 60 }))],
    ["audience_mismatch", () => sign(pair, claims({ aud: "other" }))],
    ["claim_missing", () => sign(pair, claims({ exp: undefined }))],
  ])("for what does not change is not verified again: %s", async (problem, make) => {
    const server = tokenServer({ files: { "keys.json": keySetOf(pair) } });
    const token = await make();
    expect([server.problemOf(token), server.problemOf(token), server.problemOf(token)]).toEqual(
      Array.from({ length: 3 }, () => problem),
    );
    expect(find).toHaveBeenCalledTimes(1);
  });

  it("for its time is accepted when that has come, or has come again", async () => {
    const server = tokenServer({ files: { "keys.json": keySetOf(pair) } });
    const early = await sign(pair, claims({ nbf: NOW + 100 }));
    const future = await sign(pair, claims({ iat: NOW + 100, exp: NOW + 700 }));
    expect([server.problemOf(early), server.problemOf(future)]).toEqual(["not_yet_valid", "issued_in_future"]);
    server.now = NOW + 100;
    expect([server.problemOf(early), server.problemOf(future)]).toEqual([null, null]);
    const late = await sign(pair, claims({ exp: NOW + 30 }));
    expect(server.problemOf(late)).toBe("expired");
    server.now = NOW;
    expect(server.problemOf(late)).toBeNull();
  });
});

describe("refused tokens", () => {
  const keysOf = (one: TestPair): KeySet => readKeySet(Buffer.from(keySetOf(one))) as KeySet;

  it("count for the key that they were refused by, while it is in force", () => {
    const refused = new RefusedTokens();
    const keys = keysOf(pair);
    const [key] = keys.keys;
    if (key === undefined) throw new Error("no key");
    refused.add("d", "bad_signature", key, NOW);
    expect(refused.problemOf("d", keys, NOW)).toBe("bad_signature");
    expect(refused.problemOf("e", keys, NOW)).toBeNull();
    expect(refused.problemOf("d", keysOf(other), NOW)).toBeNull();
    expect(refused.problemOf("d", null, NOW)).toBeNull();
  });

  it("are bounded, and the oldest makes room", () => {
    const refused = new RefusedTokens();
    const keys = keysOf(pair);
    const [key] = keys.keys;
    if (key === undefined) throw new Error("no key");
    for (let n = 0; n < 1_025; n++) refused.add(String(n), "bad_signature", key, NOW);
    expect(refused.size).toBe(1_024);
    expect([refused.problemOf("0", keys, NOW), refused.problemOf("1", keys, NOW)]).toEqual([null, "bad_signature"]);
  });
});
