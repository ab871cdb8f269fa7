import { expect, test } from "vitest";
import { ADDRESS_WORDS, parseAddress } from "../../../../engine/facts/address.ts";
import {
  canonicalIp,
  canonicalNetwork,
  hasHostBits,
  networkContains,
  networkOf,
} from "../../../../engine/facts/networks.ts";

test.each([
  ["203.0.113.9", "203.0.113.9"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8::A", "2001:db8::a"],
  ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::ffff:203.0.113.9", "203.0.113.9"],
  ["::ffff:cb00:7109", "203.0.113.9"],
  ["::1.2.3.4", "::102:304"],
  ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
])("%s is %s", (text, canonical) => {
  expect(canonicalIp(text)).toBe(canonical);
});

test.each([
  "",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.256",
  "01.2.3.4",
  "1.2.3.4 ",
  "1..3.4",
  ".1.2.3.4",
  "1.2.3.",
  "1234.1.1.1",
  ":",
  ":1",
  "1:",
  ":::",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:8::",
  "12345::",
  "::g",
  "1.2.3.4::",
  "1:2:3:4:5:6:7:1.2.3.4",
  "fe80::1%eth0",
])("%s is no address", (text) => {
  expect(canonicalIp(text)).toBeNull();
});

test("is read into a place of a larger array, and nothing else of it changes", () => {
  const words = new Uint32Array(3 * ADDRESS_WORDS).fill(7);
  expect(parseAddress("1:2::3", words, ADDRESS_WORDS)).toBe(true);
  expect([...words]).toEqual([7, 7, 7, 7, 7, 0x10002, 0, 0, 3, 128, 7, 7, 7, 7, 7]);
});

test.each([
  ["10.1.2.3/8", "10.0.0.0/8", true],
  ["10.0.0.0/8", "10.0.0.0/8", false],
  ["203.0.113.9", "203.0.113.9/32", false],
  ["0.0.0.0/0", "0.0.0.0/0", false],
  ["2001:db8:40::1/48", "2001:db8:40::/48", true],
  ["::/0", "::/0", false],
  ["::ffff:10.1.2.3/104", "10.0.0.0/8", true],
  ["2001:db8::1", "2001:db8::1/128", false],
])("the network %s is %s", (text, canonical, hostBits) => {
  expect([canonicalNetwork(text), hasHostBits(text)]).toEqual([canonical, hostBits]);
});

test.each(["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "::/1000", "x/8", "/8"])(
  "%s is no network",
  (text) => {
    expect(canonicalNetwork(text)).toBeNull();
  },
);

test.each([
  ["10.0.0.0/8", "10.255.0.1", true],
  ["10.0.0.0/8", "11.0.0.0", false],
  ["10.0.0.0/8", "10.1.0.0/16", true],
  ["10.1.0.0/16", "10.0.0.0/8", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "2001:db8::1", false],
  ["::/0", "2001:db8::1", true],
  ["::/0", "203.0.113.9", false],
  ["2001:db8::/33", "2001:db8:8000::", false],
  ["2001:db8::/33", "2001:db8:7fff::", true],
  ["10.0.0.0/8", "no address", false],
])("whether %s holds %s: %s", (network, inner, expected) => {
  expect(networkContains(network, inner)).toBe(expected);
});

test("the network around an address has the family's own length", () => {
  expect(networkOf("203.0.113.9")).toBe("203.0.113.0/24");
  expect(networkOf("2001:db8:1:2:3::4")).toBe("2001:db8:1:2::/64");
  expect(networkOf("203.0.113.9", 9, 48)).toBe("203.0.0.0/9");
  expect(networkOf("nowhere")).toBeNull();
});
