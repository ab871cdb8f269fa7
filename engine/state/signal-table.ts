/** The table that a signal's state is in, by its aggregate. */
import type { Signal } from "../policy.ts";
import { CountTable } from "./counts.ts";
import { DeviationTable } from "./deviations.ts";
import { DistinctTable } from "./distinct.ts";
import { ElapsedTable } from "./elapsed.ts";
import { IntervalTable } from "./intervals.ts";
import { NovelTable } from "./novelty.ts";
import { OverflowTable } from "./overflows.ts";
import { ShareTable, StepsTable } from "./shares.ts";
import { MaxTable, SumTable } from "./sums.ts";
import type { Allocate } from "./table.ts";

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

/** Makes the table of a signal. */
export function makeSignalTable({ aggregate, windowMicros }: Signal, budget: number, allocate: Allocate): SignalTable {
  switch (aggregate.kind) {
    case "count":
      return new CountTable(windowMicros, budget, allocate);
    case "distinct":
      return new DistinctTable(windowMicros, budget, allocate);
    case "sum":
      return new SumTable(windowMicros, budget, allocate);
    case "max":
      return new MaxTable(windowMicros, budget, allocate);
    case "share":
      return new ShareTable(windowMicros, budget, allocate);
    case "steps":
      return new StepsTable(windowMicros, budget, allocate);
    case "interval":
      return new IntervalTable(windowMicros, budget, allocate);
    case "novel":
      return new NovelTable(windowMicros, budget, allocate);
    case "elapsed":
      return new ElapsedTable(windowMicros, budget, allocate);
    case "deviation":
      return new DeviationTable(windowMicros, aggregate.againstMicros, budget, allocate);
    case "overflow":
      return new OverflowTable(aggregate.rate, aggregate.value !== null, windowMicros, budget, allocate);
  }
}
