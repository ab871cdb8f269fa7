import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NONCE_SECONDS, Nonces } from "../../../../../server/identity/dpop/nonces.ts";
import { Replays } from "../../../../../server/identity/dpop/replays.ts";
import { check } from "../../../../helpers/property.ts";

const HTU = "https://api.example.com/a";

describe("used proofs", () => {
  it("are told apart by key, method, address and id", () => {
    const replays = new Replays(360, 1_000);
    const take = (jkt: string, method: string, htu: string, jti: string): boolean =>
      replays.take(jkt, method, htu, jti, 0);
    expect(take("k", "GET", HTU, "1")).toBe(true);
    expect(take("k", "GET", HTU, "1")).toBe(false);
    expect(take("k2", "GET", HTU, "1")).toBe(true);
    expect(take("k", "POST", HTU, "1")).toBe(true);
    expect(take("k", "GET", `${HTU}b`, "1")).toBe(true);
    expect(take("k", "GET", HTU, "2")).toBe(true);
  });

  it("are never taken twice within the window, and are forgotten after two", () => {
    const events = fc.array(fc.tuple(fc.nat({ max: 20 }), fc.nat({ max: 200 })), { minLength: 2, maxLength: 60 });
    check(
      fc.property(events, (drawn) => {
        const replays = new Replays(100, 10_000);
        const taken = new Map<number, number>();
        let now = 1_000;
        for (const [id, later] of drawn) {
          now += later;
          const before = taken.get(id);
          const fresh = replays.take("k", "GET", HTU, String(id), now);
          if (before !== undefined && now - before < 100) expect(fresh).toBe(false);
          if (before === undefined || now - before >= 200) expect(fresh).toBe(true);
          if (fresh) taken.set(id, now);
        }
      }),
      { runs: 500 },
    );
  });

  it("fill the room up to its limit, then are refused, and a turn later taken again", () => {
    const replays = new Replays(360, 80);
    for (let i = 0; i < 80; i++) expect(replays.take(`k${i % 8}`, "GET", HTU, String(i), 0)).toBe(true);
    expect(replays.take("other", "GET", HTU, "x", 0)).toBe(false);
    expect([replays.size, replays.full]).toEqual([80, 1]);
    expect(replays.take("other", "GET", HTU, "x", 720)).toBe(true);
    expect(replays.size).toBe(1);
  });

  it("of one key do not take the room of others", () => {
    const replays = new Replays(360, 80);
    const taken = Array.from({ length: 100 }, (_, i) => replays.take("loud", "GET", HTU, String(i), 0));
    expect(taken.filter(Boolean)).toHaveLength(10);
    expect(replays.take("quiet", "GET", HTU, "0", 0)).toBe(true);
    // The half before counts too.
    expect(replays.take("loud", "GET", HTU, "100", 361)).toBe(false);
    expect(replays.take("loud", "GET", HTU, "100", 722)).toBe(true);
  });
});

describe("nonces", () => {
  it("are accepted for a minute, by who made them", () => {
    const nonces = new Nonces();
    const nonce = nonces.issue(1_000);
    expect(nonces.accepts(nonce, 1_000)).toBe(true);
    expect(nonces.accepts(nonce, 1_000 + NONCE_SECONDS)).toBe(true);
    expect(nonces.accepts(nonce, 1_001 + NONCE_SECONDS)).toBe(false);
    expect(new Nonces().accepts(nonce, 1_000)).toBe(false);
    for (const other of ["", nonce.slice(1), `${nonce}A`, undefined, 7, null])
      expect(nonces.accepts(other, 1_000)).toBe(false);
  });

  it("cannot be made younger", () => {
    const nonces = new Nonces();
    const bytes = Buffer.from(nonces.issue(1_000), "base64url");
    bytes.writeUIntBE(2_000, 0, 6);
    expect(nonces.accepts(bytes.toString("base64url"), 2_000)).toBe(false);
  });
});
