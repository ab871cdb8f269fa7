/** Which declarations of a program the request at hand meets, by phase: the index finds candidates, and what is residual is tested. */
import { Numbers } from "./decision-record.ts";
import { Candidates, findCandidates, findWaiting } from "./dispatch.ts";
import { residualHolds } from "./evaluate.ts";
import type { Context } from "./facts/context.ts";
import { Phase } from "./layout.ts";
import type { IndexTables } from "./compile/index-tables.ts";
import type { ResidualTest } from "./generate/residuals.ts";
import type { Collector, Steps } from "./generate/steps.ts";
import type { PhaseLists } from "./route-candidates.ts";

const PHASES = [0, 1, 2, 3] as const;

export class Matches {
  /** Those that were collected last, by phase. */
  readonly lists: readonly Numbers[];
  private readonly context: Context;
  private readonly index: IndexTables;
  private readonly found: Candidates;
  /** Null where the index must be walked. */
  private readonly byRoute: readonly PhaseLists[] | null;
  /** What was generated to collect the rules, or null. */
  private readonly rules: Collector | null;
  /** Whether all that is residual of an entry holds. */
  private readonly residual: ResidualTest;
  /** By phase: the epoch in which each was met; null where none has two entries, so that none can be met twice. */
  private readonly met: readonly (Int32Array | null)[];
  /** Round of the context that `met` is of. */
  private round = 0;

  constructor(context: Context, byRoute: readonly PhaseLists[] | null, { rules, residual }: Steps) {
    const { index } = context.program;
    this.byRoute = byRoute;
    this.rules = rules;
    this.residual = residual ?? residualHolds;
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
    if (this.byRoute === null) findCandidates(context, this.found);
  }

  /** Epochs start again after a billion requests; stamps of the last round must not be taken for this one's. */
  private forget(): void {
    this.round = this.context.round;
    for (const met of this.met) met?.fill(0);
  }

  /** Collects the declarations of a phase whose conditions hold, in order of declaration. */
  collect(phase: number): Numbers {
    const { byRoute, context } = this;
    const targets = this.lists[phase]!;
    if (phase === Phase.rule && this.rules !== null) {
      targets.count = this.rules(context, targets.items);
      return targets;
    }
    targets.count = 0;
    if (byRoute === null) {
      if (this.found.waitingCount > 0) findWaiting(context, this.found, phase);
      this.keep(this.found.lists[phase]!, this.found.counts[phase]!, phase, targets);
      if (targets.count > 1) targets.sort();
    } else {
      const entries = byRoute[context.route + 1]![phase]!;
      this.keep(entries, entries.length, phase, targets);
    }
    return targets;
  }

  /** Keeps the targets of the first `count` entries that hold, each once. */
  private keep(entries: Int32Array, count: number, phase: number, targets: Numbers): void {
    const { context, residual } = this;
    const { entryTarget } = this.index;
    const { epoch } = context;
    const met = this.met[phase]!;
    for (let at = 0; at < count; at++) {
      const entry = entries[at]!;
      const target = entryTarget[entry]!;
      if (met !== null && met[target] === epoch) continue;
      if (!residual(context, entry)) continue;
      if (met !== null) met[target] = epoch;
      targets.push(target);
    }
  }
}
