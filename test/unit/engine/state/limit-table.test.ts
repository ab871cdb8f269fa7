import { expect, test } from "vitest";
import type { Amount } from "../../../../engine/index.ts";
import { Arena } from "../../../../engine/state/arena.ts";
import { CalendarTable } from "../../../../engine/state/calendars.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { GcraTable } from "../../../../engine/state/gcra.ts";
import { type LimitTable, makeLimitTable } from "../../../../engine/state/limit-table.ts";
import { LogTable } from "../../../../engine/state/logs.ts";

function made(kind: Amount["kind"]): LimitTable {
  const arena = new Arena(20);
  return makeLimitTable(kind, arena, new Catalogue(arena, 0).use("limit"));
}

test("each kind of amount has its table; of leases what is dropped is not sketched", () => {
  expect(made("gcra")).toBeInstanceOf(GcraTable);
  expect(made("calendar")).toBeInstanceOf(CalendarTable);
  expect(made("exact")).toBeInstanceOf(LogTable);
  expect(made("leases")).toBeInstanceOf(LogTable);
  // A page of entries, one of their items and one of the sketch.
  expect([made("exact").bytes - made("leases").bytes, made("gcra").bytes]).toEqual([16_384, 2 * 16_384]);
});
