import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../../../server/config.ts";
import { Replays, replaysOf } from "../../../../server/identity/replays.ts";
import { check } from "../../../helpers/property.ts";

const SECOND = 1_000_000;

describe("replays", () => {
  it("are told as long as the first is good, by client and mark", () => {
    const replays = new Replays(100);
    expect(replays.refuse("a", "m", 300 * SECOND, 0)).toBeNull();
    expect(replays.refuse("a", "m", 300 * SECOND, 300 * SECOND)).toBe("replayed");
    expect(replays.refuse("b", "m", 300 * SECOND, 0)).toBeNull();
    expect(replays.refuse("a", "n", 300 * SECOND, 0)).toBeNull();
  });

  it("are forgotten when what was accepted is too old anyway, so memory does not grow", () => {
    const replays = new Replays(1_000);
    for (let second = 0; second < 10_000; second++) {
      expect(replays.refuse("a", String(second), (second + 100) * SECOND, second * SECOND)).toBeNull();
    }
    expect(replays.size).toBeLessThan(150);
  });

  it("have an end: a client takes a quarter of the room, and what has none is refused", () => {
    const replays = new Replays(8);
    const take = (client: string, mark: string): string | null => replays.refuse(client, mark, 300 * SECOND, 0);
    expect(["1", "2", "3"].map((mark) => take("a", mark))).toEqual([null, null, "replay_unavailable"]);
    expect(take("a", "1")).toBe("replayed");
    for (const client of ["b", "c", "d"]) expect([take(client, "1"), take(client, "2")]).toEqual([null, null]);
    expect(take("e", "1")).toBe("replay_unavailable");
    expect(replays.refuse("a", "3", 700 * SECOND, 400 * SECOND)).toBeNull();
    expect(replays.size).toBe(1);
  });

  it("are one memory for a server's life", () => {
    const config = readConfig({ policy: "p" });
    expect(replaysOf(config)).toBe(replaysOf(config));
    expect(replaysOf(config)).not.toBe(replaysOf(readConfig({ policy: "p" })));
  });

  it("never let one mark in twice while it is good, whatever the order", () => {
    const event = fc.record({ mark: fc.nat(5), at: fc.nat(2_000), life: fc.nat(600) });
    check(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const replays = new Replays(1_000);
        const goodUntil = new Map<number, number>();
        for (const { mark, at, life } of events.toSorted((a, b) => a.at - b.at)) {
          const end = at + life;
          const refused = replays.refuse("a", String(mark), end * SECOND, at * SECOND);
          if ((goodUntil.get(mark) ?? -1) >= at) expect(refused).toBe("replayed");
          if (refused === null) goodUntil.set(mark, end);
        }
      }),
    );
  });
});
