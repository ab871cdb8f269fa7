/** What is counted of callers that are no clients: how well, in which room, and what follows from it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { canonicalIp, networkOf, type Policy } from "../../../../engine/index.ts";
import { countNetworks, hashOfNetwork, noteNetwork, REGISTERS } from "../../../../server/containment/network-sketch.ts";
import { NetworkWindow } from "../../../../server/containment/network-window.ts";
import { readBanGuard } from "../../../../server/containment/options.ts";
import { StrangerGuard } from "../../../../server/containment/stranger-guard.ts";
import type { Tripped } from "../../../../server/containment/ban-guard.ts";
import { WorkerStrangers } from "../../../../server/workers/worker-strangers.ts";
import { check } from "../../../helpers/property.ts";

const SEED = 0x5eed_1234;
const MINUTE = 60e6;
const START = 1e15;
const ipOf = (n: number): string => `${10 + (n >>> 16)}.${(n >>> 8) & 255}.${n & 255}.9`;

function policyOf(): Policy {
  const text = `policy "p" { default allow }
rule trap when path == "/.env" then block for 1h per ip
rule plain when path == "/x" then block`;
  const { policy } = loadPolicyText(text);
  if (policy === null) throw new Error("the policy has errors");
  return policy;
}
const POLICY = policyOf();

describe("a sketch of networks", () => {
  it.each([1, 10, 100, 1_000, 20_000, 200_000])("counts %s of them within four standard errors", (networks) => {
    for (const seed of [SEED, 1, 0xffff_ffff]) {
      const registers = new Uint8Array(REGISTERS);
      for (let n = 0; n < networks; n++) noteNetwork(registers, hashOfNetwork(ipOf(n), seed));
      const off = Math.abs(countNetworks(registers) - networks) / networks;
      expect(off).toBeLessThan(4 * (1.04 / Math.sqrt(REGISTERS)));
    }
  });

  it("takes addresses for one network where a policy does", () => {
    const group = fc.integer({ min: 0, max: 3 });
    const v6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(":"));
    const v4 = fc.array(group, { minLength: 4, maxLength: 4 }).map((bytes) => bytes.join("."));
    const address = fc.oneof(v4, v6).map((text) => canonicalIp(text) ?? "");
    check(
      fc.property(address, address, (one, other) => {
        const same = hashOfNetwork(one, SEED) === hashOfNetwork(other, SEED);
        expect(same).toBe(networkOf(one) === networkOf(other));
      }),
    );
  });
});

describe("the guard of callers that are no clients", () => {
  function guardOf(
    seen: number,
    options: Parameters<typeof readBanGuard>[0] = {},
  ): { guard: StrangerGuard; tripped: Tripped[] } {
    const tripped: Tripped[] = [];
    const guard = new StrangerGuard(readBanGuard(options), SEED, (each) => void tripped.push(each));
    for (let n = 0; n < seen; n++) guard.see(POLICY, ipOf(n), START);
    return { guard, tripped };
  }
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  it("tells of a rule that bans many of their networks, and not at every request", async () => {
    const { guard, tripped } = guardOf(1_000);
    for (let n = 0; n < 300; n++) guard.ban("trap", ipOf(n), START + n * 1e4);
    await turn();
    expect(tripped).toHaveLength(1);
    expect(tripped[0]?.rule).toBe("trap");
    expect(Math.abs((tripped[0]?.seen ?? 0) - 1_000)).toBeLessThan(130);
    expect(tripped[0]?.banned).toBeGreaterThan(50);
  });

  it.each([
    ["few are banned", 1_000, 20, "trap", {}],
    ["few were seen", 40, 40, "trap", {}],
    ["a rule does not ban", 1_000, 300, "plain", {}],
    ["they are not counted", 1_000, 300, "trap", { strangers: "off" }],
    ["the guard is off", 1_000, 300, "trap", { mode: "off" }],
  ] as const)("tells nothing where %s", async (_, seen, banned, rule, options) => {
    const { guard, tripped } = guardOf(seen, options);
    for (let n = 0; n < banned; n++) guard.ban(rule, ipOf(n), START + n * 1e6);
    await turn();
    expect(tripped).toEqual([]);
  });

  it("forgets after ten minutes, and keeps ten minutes at most", () => {
    const window = new NetworkWindow();
    for (let n = 0; n < 100; n++) window.note(hashOfNetwork(ipOf(n), SEED), START);
    expect(window.count(START + 9 * MINUTE)).toBeGreaterThan(80);
    expect(window.count(START + 11 * MINUTE)).toBe(0);
    for (let n = 0; n < 100; n++) window.note(hashOfNetwork(ipOf(n), SEED), START + n * MINUTE);
    expect(window.count(START + 99 * MINUTE)).toBe(10);
  });

  it("comes to the same from what workers tell", async () => {
    const odd = Array.from({ length: 150 }, (_, n) => ipOf(2 * n + 1));
    const alone = guardOf(1_000);
    for (const ip of odd) alone.guard.ban("trap", ip, START);
    alone.guard.ban("trap", odd[0] ?? "", START + 2e6);
    const workers = [new WorkerStrangers(SEED), new WorkerStrangers(SEED)];
    for (let n = 0; n < 1_000; n++) workers[n % 2]?.see(POLICY, ipOf(n));
    for (const ip of odd) workers[1]?.ban("trap", ip);
    const { guard, tripped } = guardOf(0);
    for (const worker of workers) {
      const told = worker.take();
      if (told !== null) guard.take(POLICY, told, START);
      expect(worker.take()).toBeNull();
    }
    await turn();
    expect(tripped).toEqual(alone.tripped);
    expect(tripped).toHaveLength(1);
  });
});
