import fc from "fast-check";
import { expect, test } from "vitest";
import { ADDRESS_WORDS, parseAddress, parseNetwork } from "../../../../engine/facts/address.ts";
import { NetworkTable } from "../../../../engine/facts/network-table.ts";
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
    }),
  );
});

test("a network is held by itself and by wider ones, not by narrower ones", () => {
  check(
    fc.property(fc.uniqueArray(network, { maxLength: 20 }), network, (networks, inner) => {
      const words = new Uint32Array(ADDRESS_WORDS);
      parseNetwork(inner, words, 0);
      expect(tableOf(networks).holds(words, 0)).toBe(networks.some((each) => networkContains(each, inner)));
    }),
  );
});

test("says which text is no network", () => {
  expect(() => tableOf(["10.0.0.0/8", "ten"])).toThrow("`ten` is not a network");
});
