import { describe, expect, it } from "vitest";
import { callerAtAdapter, callerBehind, Peers } from "../../../server/caller-address.ts";
import { readNetworks } from "../../../server/config.ts";

const adapters = readNetworks("adapterPeers", ["127.0.0.0/8", "::1/128"]);
const peersTrusting = (hops: number): Peers => new Peers(adapters, [{ networks: ["10.0.0.0/8"], hops }]);
const trustingNobody = new Peers(adapters, []);

describe("callerBehind", () => {
  it("is the peer itself where no proxy is trusted, whatever it claims", () => {
    expect(callerBehind(trustingNobody.of("203.0.113.9"), "198.51.100.1")).toBe("203.0.113.9");
    expect(callerBehind(peersTrusting(1).of("203.0.113.9"), "198.51.100.1")).toBe("203.0.113.9");
  });

  it.each([
    [1, "198.51.100.7", "198.51.100.7"],
    [1, "192.0.2.66, 198.51.100.7", "198.51.100.7"],
    [2, "192.0.2.66, 198.51.100.7, 10.1.1.1", "198.51.100.7"],
    [2, "198.51.100.7", "198.51.100.7"],
    [1, "198.51.100.7:4711", "198.51.100.7"],
    [1, "[2001:db8::7]:443", "2001:db8::7"],
    [1, "::ffff:198.51.100.7", "198.51.100.7"],
    [1, "198.51.100.7, unknown", "10.0.0.1"],
    [2, "unknown, 198.51.100.7", "198.51.100.7"],
    [1, "fe80::7%eth0", "fe80::7"],
    [1, "[fe80::7%25eth0]:443", "fe80::7"],
    [1, "", "10.0.0.1"],
  ])("counts %i hops from the right of `%s`", (hops, chain, caller) => {
    expect(callerBehind(peersTrusting(hops).of("10.0.0.1"), chain)).toBe(caller);
  });
});

describe("callerAtAdapter", () => {
  it("is what the adapter saw, and nothing that stands before it", () => {
    expect(callerAtAdapter(trustingNobody, "198.51.100.7")).toBe("198.51.100.7");
    expect(callerAtAdapter(trustingNobody, "192.0.2.66, 198.51.100.7")).toBe("198.51.100.7");
    expect(callerAtAdapter(trustingNobody, "2001:db8::7")).toBe("2001:db8::7");
  });

  it("goes on through a trusted proxy before the adapter", () => {
    expect(callerAtAdapter(peersTrusting(1), "192.0.2.66, 198.51.100.7, 10.0.0.1")).toBe("198.51.100.7");
    expect(callerAtAdapter(peersTrusting(1), "10.0.0.1")).toBe("10.0.0.1");
  });

  it("is nobody where the adapter says nothing usable", () => {
    expect(callerAtAdapter(trustingNobody, "")).toBeNull();
    expect(callerAtAdapter(trustingNobody, "198.51.100.7, unknown")).toBeNull();
  });
});

describe("Peers", () => {
  it("knows adapters in every spelling of their address", () => {
    for (const text of ["127.0.0.1", "::1", "0000:0000:0000:0000:0000:0000:0000:0001"]) {
      expect(trustingNobody.of(text).adapter, text).toBe(true);
    }
    const mapped = trustingNobody.of("0000:0000:0000:0000:0000:ffff:7f00:0001");
    expect(mapped).toMatchObject({ adapter: true, address: "127.0.0.1" });
    expect(trustingNobody.of("203.0.113.9").adapter).toBe(false);
    expect(trustingNobody.of("2001:0db8:0000:0000:0000:0000:0000:0001").address).toBe("2001:db8::1");
  });

  it("knows a link-local peer through whichever interface it came", () => {
    const peers = new Peers(adapters, [{ networks: ["fe80::/10"], hops: 1 }]);
    expect(peers.of("fe80::1%eth0")).toMatchObject({ address: "fe80::1", hops: 1 });
  });

  it("gives the same answer for a peer seen before, however many come between", () => {
    const first = trustingNobody.of("203.0.113.9");
    for (let i = 0; i < 5_000; i++) trustingNobody.of(`10.${i >> 8}.${i & 255}.1`);
    expect(trustingNobody.of("203.0.113.9")).toEqual(first);
  });
});
