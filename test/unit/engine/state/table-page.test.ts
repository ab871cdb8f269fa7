import { expect, test } from "vitest";
import { Arena } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { LogTable } from "../../../../engine/state/logs.ts";
import { AmountKind, makeCharge } from "../../../../engine/state/charge.ts";
import { discardTable, slotsPerPage } from "../../../../engine/state/table-page.ts";
import { hashOf } from "../../../helpers/tables.ts";

test("a page has a head of eight words, and as many whole entries as fit behind it", () => {
  expect([8, 22, 2_044, 2_046, 4_088, 4_090].map(slotsPerPage)).toEqual([511, 185, 2, 1, 1, 0]);
});

test.each([1, 300, 5_000, 40_000])(
  "a table of %d keys gives back its pages, its directory's, its pool's and its sketch's",
  (keys) => {
    const arena = new Arena(3_000);
    const catalogue = new Catalogue(arena, 0);
    const before = arena.inUse;
    const head = catalogue.use("limit");
    const table = new LogTable(false, arena, head);
    table.setBudget(40 << 20);
    const charge = makeCharge(AmountKind.exact);
    for (let key = 0; key < keys; key++) {
      charge.cost = 1;
      table.ask(...hashOf(key), 5, 1_000_000, 1_000_000, 1_000, charge);
      table.charge(charge, 1_000_000, 1_000);
    }
    expect([arena.inUse - before, table.count]).toEqual([table.bytes, keys]);
    discardTable(arena, head);
    expect(arena.inUse).toBe(before);
  },
);

test("a head whose table was never made gives nothing back", () => {
  const arena = new Arena(9);
  const head = new Catalogue(arena, 0).use("limit");
  const before = [...arena.words.subarray(0, 8)];
  discardTable(arena, head);
  expect([...arena.words.subarray(0, 8)]).toEqual(before);
});
