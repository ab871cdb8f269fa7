/** Two policies on one recorded log: both decide the same requests at the recorded times, and nobody reacts (first-order). */
import { createEngine, type Explanation, type PolicyEngine } from "../../engine/index.ts";
import type { RequestRecord } from "../../traffic/index.ts";
import { cut } from "../replay-callers.ts";
import type { HeldLine } from "../replay-order.ts";
import { type LogSource, readInOrder, ReplayDecider, type ReplayOptions } from "../replay.ts";
import { type DiffSide, declarationChanges } from "./declarations.ts";
import type { FirstChange, LogDiff, RequestExample } from "./diff-result.ts";
import { explainNth, MOST_EXPLAINED_AFTER } from "./explain-nth.ts";
import { causeOf, fromDecision, type SideDecision } from "./side-decision.ts";
import { StateWatch } from "./state-divergence.ts";
import { VerdictTally } from "./verdict-tally.ts";

/** How two policies are compared on a log. */
export interface LogDiffOptions extends Pick<ReplayOptions, "format" | "skipBad" | "reorderLines" | "onProgress"> {
  /**
   * Opens the log a second time, for the explanations of the first request that is decided differently. Left out where it can be read
   * once only; then there are none.
   */
  readonly reopen?: () => LogSource;
}

/** The first change, before it is explained: the request's place among those decided, from 1. */
interface Found {
  readonly nth: number;
  readonly change: FirstChange;
}

/**
 * Compares two policies on a log. Each hears the recorded outcomes of the requests that it lets through itself.
 *
 * @throws {@link ReplayError} as `replayLog` does.
 */
export async function diffLog(
  old: DiffSide,
  now: DiffSide,
  source: LogSource,
  options: LogDiffOptions = {},
): Promise<LogDiff> {
  const comparison = new LogComparison(old, now, options);
  const log = await readInOrder(source, [old.policy, now.policy], options, (held, record) =>
    comparison.add(held, record),
  );
  const [before, after] = comparison.sides.map(({ decider }) => decider.finish(log));
  return {
    kind: "first-order",
    old: { name: old.policy.name, version: old.policy.version },
    new: { name: now.policy.name, version: now.policy.version },
    verdicts: comparison.verdicts.finish(),
    first: await explained(comparison.first, old, now, options),
    declarations: declarationChanges(old, now),
    caveats: [...new Set([...(before?.caveats ?? []), ...(after?.caveats ?? [])])],
    log,
    state: comparison.state.finish(),
  };
}

/** One policy deciding the log. */
class Side {
  readonly engine: PolicyEngine;
  readonly decider: ReplayDecider;

  constructor({ policy }: DiffSide, options: LogDiffOptions) {
    this.engine = createEngine(policy);
    this.decider = new ReplayDecider(policy, { ...options, createEngine: () => this.engine });
  }

  decide(held: HeldLine, record: RequestRecord): SideDecision {
    const { decision } = this.decider.decide(held, record);
    return fromDecision(decision, this.engine.routeOf(record.request), this.engine.policy);
  }
}

class LogComparison {
  readonly sides: readonly [Side, Side];
  readonly verdicts: VerdictTally = new VerdictTally();
  readonly state: StateWatch;
  first: Found | null = null;
  #decided = 0;

  constructor(old: DiffSide, now: DiffSide, options: LogDiffOptions) {
    this.sides = [new Side(old, options), new Side(now, options)];
    this.state = new StateWatch({ old: this.sides[0].engine, new: this.sides[1].engine });
  }

  add(held: HeldLine, record: RequestRecord): void {
    this.#decided++;
    const [old, now] = [this.sides[0].decide(held, record), this.sides[1].decide(held, record)];
    const { client, ip } = record.request;
    const example = (): RequestExample => exampleOf(held, record);
    this.verdicts.add({ old, new: now, caller: client ?? ip, example });
    this.state.note(record.request, held.at, held.number);
    if (this.first !== null || old.verdict === now.verdict) return;
    const change = { request: example(), old: causeOf(old), new: causeOf(now), explanations: null, unexplained: null };
    this.first = { nth: this.#decided, change };
  }
}

function exampleOf({ at, number }: HeldLine, { request }: RequestRecord): RequestExample {
  const { client, ip, method, path } = request;
  return { number, seed: null, at, client, ip, method, path: cut(path) };
}

async function explained(
  found: Found | null,
  old: DiffSide,
  now: DiffSide,
  options: LogDiffOptions,
): Promise<FirstChange | null> {
  if (found === null) return null;
  const { nth, change } = found;
  const { reopen } = options;
  if (reopen === undefined)
    return { ...change, unexplained: "the log can be read only once; name a file to have it explained" };
  if (nth > MOST_EXPLAINED_AFTER)
    return { ...change, unexplained: `it comes after the first ${MOST_EXPLAINED_AFTER} requests` };
  const explain = ({ policy }: DiffSide): Promise<Explanation | null> =>
    explainNth(policy, nth, async (makeEngine) => {
      const decider = new ReplayDecider(policy, { createEngine: makeEngine });
      const { onProgress: _onProgress, ...reading } = options;
      await readInOrder(reopen(), [old.policy, now.policy], reading, (held, record) => decider.decide(held, record));
    });
  const [before, after] = [await explain(old), await explain(now)];
  if (before === null || after === null) return { ...change, unexplained: "the log has become shorter meanwhile" };
  return { ...change, explanations: { old: before, new: after } };
}
