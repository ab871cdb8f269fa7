import { expect, test } from "vitest";
import { attackHomes } from "../../../../simulator/attacks/homes.ts";
import { SourcePool } from "../../../../simulator/networks.ts";
import { runSeed } from "../../../../simulator/run.ts";
import { type Staged, stage } from "../../../helpers/scenarios.ts";

const attack = (name: string, clauses = "sources 200 rate 20 per 1s"): string =>
  `attack ${name} = credential_stuffing { target login ${clauses} }`;
const staged = (...names: string[]): Staged => stage("", names.map((name) => attack(name)).join("\n"));

/** Addresses and autonomous systems that each attack of a scenario sends from. */
function sentFrom({ policy, scenario }: Staged): ReadonlyMap<string, ReadonlySet<string>> {
  const seen = new Map<string, Set<string>>();
  runSeed(policy, scenario, 1, {
    onDecision: ({ origin, request }) => {
      const all = seen.get(origin) ?? new Set();
      seen.set(origin, all.add(request.ip).add(`AS${request.asn}`));
    },
  });
  return seen;
}

test("no two attacks share an address, a network or an autonomous system", () => {
  const names = Array.from({ length: 64 }, (_, i) => `a${i}`);
  const homes = attackHomes(staged(...names).scenario).map(([, home]) => home);
  const networks = homes.flatMap((home) => home.networks);
  // A pool counts what lies within another network once, so the sum is only reached where none does.
  const sizes = networks.map((network) => new SourcePool([network]).size);
  expect(new SourcePool(networks.filter((text) => !text.includes(":"))).size).toBe(64 * 4096);
  expect(sizes.every((size) => size >= 4096)).toBe(true);
  expect(new Set(networks).size).toBe(128);
  const asns = homes.map(({ firstAsn }) => firstAsn).sort((a, b) => a - b);
  expect(asns.every((asn, i) => i === 0 || asn - (asns[i - 1] ?? 0) >= 65_536)).toBe(true);
  expect(asns.at(-1)).toBeLessThan(4_294_967_295 - 65_536);
  expect(networks.slice(2, 4)).toEqual(["246.208.0.0/12", "3fff:6d0::/28"]);
});

test("two attacks of one scenario send from places of their own", () => {
  const seen = sentFrom(staged("first", "second"));
  const [a, b] = [seen.get("first") ?? new Set<string>(), seen.get("second") ?? new Set<string>()];
  expect(a.size).toBeGreaterThan(200);
  expect(b.size).toBeGreaterThan(200);
  expect([...a].filter((each) => b.has(each))).toEqual([]);
});

test("no attack moves another, wherever it is declared", () => {
  const alone = sentFrom(staged("a"));
  const all = sentFrom(staged("c", "a", "b"));
  const others = sentFrom(staged("b", "c"));
  expect(all.get("a")).toEqual(alone.get("a"));
  expect(all.get("b")).toEqual(others.get("b"));
  expect(all.get("c")).toEqual(others.get("c"));
});
