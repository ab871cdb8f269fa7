import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsedAnswers } from "../../../../server/challenge/used-answers.ts";
import { check } from "../../../helpers/property.ts";

const LIFETIME = 1_000;

describe("UsedAnswers", () => {
  it("takes each answer once while it can be used, at any pace of the clock", () => {
    const step = fc.record({ pass: fc.nat(2_500), id: fc.nat(8), life: fc.integer({ min: 1, max: LIFETIME }) });
    check(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const used = new UsedAnswers(1_000, LIFETIME);
        const taken = new Map<string, number>();
        let now = 0;
        for (const { pass, id, life } of steps) {
          now += pass;
          const known = taken.get(String(id));
          // A challenge has one end: it is used again with the one that it had.
          const live = known !== undefined && known > now;
          const ends = live ? known : now + life;
          expect(used.use(`${id} ending ${ends}`, ends, now)).toBe(live ? "replayed" : "first");
          taken.set(String(id), ends);
        }
      }),
    );
  });

  it("refuses what it has no room to remember, until others have ended", () => {
    const used = new UsedAnswers(2, LIFETIME);
    expect(used.use("a", 900, 0)).toBe("first");
    expect(used.use("b", 1_000, 0)).toBe("first");
    expect(used.use("c", 900, 0)).toBe("full");
    expect(used.use("a", 900, 0)).toBe("replayed");
    expect(used.size).toBe(2);
    expect(used.use("c", 1_100, 1_000)).toBe("first");
    expect(used.use("d", 1_100, 1_000)).toBe("full");
    expect(used.use("d", 2_100, 2_000)).toBe("first");
    expect(used.size).toBe(1);
  });

  it("forgets all after a long silence", () => {
    const used = new UsedAnswers(2, LIFETIME);
    used.use("a", 900, 0);
    expect(used.use("b", 10_500, 10_000)).toBe("first");
    expect(used.size).toBe(1);
  });
});
