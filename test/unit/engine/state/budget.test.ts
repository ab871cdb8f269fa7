/** How memory is shared out among tables, in whole pages. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { budgetOf, keysIn, sketchPagesOf } from "../../../../engine/state/budget.ts";
import { check } from "../../../helpers/property.ts";

test.each([
  // Two pages of the arena's own and one for 63 heads of tables; the rest is divided.
  [100 * PAGE_BYTES, 10, { tablePages: 9, arenaPages: 100 }],
  [103 * PAGE_BYTES, 10, { tablePages: 10, arenaPages: 103 }],
  [102 * PAGE_BYTES, 10, { tablePages: 9, arenaPages: 102 }],
  [102 * PAGE_BYTES + 1, 10, { tablePages: 10, arenaPages: 103 }],
  [193 * PAGE_BYTES, 63, { tablePages: 3, arenaPages: 193 }],
  [1_000 * PAGE_BYTES, 64, { tablePages: 15, arenaPages: 1_000 }],
  // Each has three at least, whatever the memory is.
  [1, 1, { tablePages: 3, arenaPages: 6 }],
  [1, 63, { tablePages: 3, arenaPages: 192 }],
  [1, 64, { tablePages: 3, arenaPages: 196 }],
])("%d bytes among %d tables", (memory, tables, expected) => {
  expect(budgetOf(memory, tables)).toEqual(expected);
});

test("tables never have more than there is, and no page for each of them is left over", () => {
  check(
    fc.property(fc.nat(1 << 30), fc.integer({ min: 1, max: 300 }), (memory, tables) => {
      const { tablePages, arenaPages } = budgetOf(memory, tables);
      const own = 2 + Math.ceil(tables / 63);
      expect(own + tables * tablePages).toBeLessThanOrEqual(arenaPages);
      if (tablePages > 3) expect(own + tables * (tablePages + 1)).toBeGreaterThan(Math.ceil(memory / PAGE_BYTES));
      expect(arenaPages * PAGE_BYTES >= memory).toBe(true);
    }),
  );
});

test("a sketch may take one page of 32, and one at least", () => {
  expect([1, 31, 32, 63, 64, 3_200].map(sketchPagesOf)).toEqual([1, 1, 1, 1, 2, 100]);
});

test("keys are told by the pages of the last doubling, without those of the directory", () => {
  // 511 entries of 32 bytes fit into a page.
  const inPages = (pages: number): number => Math.floor(pages * 511 * (7 / 8) * 0.85);
  expect([0, 1, 2, 3, 4].map((pages) => keysIn(pages, 32))).toEqual([1, 1, 2, 2, 4].map(inPages));
  // Past 16 pages one is the directory's; past 8,192 it has four words for each page, so nine pages and more.
  expect([15, 16, 17, 32, 33, 8_192, 8_200, 8_201].map((pages) => keysIn(pages, 32))).toEqual(
    [8, 16, 16, 16, 32, 4_096, 4_096, 8_192].map(inPages),
  );
});
