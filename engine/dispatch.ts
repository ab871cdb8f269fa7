/** Walks the index: from a request to the conjunctions that can still hold, by phase. */
import type { Context } from "./facts/context.ts";
import type { Program } from "./program.ts";

/** Entries found for each phase; reused. */
export class Candidates {
  /** Entries of phase p: the first `counts[p]` of `lists[p]`. */
  readonly lists: readonly Int32Array[];
  readonly counts: Int32Array = new Int32Array(4);

  constructor(program: Program) {
    const { entries } = program.index;
    this.lists = [0, 1, 2, 3].map(() => new Int32Array(entries.length));
  }
}

/** Finds the entries of a request. */
export function findCandidates(c: Context, found: Candidates): void {
  const { nodeEntries, entries, entryPhase } = c.program.index;
  found.counts.fill(0);
  for (let index = nodeEntries[0]!; index < nodeEntries[1]!; index++) {
    const entry = entries[index]!;
    const phase = entryPhase[entry]!;
    found.lists[phase]![found.counts[phase]!++] = entry;
  }
}
