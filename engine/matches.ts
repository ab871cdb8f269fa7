/** Which declarations of a program the request at hand meets, by phase: the index finds candidates, and what is residual is tested. */
import { Numbers } from "./decision-record.ts";
import { Candidates, findCandidates, findWaiting } from "./dispatch.ts";
import { holds } from "./evaluate.ts";
import type { Context } from "./facts/context.ts";
import type { IndexTables } from "./compile/index-tables.ts";

const PHASES = [0, 1, 2, 3] as const;

export class Matches {
  /** Those that were collected last, by phase. */
  readonly lists: readonly Numbers[];
  private readonly context: Context;
  private readonly index: IndexTables;
  private readonly found: Candidates;
  /** By phase: the epoch in which each was met; null where none has two entries, so that none can be met twice. */
  private readonly met: readonly (Int32Array | null)[];
  /** Round of the context that `met` is of. */
  private round = 0;

  constructor(context: Context) {
    const { index } = context.program;
    this.context = context;
    this.index = index;
    this.found = new Candidates(context.program);
    const targets = PHASES.map((phase) => index.entryTarget.filter((_, entry) => index.entryPhase[entry] === phase));
    const counts = targets.map((list) => list.reduce((most, target) => Math.max(most, target + 1), 0));
    this.lists = counts.map((count) => new Numbers(count));
    this.met = targets.map((list, phase) => (new Set(list).size < list.length ? new Int32Array(counts[phase]!) : null));
  }

  /** Finds the candidates of a request. */
  find(): void {
    const { context } = this;
    if (context.round !== this.round) this.forget();
    findCandidates(context, this.found);
  }

  /** Epochs start again after a billion requests; stamps of the last round must not be taken for this one's. */
  private forget(): void {
    this.round = this.context.round;
    for (const met of this.met) met?.fill(0);
  }

  /** Collects the declarations of a phase whose conditions hold, in order of declaration. */
  collect(phase: number): Numbers {
    const { entryTarget } = this.index;
    const { epoch } = this.context;
    if (this.found.waitingCount > 0) findWaiting(this.context, this.found, phase);
    const targets = this.lists[phase]!;
    const met = this.met[phase]!;
    const entries = this.found.lists[phase]!;
    const count = this.found.counts[phase]!;
    targets.count = 0;
    for (let at = 0; at < count; at++) {
      const entry = entries[at]!;
      const target = entryTarget[entry]!;
      if (met !== null && met[target] === epoch) continue;
      if (!this.residualHolds(entry)) continue;
      if (met !== null) met[target] = epoch;
      targets.push(target);
    }
    if (targets.count > 1) targets.sort();
    return targets;
  }

  private residualHolds(entry: number): boolean {
    const { residualStart, residuals } = this.index;
    const end = residualStart[entry + 1]!;
    for (let at = residualStart[entry]!; at < end; at++) if (!holds(this.context, residuals[at]!)) return false;
    return true;
  }
}
