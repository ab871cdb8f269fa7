/** The guard against rules that ban too many clients. */
import { describe, expect, it } from "vitest";
import type { Client, Policy } from "../../../../engine/index.ts";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { BanGuard, type Tripped } from "../../../../server/containment/ban-guard.ts";
import { readBanGuard } from "../../../../server/containment/options.ts";

const MINUTE = 60e6;
const START = 1e15;

/** A policy with so many clients and a rule that bans; `first` numbers the clients. */
function policyOf(clients: number, first = 0): Policy {
  const text = `policy "p" { default allow }
rule trap when path == "/.env" then block for 1h per ip
rule plain when path == "/x" then block`;
  const { policy } = loadPolicyText(text);
  if (policy === null) throw new Error("the policy has errors");
  const list = Array.from({ length: clients }, (_, n) => ({ id: `c${n + first}` }) as Client);
  return { ...policy, clients: list };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A guard that has seen the clients, at `START`. */
function guardOf(
  seen: number,
  options: Parameters<typeof readBanGuard>[0] = {},
): {
  guard: BanGuard;
  policy: Policy;
  tripped: Tripped[];
} {
  const tripped: Tripped[] = [];
  const guard = new BanGuard(readBanGuard(options), (each) => void tripped.push(each));
  const policy = policyOf(1_000);
  for (let client = 0; client < seen; client++) guard.see(policy, client, START);
  return { guard, policy, tripped };
}

describe("the guard", () => {
  it("acts on the first client past five percent, once", async () => {
    const { guard, tripped } = guardOf(200);
    for (let client = 0; client < 10; client++) guard.ban("trap", client, START);
    await turn();
    expect(tripped).toEqual([]);
    guard.ban("trap", 10, START);
    guard.ban("trap", 11, START);
    await turn();
    expect(tripped).toEqual([{ rule: "trap", banned: 11, seen: 200 }]);
  });

  it("counts a client once, however often it is banned", async () => {
    const { guard, tripped } = guardOf(200);
    for (let n = 0; n < 100; n++) guard.ban("trap", n % 10, START);
    await turn();
    expect(tripped).toEqual([]);
  });

  it("forgets bans and clients after ten minutes", async () => {
    const { guard, policy, tripped } = guardOf(200);
    for (let client = 0; client < 10; client++) guard.ban("trap", client, START);
    const later = START + 10 * MINUTE + 1;
    for (let client = 0; client < 100; client++) guard.see(policy, client, later);
    for (let client = 10; client < 15; client++) guard.ban("trap", client, later);
    await turn();
    expect(tripped).toEqual([]);
    guard.ban("trap", 15, later);
    await turn();
    expect(tripped).toEqual([{ rule: "trap", banned: 6, seen: 100 }]);
  });

  it("does nothing below fifty clients, nor for rules that do not ban, nor where it is off", async () => {
    for (const [seen, rule, options] of [
      [49, "trap", {}],
      [200, "plain", {}],
      [200, "gone", {}],
      [200, "trap", { mode: "off" }],
    ] as const) {
      const { guard, tripped } = guardOf(seen, options);
      for (let client = 0; client < 49; client++) guard.ban(rule, client, START);
      await turn();
      expect(tripped, `${seen} ${rule}`).toEqual([]);
    }
  });

  it("takes another share and another least number", async () => {
    const { guard, tripped } = guardOf(4, { percent: 50, least: 4 });
    for (let client = 0; client < 3; client++) guard.ban("trap", client, START);
    await turn();
    expect(tripped).toEqual([{ rule: "trap", banned: 3, seen: 4 }]);
  });

  it("does not count callers that are no clients", async () => {
    const { guard, tripped } = guardOf(100);
    for (let n = 0; n < 100; n++) guard.ban("trap", -1, START);
    await turn();
    expect(tripped).toEqual([]);
  });

  it("goes on counting by client over a reload", async () => {
    const { guard, tripped } = guardOf(100);
    for (let client = 0; client < 5; client++) guard.ban("trap", client, START);
    const next = policyOf(990, 3);
    guard.see(next, -1, START);
    expect(guard.lastSeen(0)).toBe(START);
    expect(guard.lastSeen(97)).toBe(0);
    // Of those banned, two are still clients: the places of the other three are not theirs any more.
    for (let client = 2; client < 4; client++) guard.ban("trap", client, START);
    await turn();
    expect(tripped).toEqual([]);
    guard.ban("trap", 4, START);
    await turn();
    expect(tripped).toEqual([{ rule: "trap", banned: 5, seen: 97 }]);
  });

  it.each([{ percent: 0 }, { percent: 101 }, { percent: NaN }, { least: 0 }, { shadowMs: 1.5 }])(
    "refuses %j",
    (options) => {
      expect(() => readBanGuard(options)).toThrow("option banGuard.");
    },
  );
});
