/** The table that a limit's state is in, by its amount. */
import type { Amount } from "../policy.ts";
import { CalendarTable } from "./calendars.ts";
import { GcraTable } from "./gcra.ts";
import { LogTable } from "./logs.ts";
import type { Allocate } from "./table.ts";

export type LimitTable = GcraTable | LogTable | CalendarTable;

/** Makes the table of a limit. */
export function makeLimitTable(kind: Amount["kind"], budget: number, allocate: Allocate): LimitTable {
  switch (kind) {
    case "gcra":
      return new GcraTable(budget, allocate);
    case "exact":
    case "leases":
      return new LogTable(budget, allocate);
    case "calendar":
      return new CalendarTable(budget, allocate);
  }
}
