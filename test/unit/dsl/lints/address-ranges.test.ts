/** Ranges of addresses are what their networks hold. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { networkBounds, networkContains, networkOf } from "../../../../engine/index.ts";
import {
  type AddressRanges,
  complementOf,
  intersectionOf,
  rangesAround,
  rangesOf,
} from "../../../../dsl/lints/address-ranges.ts";
import { check } from "../../../helpers/property.ts";

/** Of few bits each, so that networks lie within each other and end at each other. */
const NETWORKS = fc.constantFrom(
  ...[
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/9",
    "10.128.0.0/9",
    "10.1.0.0/16",
    "10.0.0.3/32",
    "10.0.0.3",
    "255.255.255.255",
  ],
  ...["::/0", "::/64", "::/96", "::fffe:0:0/96", "2001:db8::/32", "2001:db8:8000::/33", "2001:db8::1", "ffff::/16"],
);
const ADDRESSES = [
  ...["0.0.0.0", "9.255.255.255", "10.0.0.0", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.127.255.255", "10.128.0.0"],
  ...["11.0.0.0", "255.255.255.255", "::", "::1", "::fffe:ffff:ffff", "::1:0:0:0", "2001:db8::1", "2001:db8:8000::"],
  ...["2001:db9::", "fffe:ffff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
];
const ROW = fc.array(NETWORKS, { maxLength: 6 });

function has(ranges: AddressRanges, ip: string): boolean {
  const [at = 0n] = networkBounds(ip) ?? [];
  return ranges.some(({ first, end }) => first <= at && at < end);
}

function held(networks: readonly string[], ip: string): boolean {
  return networks.some((network) => networkContains(network, ip));
}

function read(networks: readonly string[]): AddressRanges {
  const ranges = rangesOf(networks);
  if (ranges === null) throw new Error(networks.join());
  return ranges;
}

test("an address lies in the ranges of networks where one of them holds it", () => {
  check(
    fc.property(ROW, ROW, (some, others) => {
      const [one, other] = [read(some), read(others)];
      for (const ip of ADDRESSES) {
        expect([ip, has(one, ip)]).toEqual([ip, held(some, ip)]);
        expect([ip, has(complementOf(one), ip)]).toEqual([ip, !held(some, ip)]);
        expect([ip, has(intersectionOf(one, other), ip)]).toEqual([ip, held(some, ip) && held(others, ip)]);
      }
    }),
  );
});

test("an address lies in the ranges around networks where one of them holds its network, or is it", () => {
  const bits = fc.record({ v4: fc.constantFrom(8, 9, 16, 24, 32), v6: fc.constantFrom(0, 16, 32, 33, 64, 128) });
  check(
    fc.property(ROW, bits, (networks, { v4, v6 }) => {
      const [inside, exactly] = [false, true].map((exact) => rangesAround(networks, v4, v6, exact) ?? []);
      for (const ip of ADDRESSES) {
        const own = networkOf(ip, v4, v6) ?? "";
        const same = networks.some((one) => networkContains(one, own) && networkContains(own, one));
        expect([ip, has(inside ?? [], ip)]).toEqual([ip, held(networks, own)]);
        expect([ip, has(exactly ?? [], ip)]).toEqual([ip, same]);
      }
    }),
  );
  expect(rangesAround(["nonsense"], 24, 64, false)).toBeNull();
});

test("ranges are apart and in order, so that none are left where no address is", () => {
  check(
    fc.property(ROW, (networks) => {
      const ranges = read(networks);
      for (const [index, { first, end }] of ranges.entries()) {
        expect(first < end).toBe(true);
        expect(end < (ranges[index + 1]?.first ?? end + 1n)).toBe(true);
      }
      expect(intersectionOf(ranges, complementOf(ranges))).toEqual([]);
      expect(complementOf(complementOf(ranges))).toEqual(ranges);
    }),
  );
  expect(complementOf(read(["0.0.0.0/0", "::/0"]))).toEqual([]);
});

test("a text that is no network has no ranges", () => {
  expect(rangesOf(["10.0.0.0/8", "10.0.0.0/33"])).toBeNull();
  expect(networkBounds("nonsense")).toBeNull();
});
