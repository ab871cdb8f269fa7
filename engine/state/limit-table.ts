/** The table that a limit's state is in, by its amount. */
import type { Amount } from "../policy.ts";
import type { Arena } from "./arena.ts";
import { CalendarTable } from "./calendars.ts";
import { GcraTable } from "./gcra.ts";
import { LogTable } from "./logs.ts";

export type LimitTable = GcraTable | LogTable | CalendarTable;

/** Makes the table of a limit, or finds the one whose head is there. */
export function makeLimitTable(kind: Amount["kind"], arena: Arena, head: number): LimitTable {
  switch (kind) {
    case "gcra":
      return new GcraTable(arena, head);
    case "exact":
    case "leases":
      return new LogTable(kind === "leases", arena, head);
    case "calendar":
      return new CalendarTable(arena, head);
  }
}
