import { expect, test } from "vitest";
import { canonicalIp, networkContains, networkOf } from "../../../engine/index.ts";
import { STRANGER_NETWORKS, SourcePool } from "../../../simulator/networks.ts";

test.each([
  [["203.0.113.0/24"], 1],
  [["203.0.113.0/26"], 1],
  [["198.18.0.0/15"], 512],
  [["2001:db8::/48"], 65_536],
  [["2001:db8::1/128"], 1],
  [["10.0.0.0/23", "10.0.0.0/24", "10.0.1.0/25"], 2],
  [["10.0.0.0/25", "10.0.0.128/25"], 1],
  [["10.0.0.0/24", "10.0.0.0/24"], 1],
])("%j holds %i sources", (networks, size) => {
  expect(new SourcePool(networks).size).toBe(size);
});

test("every source has an address of its own /24 or /64, inside the networks, in canonical text", () => {
  const networks = ["198.18.0.0/20", "2001:db8:5::/60"];
  const pool = new SourcePool(networks);
  const places = new Set<string>();
  for (let source = 0; source < pool.size; source++) {
    const ip = pool.address(source, source * 37);
    expect(canonicalIp(ip)).toBe(ip);
    expect(networks.some((network) => networkContains(network, ip))).toBe(true);
    places.add(String(networkOf(ip, 24, 64)));
  }
  expect(places.size).toBe(16 + 16);
  expect(() => pool.address(pool.size, 0)).toThrow(RangeError);
});

test("addresses of a narrow network stay within it, whatever the host", () => {
  for (const network of ["192.0.2.64/28", "192.0.2.9/32", "192.0.2.8/31", "2001:db8::/126"]) {
    const pool = new SourcePool([network]);
    for (let host = 0; host < 300; host++) expect(networkContains(network, pool.address(0, host))).toBe(true);
  }
});

test("attackers sit where nobody real does", () => {
  expect(STRANGER_NETWORKS).toEqual(["198.18.0.0/15", "2001:db8::/32"]);
});
