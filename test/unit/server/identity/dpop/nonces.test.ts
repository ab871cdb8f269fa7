import { describe, expect, it } from "vitest";
import { NONCE_SECONDS, Nonces } from "../../../../../server/identity/dpop/nonces.ts";

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
