import { describe, expect, it } from "vitest";
import { solve } from "../../../../../server/challenge/client/index.ts";
import { zerosOf } from "../../../../helpers/answers.ts";

const TOKEN = `E${"x".repeat(43)}`;
const pow = (bits: number, expires = 60): object => ({ challenge: { kind: "pow", token: TOKEN, bits, expires } });
const code = (name: string): unknown => expect.objectContaining({ name: "ChallengeError", code: name });

describe("solve", () => {
  it("finds the work, from the problem and from the field", async () => {
    const answer = await solve(pow(12));
    expect(answer).toMatch(new RegExp(`^${TOKEN}\\.\\d+$`));
    expect(zerosOf(answer)).toBeGreaterThanOrEqual(12);
    const field = `Edge realm="x", challenge="pow", token="${TOKEN}", alg="SHA-256", bits=12, expires=60`;
    expect(await solve(field)).toBe(answer);
  });

  it("echoes a nonce", async () => {
    expect(await solve({ kind: "nonce", token: TOKEN, expires: 60 })).toBe(TOKEN);
  });

  it("refuses more work than it is allowed", async () => {
    await expect(solve(pow(23))).rejects.toEqual(code("too_hard"));
    await expect(solve(pow(9), { maxBits: 8 })).rejects.toEqual(code("too_hard"));
    await expect(solve(pow(33), { maxBits: 99 })).rejects.toEqual(code("too_hard"));
  });

  it.each(["dpop", "signature", "mtls", "dance"])("does not answer %s", async (kind) => {
    await expect(solve({ kind, token: TOKEN })).rejects.toEqual(code("unsolvable"));
  });

  it("refuses a token that is none, and what is no challenge", async () => {
    await expect(solve({ kind: "pow", token: "E\r\nx-evil: 1", bits: 1 })).rejects.toEqual(code("unsolvable"));
    await expect(solve("Bearer")).rejects.toEqual(code("no_challenge"));
  });

  it("gives up when the time is over", async () => {
    await expect(solve(pow(32, 0), { maxBits: 32 })).rejects.toEqual(code("expired"));
  });

  it("gives up by its signal, and lets other tasks run meanwhile", async () => {
    const stop = new AbortController();
    const work = solve(pow(32), { maxBits: 32, signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 50);
    await expect(work).rejects.toThrow("enough");
  });
});
