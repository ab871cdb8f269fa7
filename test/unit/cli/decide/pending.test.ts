/** Outcomes come back in the order of their times, and in that of their decisions at one time. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type PendingOutcome, PendingOutcomes } from "../../../../cli/decide/pending.ts";
import { makeOutcome } from "../../../../engine/index.ts";
import { check } from "../../../helpers/property.ts";

function pendingAt(dueMicros: number, sequence: number): PendingOutcome {
  return { dueMicros, sequence, tokens: [sequence + 1], outcome: makeOutcome(200) };
}

test("are the stable sort of what was added, whatever is taken in between", () => {
  const step = fc.oneof(
    fc.nat(20).map((due) => ({ add: due })),
    fc.nat(20).map((until) => ({ until })),
  );
  check(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heap = new PendingOutcomes();
      let model: PendingOutcome[] = [];
      for (const [sequence, each] of steps.entries()) {
        if ("add" in each) {
          heap.add(pendingAt(each.add, sequence));
          model = [...model, pendingAt(each.add, sequence)];
          continue;
        }
        const due = model
          .filter(({ dueMicros }) => dueMicros <= each.until)
          .sort((a, b) => a.dueMicros - b.dueMicros || a.sequence - b.sequence);
        model = model.filter(({ dueMicros }) => dueMicros > each.until);
        for (const expected of due) expect(heap.takeDue(each.until)).toEqual(expected);
        expect(heap.takeDue(each.until)).toBeNull();
        expect(heap.size).toBe(model.length);
      }
    }),
  );
});
