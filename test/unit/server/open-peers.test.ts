import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OpenPeers } from "../../../server/open-peers.ts";
import { check } from "../../helpers/property.ts";

function counted(): { readonly peers: OpenPeers<string>; readonly reads: () => number } {
  let reads = 0;
  const peers = new OpenPeers<string>((connection) => {
    reads++;
    return connection;
  });
  return { peers, reads: () => reads };
}

describe("OpenPeers", () => {
  it("reads the address of each connection once while all have the same", () => {
    const { peers, reads } = counted();
    peers.opened("10.0.0.1");
    peers.opened("10.0.0.1");
    expect([peers.of("10.0.0.1"), peers.of("10.0.0.1"), reads()]).toEqual(["10.0.0.1", "10.0.0.1", 2]);
  });

  it("takes an address that cannot be told at first for none", () => {
    const { peers } = counted();
    peers.opened("");
    expect(peers.of("10.0.0.2")).toBe("10.0.0.2");
  });

  it("begins anew when no connection is open", () => {
    const { peers, reads } = counted();
    peers.opened("10.0.0.1");
    peers.opened("10.0.0.2");
    peers.closed();
    peers.closed();
    peers.opened("10.0.0.3");
    const before = reads();
    expect([peers.of("10.0.0.3"), reads() - before]).toEqual(["10.0.0.3", 0]);
  });

  it("never tells the address of another connection", () => {
    const step = fc.record({ opens: fc.boolean(), which: fc.nat(9), address: fc.constantFrom("a", "b", "") });
    const steps = fc.array(step, { maxLength: 40 });
    check(
      fc.property(steps, (all) => {
        const { peers } = counted();
        const open: string[] = [];
        for (const { opens, which, address } of all) {
          if (opens) {
            open.push(address);
            peers.opened(address);
          } else if (open.length > 0) {
            open.splice(which % open.length, 1);
            peers.closed();
          }
          for (const connection of open) if (connection !== "") expect(peers.of(connection)).toBe(connection);
        }
      }),
    );
  });
});
