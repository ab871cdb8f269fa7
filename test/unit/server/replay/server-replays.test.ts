import { describe, expect, it } from "vitest";
import { type Config, readConfig } from "../../../../server/config.ts";
import { joinReplays, replaysOf, sharedReplaysOf } from "../../../../server/replay/server-replays.ts";
import type { ReplayStore } from "../../../../server/replay/replay-store.ts";

const NOW = 1_800_000_000_000;

function configOf(workers = 1): Config {
  const tokens = { dpopProofsMax: 80 };
  return readConfig({ policy: "p", workers, tokens, signedRequests: { replaysMax: 9 }, challenges: { answersMax: 5 } });
}

/** How many names of one owner are taken. */
function roomOf(store: ReplayStore, owner: string): number {
  const names = Array.from({ length: 100 }, (_, n) => String(n));
  return names.filter((name) => store.use(owner, name, NOW + 60_000, NOW) === "first").length;
}

describe("what a server remembers as used", () => {
  it("is one memory for its life, and not another server's", () => {
    const config = configOf();
    expect(replaysOf(config)).toBe(replaysOf(config));
    expect(replaysOf(config)).not.toBe(replaysOf(configOf()));
  });

  it("has room by its options, of which one key or caller has an eighth and one client a quarter", () => {
    const { proofs, signatures, pow, nonce } = replaysOf(configOf());
    expect([roomOf(proofs, "a"), roomOf(proofs, "b")]).toEqual([10, 10]);
    expect(["a", "b", "c", "d"].map((client) => roomOf(signatures, client))).toEqual([3, 3, 3, 0]);
    expect(["a", "b", "c", "d", "e", "f"].map((caller) => roomOf(pow, caller))).toEqual([1, 1, 1, 1, 1, 0]);
    expect([roomOf(nonce, "a"), roomOf(nonce, "a")]).toEqual([1, 0]);
  });

  it("is the same in threads that share it, and told by the first", () => {
    const [main, worker] = [configOf(2), configOf(2)];
    // As the main thread does: verifiers have it before there are workers.
    const { proofs } = replaysOf(main);
    const shared = structuredClone(sharedReplaysOf(main));
    joinReplays(worker, shared);
    expect(replaysOf(main).proofs).toBe(proofs);
    for (const kind of ["proofs", "signatures", "pow", "nonce"] as const) {
      const [own, other] = [replaysOf(main)[kind], replaysOf(worker)[kind]];
      expect(own.use("a", "1", NOW, NOW)).toBe("first");
      expect(other.use("a", "1", NOW, NOW)).toBe("replayed");
      expect([own.size, own.isJoined, other.isJoined]).toEqual([1, false, true]);
    }
    expect(replaysOf(worker).pow.use("", "2", NOW, NOW)).toBe("first");
    expect([replaysOf(main).pow.size, replaysOf(main).nonce.size]).toEqual([2, 1]);
    expect(() => joinReplays(worker, shared)).toThrow("remembers already");
    expect(() => sharedReplaysOf(configOf())).toThrow("shares nothing");
  });
});
