import fc from "fast-check";
import { expect, test } from "vitest";
import { ADDRESS_WORDS, parseAddress, parseNetwork } from "../../../../engine/facts/address.ts";
import { isOfIpv4, NetworkTable } from "../../../../engine/facts/network-table.ts";
import { canonicalNetwork, networkContains } from "../../../../engine/facts/networks.ts";
import { check } from "../../../helpers/property.ts";

const byte = fc.constantFrom(0, 1, 10, 127, 128, 255);
const v4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join("."));
const group = fc.constantFrom("0", "1", "8000", "ffff");
const v6 = fc.tuple(group, group, group).map(([a, b, c]) => `2001:${a}:${b}::${c}`);
const ip = fc.oneof(v4, v6);
const network = fc.oneof(
  fc.tuple(v4, fc.nat(32)).map(([address, length]) => canonicalNetwork(`${address}/${length}`) as string),
  fc.tuple(v6, fc.nat(128)).map(([address, length]) => canonicalNetwork(`${address}/${length}`) as string),
);

function tableOf(networks: readonly string[]): NetworkTable {
  return new NetworkTable(networks, [...networks.keys()]);
}

test("finds exactly the networks that hold an address, the widest first", () => {
  check(
    fc.property(fc.uniqueArray(network, { maxLength: 30 }), ip, (networks, address) => {
      const table = tableOf(networks);
      const words = new Uint32Array(ADDRESS_WORDS);
      const out = new Int32Array(table.most + 1);
      parseAddress(address, words, 0);
      const found = [...out.subarray(1, table.collect(words, 0, out, 1))].map((index) => networks[index] as string);
      expect(new Set(found)).toEqual(new Set(networks.filter((each) => networkContains(each, address))));
      expect(found.length).toBeLessThanOrEqual(table.most);
      for (const [index, each] of found.entries()) {
        for (const narrower of found.slice(index)) expect(networkContains(each, narrower)).toBe(true);
      }
      expect(table.holds(words, 0)).toBe(found.length > 0);
      expect(table.narrowest(words, 0)).toBe(found.length === 0 ? -1 : networks.indexOf(found.at(-1) as string));
    }),
    { runs: 2_000 },
  );
});

test("a network is held by itself and by wider ones, not by narrower ones", () => {
  check(
    fc.property(fc.uniqueArray(network, { maxLength: 20 }), network, (networks, inner) => {
      const words = new Uint32Array(ADDRESS_WORDS);
      parseNetwork(inner, words, 0);
      expect(tableOf(networks).holds(words, 0)).toBe(networks.some((each) => networkContains(each, inner)));
      const around = networks.filter((each) => networkContains(each, inner));
      const byWidth = around.toSorted((a, b) => Number(a.split("/")[1]) - Number(b.split("/")[1]));
      expect(
        tableOf(networks)
          .around(inner)
          .map((index) => networks[index]),
      ).toEqual(byWidth);
    }),
    { runs: 2_000 },
  );
});

test("says which text is no network", () => {
  expect(() => tableOf(["10.0.0.0/8", "ten"])).toThrow("`ten` is not a network");
});

/** Values found for an address, the widest first. */
function valuesOf(table: NetworkTable, address: string): readonly number[] {
  const words = new Uint32Array(ADDRESS_WORDS);
  const out = new Int32Array(table.most);
  parseNetwork(address, words, 0);
  return [...out.subarray(0, table.collect(words, 0, out, 0))];
}

test("of a network given twice the last value counts, wherever the two stand", () => {
  const networks = ["10.0.0.0/8", "2001:db8::/32", "10.1.0.0/16", "10.0.0.0/8", "2001:db8::/32", "192.0.2.1/32"];
  const table = new NetworkTable(networks, [7, 8, 9, 3, 2, 0]);
  expect(valuesOf(table, "10.1.2.3")).toEqual([3, 9]);
  expect(valuesOf(table, "2001:db8::1")).toEqual([2]);
  expect(valuesOf(table, "192.0.2.1")).toEqual([0]);
  expect(table.most).toBe(2);
  expect([table.around("10.1.0.0/16"), table.around("10.0.0.0/7"), table.around("no network")]).toEqual([
    [3, 9],
    [],
    [],
  ]);
});

test.each([
  ["IPv4", (index: number) => `10.0.${index >> 6}.${(index & 63) * 4}/30`],
  ["IPv6 that differ in the last word", (index: number) => `2001:db8::${(index * 4).toString(16)}/126`],
  ["IPv6 that differ in the first word", (index: number) => `${(0x2000 + index).toString(16)}::/126`],
])("hundreds of networks of %s are told apart at their edges", (_, networkOf) => {
  // Every other one is left out, and one far away makes the buckets wide.
  const networks = Array.from({ length: 200 }, (_, index) => canonicalNetwork(networkOf(2 * index)) as string);
  const far = [canonicalNetwork("223.255.255.0/24") as string, canonicalNetwork("fe80::/64") as string];
  const table = tableOf([...networks, ...far]);
  const words = new Uint32Array(ADDRESS_WORDS);
  for (let index = 0; index < 400; index++) {
    parseNetwork(networkOf(index), words, 0);
    const expected = index % 2 === 0 ? index / 2 : -1;
    expect(table.narrowest(words, 0)).toBe(expected);
    // The first and the last address of it.
    words[4] = 128;
    expect(table.narrowest(words, 0)).toBe(expected);
    words[3] = (words[3] as number) | 3;
    expect(table.narrowest(words, 0)).toBe(expected);
  }
  expect([valuesOf(table, "223.255.255.9"), valuesOf(table, "fe80::9"), valuesOf(table, "223.255.254.9")]).toEqual([
    [200],
    [201],
    [],
  ]);
});

test("IPv4 and IPv6 are apart, also where one is all of its kind", () => {
  const table = tableOf(["0.0.0.0/0", "::/0", "128.0.0.0/1"]);
  expect([valuesOf(table, "1.2.3.4"), valuesOf(table, "200.2.3.4"), valuesOf(table, "2001:db8::1")]).toEqual([
    [0],
    [0, 2],
    [1],
  ]);
  const words = new Uint32Array(2 * ADDRESS_WORDS);
  parseNetwork("::/0", words, ADDRESS_WORDS);
  expect(isOfIpv4(words, ADDRESS_WORDS)).toBe(false);
  parseNetwork("0.0.0.0/0", words, ADDRESS_WORDS);
  expect(isOfIpv4(words, ADDRESS_WORDS)).toBe(true);
  expect([valuesOf(tableOf(["0.0.0.0/0"]), "2001:db8::1"), valuesOf(tableOf(["::/0"]), "1.2.3.4")]).toEqual([[], []]);
});
