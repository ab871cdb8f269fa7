/** The buffer that puts entries in order. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HeldEntry, ReorderBuffer } from "../../../../simulator/replay/reorder-buffer.ts";
import { makeRequest } from "../../../../engine/index.ts";

const record = { request: makeRequest({}), at: null, response: null };

function run(times: readonly number[], limit: number, wait: number): readonly HeldEntry[] {
  const buffer = new ReorderBuffer(limit, wait);
  const taken: HeldEntry[] = [];
  const take = (): boolean => {
    const entry = buffer.take();
    if (entry !== null) taken.push({ ...entry });
    return entry !== null;
  };
  for (const [line, at] of times.entries()) {
    buffer.push(at, 0, line, record);
    while (buffer.ripe) take();
  }
  while (take());
  return taken;
}

const times = fc.array(fc.nat({ max: 50 }), { maxLength: 60 });

describe("the reorder buffer", () => {
  it("sorts a log that it holds whole, stably", () => {
    fc.assert(
      fc.property(times, (log) => {
        const sorted = [...log.keys()].sort((a, b) => log[a]! - log[b]! || a - b);
        expect(run(log, 60, 0).map(({ line }) => line)).toEqual(sorted);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it("gives every entry once, whatever it may hold, and holds no more than that", () => {
    fc.assert(
      fc.property(times, fc.nat({ max: 8 }), fc.nat({ max: 20 }), (log, limit, wait) => {
        const lines = run(log, limit, wait).map(({ line }) => line);
        expect([...lines].sort((a, b) => a - b)).toEqual([...log.keys()]);
        for (const [place, line] of lines.entries()) expect(line).toBeLessThanOrEqual(place + limit);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it("sorts a longer log whose entries are late by no more than they wait, and by no more than it holds", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5 }), { minLength: 20, maxLength: 60 }), (late) => {
        const log = late.map((by, index) => 3 * index - by);
        const sorted = [...log.keys()].sort((a, b) => log[a]! - log[b]! || a - b);
        expect(run(log, 4, 6).map(({ line }) => line)).toEqual(sorted);
      }),
      { seed: 9, numRuns: 300 },
    );
  });
});
