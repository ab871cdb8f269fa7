import { expect, test } from "vitest";
import {
  canonicalIp,
  canonicalNetwork,
  hasHostBits,
  networkBounds,
  networkContains,
  networkOf,
  Networks,
} from "../../../../engine/facts/networks.ts";

test.each([
  ["203.0.113.9", "203.0.113.9"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["::ffff:203.0.113.9", "203.0.113.9"],
  ["203.0.113", null],
  ["203.0.113.9/32", null],
  ["", null],
])("the address %j is %j", (text, expected) => {
  expect(canonicalIp(text)).toBe(expected);
});

test.each([
  ["10.1.2.3/8", "10.0.0.0/8", true],
  ["10.0.0.0/8", "10.0.0.0/8", false],
  ["10.1.2.3", "10.1.2.3/32", false],
  ["2001:db8::1/32", "2001:db8::/32", true],
  ["2001:db8::/32", "2001:db8::/32", false],
  ["2001:db8::1", "2001:db8::1/128", false],
  ["10.0.0.0/33", null, false],
  ["ten", null, false],
])("the network %j is %j; bits after its prefix: %s", (text, canonical, bits) => {
  expect([canonicalNetwork(text), hasHostBits(text)]).toEqual([canonical, bits]);
});

test("the network around an address has 24 bits of IPv4 and 64 of IPv6 unless told", () => {
  expect([networkOf("203.0.113.9"), networkOf("2001:db8:1:2:3::4"), networkOf("nowhere")]).toEqual([
    "203.0.113.0/24",
    "2001:db8:1:2::/64",
    null,
  ]);
  expect([networkOf("203.0.113.9", 8, 32), networkOf("2001:db8:1:2::", 8, 32)]).toEqual([
    "203.0.0.0/8",
    "2001:db8::/32",
  ]);
});

test.each([
  ["10.0.0.0/8", "10.1.2.3", true],
  ["10.0.0.0/8", "10.1.0.0/16", true],
  ["10.0.0.0/8", "10.0.0.0/8", true],
  ["10.1.0.0/16", "10.0.0.0/8", false],
  ["10.0.0.0/8", "11.0.0.0", false],
  ["2001:db8::/32", "2001:db8:ffff::1", true],
  ["::/0", "10.0.0.1", false],
  ["0.0.0.0/0", "2001:db8::1", false],
  ["ten", "10.0.0.1", false],
  ["10.0.0.0/8", "ten", false],
])("whether %j holds %j: %s", (network, inner, expected) => {
  expect(networkContains(network, inner)).toBe(expected);
});

test.each([
  ["10.0.0.0/8", "::ffff:10.0.0.0", 2n ** 24n],
  ["10.1.2.3/8", "::ffff:10.0.0.0", 2n ** 24n],
  ["203.0.113.9", "::ffff:203.0.113.9", 1n],
  ["2001:db8::/32", "2001:db8::", 2n ** 96n],
  ["2001:db8::1", "2001:db8::1", 1n],
  ["::/0", "::", 2n ** 128n],
])("%s begins at %s and has %d addresses", (network, first, size) => {
  const [from, end] = networkBounds(network)!;
  expect([from, end - from]).toEqual([networkBounds(first)![0], size]);
});

test("addresses are numbers of 128 bits", () => {
  expect(networkBounds("::1:0:0:2/128")).toEqual([2n ** 48n + 2n, 2n ** 48n + 3n]);
  expect(networkBounds("1::/128")?.[0]).toBe(2n ** 112n);
  expect(networkBounds("0.0.0.1")?.[0]).toBe(0xffff_0000_0001n);
  expect([networkBounds("ten"), networkBounds("10.0.0.0/33")]).toEqual([null, null]);
});

test("a handful of networks hold what one of them holds, in any spelling", () => {
  const networks = new Networks(["10.0.0.0/8", "192.0.2.7", "2001:db8::1/32"]);
  for (const ip of ["10.1.2.3", "192.0.2.7", "::ffff:192.0.2.7", "2001:DB8:5::1"])
    expect(networks.has(ip), ip).toBe(true);
  for (const ip of ["11.0.0.0", "192.0.2.8", "2001:db9::1", "::10.1.2.3", "ten", ""]) {
    expect(networks.has(ip), ip).toBe(false);
  }
  expect(new Networks([]).has("10.1.2.3")).toBe(false);
  expect(() => new Networks(["10.0.0.0/8", "ten/8"])).toThrow(new RangeError("ten/8"));
});

test("canonical text is the text itself where it is canonical", () => {
  expect(canonicalIp("203.0.113.9")).toBe("203.0.113.9");
  expect(canonicalIp("::ffff:203.0.113.9")).toBe("203.0.113.9");
  expect(canonicalIp("203.0.113.09")).toBeNull();
});
