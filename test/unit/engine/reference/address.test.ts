import { expect, test } from "vitest";
import {
  formatAddress,
  holds,
  networkAround,
  parseAddress,
  parseNetwork,
} from "../../../../engine/reference/address.ts";

test.each([
  ["1.2.3.4", "1.2.3.4"],
  ["::ffff:1.2.3.4", "1.2.3.4"],
  ["::ffff:102:304", "1.2.3.4"],
  ["2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["::", "::"],
  ["1::", "1::"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::1.2.3.4", "::102:304"],
])("%s is %s", (text, canonical) => {
  expect(formatAddress(parseAddress(text) ?? -1n)).toBe(canonical);
});

test.each([
  "",
  "1.2.3",
  "1.2.3.4.5",
  "256.1.1.1",
  "01.2.3.4",
  "1::2::3",
  ":1:2",
  "1:",
  "12345::",
  "fe80::1%eth0",
  "1.2.3.4::",
])("%j is no address", (text) => {
  expect(parseAddress(text)).toBeNull();
});

test("the network around an address has its first bits", () => {
  expect(networkAround(parseAddress("203.0.113.9") ?? 0n, 24, 64)).toBe("203.0.113.0/24");
  expect(networkAround(parseAddress("2001:db8:1:2:3::1") ?? 0n, 24, 64)).toBe("2001:db8:1:2::/64");
  expect(networkAround(parseAddress("203.0.113.9") ?? 0n, 0, 0)).toBe("0.0.0.0/0");
});

function contains(outer: string, inner: string): boolean {
  const [a, b] = [parseNetwork(outer), parseNetwork(inner)];
  return a !== null && b !== null && holds(a, b);
}

test("a network holds its addresses and subnets, of its own family", () => {
  expect(contains("203.0.113.0/24", "203.0.113.255")).toBe(true);
  expect(contains("203.0.113.0/24", "203.0.114.0")).toBe(false);
  expect(contains("203.0.0.0/16", "203.0.113.0/24")).toBe(true);
  expect(contains("203.0.113.0/24", "203.0.0.0/16")).toBe(false);
  expect(contains("0.0.0.0/0", "203.0.113.9")).toBe(true);
  expect(contains("::/0", "203.0.113.9")).toBe(false);
  expect(contains("::/0", "2001:db8::1")).toBe(true);
});

test.each(["", "x", "-1", "08", "8 ", " 8", "+8", "8.0", "1e2", "129", "999", "8/8", "1000"])(
  "no network has the length %j",
  (length) => {
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1"])
      expect(parseNetwork(`${address}/${length}`)).toBeNull();
  },
);

test("a network has up to 32 bits of an IPv4 address and 128 of an IPv6 one", () => {
  const bits = (text: string): number | undefined => parseNetwork(text)?.bits;
  expect([bits("10.1.2.3/0"), bits("10.1.2.3/8"), bits("10.1.2.3/32"), bits("10.1.2.3/33"), bits("10.1.2.3")]).toEqual([
    96,
    104,
    128,
    undefined,
    128,
  ]);
  expect([bits("2001:db8::1/0"), bits("2001:db8::1/33"), bits("2001:db8::1/128"), bits("::ffff:10.1.2.3/8")]).toEqual([
    0, 33, 128, 8,
  ]);
  expect([parseNetwork("nowhere"), parseNetwork("10.1.2/8"), parseNetwork("/8"), parseNetwork("10.1.2.3/8/8")]).toEqual(
    [null, null, null, null],
  );
});
