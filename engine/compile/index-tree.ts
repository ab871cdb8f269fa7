/** The index over conditions. */
import type { Conjunction } from "./normal-form.ts";

export interface IndexTables {
  readonly nodeEntries: Int32Array;
  readonly entries: Int32Array;
  readonly entryPhase: Uint8Array;
  readonly entryTarget: Int32Array;
  /** Residual literals of entry e: from `residualStart[e]` to `residualStart[e + 1]`. */
  readonly residualStart: Int32Array;
  readonly residuals: Int32Array;
}

/** A conjunction that settles a target of a phase where it holds. */
export interface IndexItem {
  readonly phase: number;
  readonly target: number;
  readonly literals: Conjunction;
}

export function buildIndex(items: readonly IndexItem[]): IndexTables {
  const residualStart = new Int32Array(items.length + 1);
  const residuals: number[] = [];
  for (const [index, item] of items.entries()) {
    residuals.push(...item.literals);
    residualStart[index + 1] = residuals.length;
  }
  return {
    nodeEntries: Int32Array.of(0, items.length),
    entries: Int32Array.from(items.keys()),
    entryPhase: Uint8Array.from(items, (item) => item.phase),
    entryTarget: Int32Array.from(items, (item) => item.target),
    residualStart,
    residuals: Int32Array.from(residuals),
  };
}
