/** The table that a signal's state is in, by its aggregate. */
import type { Signal } from "../policy.ts";
import type { Arena } from "./arena.ts";
import { CountTable } from "./counts.ts";
import { DeviationTable } from "./deviations.ts";
import { DistinctTable } from "./distinct.ts";
import { ElapsedTable } from "./elapsed.ts";
import { IntervalTable } from "./intervals.ts";
import { NovelTable } from "./novelty.ts";
import { OverflowTable } from "./overflows.ts";
import { ShareTable, StepsTable } from "./shares.ts";
import { MaxTable, SumTable } from "./sums.ts";

export type SignalTable =
  | CountTable
  | DistinctTable
  | SumTable
  | MaxTable
  | ShareTable
  | StepsTable
  | IntervalTable
  | NovelTable
  | ElapsedTable
  | DeviationTable
  | OverflowTable;

/** Makes the table of a signal, or finds the one whose head is there. */
export function makeSignalTable({ aggregate, windowMicros }: Signal, arena: Arena, head: number): SignalTable {
  switch (aggregate.kind) {
    case "count":
      return new CountTable(windowMicros, arena, head);
    case "distinct":
      return new DistinctTable(windowMicros, arena, head);
    case "sum":
      return new SumTable(windowMicros, arena, head);
    case "max":
      return new MaxTable(windowMicros, arena, head);
    case "share":
      return new ShareTable(windowMicros, arena, head);
    case "steps":
      return new StepsTable(windowMicros, arena, head);
    case "interval":
      return new IntervalTable(aggregate.latest, windowMicros, arena, head);
    case "novel":
      return new NovelTable(windowMicros, arena, head);
    case "elapsed":
      return new ElapsedTable(windowMicros, arena, head);
    case "deviation":
      return new DeviationTable(windowMicros, aggregate.againstMicros, arena, head);
    case "overflow":
      return new OverflowTable(aggregate.rate, aggregate.value !== null, windowMicros, arena, head);
  }
}
