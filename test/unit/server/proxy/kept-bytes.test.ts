import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeptBytes } from "../../../../server/proxy/kept-bytes.ts";
import { check } from "../../../helpers/property.ts";

describe("KeptBytes", () => {
  it("are what was added, in order, and no view of it", () => {
    check(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }), (pieces) => {
        const kept = new KeptBytes();
        const reused = new Uint8Array(40);
        for (const piece of pieces) {
          reused.set(piece);
          kept.add(reused.subarray(0, piece.length));
          reused.fill(0);
        }
        expect(Buffer.from(kept.bytes())).toEqual(Buffer.concat(pieces));
      }),
    );
  });

  it("take no more than twice their length, however small the pieces", () => {
    const kept = new KeptBytes();
    for (let i = 0; i < 100_000; i++) kept.add(Uint8Array.of(i));
    expect(kept.bytes().buffer.byteLength).toBeLessThanOrEqual(200_000);
  });
});
