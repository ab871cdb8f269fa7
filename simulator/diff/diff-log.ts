/** Two policies on one recorded log: both decide the same requests at the recorded times, and nobody reacts (first-order). */
import { createEngine, type Explanation, type PolicyEngine, VERDICTS } from "../../engine/index.ts";
import { cut } from "../replay/callers.ts";
import { type LogReading, type NamedLog, readInOrder } from "../replay/ordered-logs.ts";
import type { HeldEntry } from "../replay/reorder-buffer.ts";
import type { LogFacts } from "../replay/replay-result.ts";
import { ReplayDecider } from "../replay/replay.ts";
import { formatCount, plural } from "../report/format.ts";
import { type DiffSide, declarationChanges } from "./declarations.ts";
import type { FirstChange, LogDiff, RequestExample } from "./diff-result.ts";
import { explainNth, MOST_EXPLAINED_AFTER, TOO_FAR_BACK } from "./explain-nth.ts";
import { causeOf, fromRecord, type SideDecision } from "./side-decision.ts";
import { StateWatch } from "./state-divergence.ts";
import { VerdictTally } from "./verdict-tally.ts";

/** How two policies are compared on a log. */
export interface LogDiffOptions extends LogReading {
  /**
   * Opens the log a second time, for the explanations of the first request that is decided differently. Left out where it can be read only
   * once; then there are no explanations.
   */
  readonly reopen?: () => readonly NamedLog[];
}

/** The first change, before it is explained: the request's place among those decided, from 1. */
interface Found {
  readonly nth: number;
  readonly change: FirstChange;
}

/**
 * Compares two policies on a log, or on several that follow one another. Each hears the recorded outcomes of the requests that it lets through itself.
 *
 * @throws {@link ReplayError} as `replayLog` does.
 */
export async function diffLog(
  old: DiffSide,
  now: DiffSide,
  logs: readonly NamedLog[],
  options: LogDiffOptions = {},
): Promise<LogDiff> {
  const comparison = new LogComparison(old, now);
  const log = await readInOrder(logs, [old.policy, now.policy], options, (entry) => comparison.add(entry));
  const [before, after] = comparison.sides.map(({ decider }) => decider.finish(log));
  return {
    kind: "first-order",
    old: { name: old.policy.name, version: old.policy.version },
    new: { name: now.policy.name, version: now.policy.version },
    verdicts: comparison.verdicts.finish(),
    first: await explained(comparison.first, old, now, options),
    declarations: declarationChanges(old, now),
    caveats: [...new Set([...(before?.caveats ?? []), ...(after?.caveats ?? [])]), ...ofSkipped(log, logs.length)],
    log,
    state: comparison.state.finish(),
  };
}

/** A replay's report has a part for such lines; here two policies would look the same on lines that neither was asked about. */
function ofSkipped({ skipped, lines, files, firstSkipped: [first] }: LogFacts, logs: number): readonly string[] {
  if (skipped === 0 || first === undefined) return [];
  const place = logs === 1 ? `line ${first.line}` : `${files[first.log]?.name ?? ""}:${first.line}`;
  return [
    `${formatCount(skipped)} of ${plural(lines, "line")} could not be read and ${skipped === 1 ? "was" : "were"} passed over: neither policy decided ` +
      `what ${skipped === 1 ? "it stands" : "they stand"} for. ${skipped === 1 ? "It" : "The first"} is ${place}: ${first.problem}.`,
  ];
}

const HARSHEST_PASS = VERDICTS.indexOf("slow");

/** One policy deciding the log. */
class Side {
  readonly engine: PolicyEngine;
  readonly decider: ReplayDecider;
  #decision: SideDecision | null = null;

  constructor({ policy }: DiffSide) {
    this.engine = createEngine(policy);
    this.decider = new ReplayDecider(policy, { createEngine: () => this.engine }, (record) => {
      this.#decision = fromRecord(record, policy);
    });
  }

  /** Null before the first decision alone. */
  decide(entry: HeldEntry): SideDecision | null {
    this.decider.decide(entry);
    return this.#decision;
  }
}

class LogComparison {
  readonly sides: readonly [Side, Side];
  readonly verdicts: VerdictTally = new VerdictTally();
  readonly state: StateWatch;
  first: Found | null = null;
  #decided = 0;

  constructor(old: DiffSide, now: DiffSide) {
    this.sides = [new Side(old), new Side(now)];
    this.state = new StateWatch({ old: this.sides[0].engine, new: this.sides[1].engine });
  }

  /** Returns whether the new policy lets the request through. */
  add(entry: HeldEntry): boolean {
    this.#decided++;
    const [old, now] = [this.sides[0].decide(entry), this.sides[1].decide(entry)];
    if (old === null || now === null) return false;
    const { client, ip } = entry.record.request;
    const example = (): RequestExample => exampleOf(entry);
    this.verdicts.add({ old, new: now, caller: client ?? ip, example });
    this.state.note(entry.record.request, entry.at, entry.line);
    if (this.first === null && old.verdict !== now.verdict) {
      const change = {
        request: example(),
        old: causeOf(old),
        new: causeOf(now),
        explanations: null,
        unexplained: null,
      };
      this.first = { nth: this.#decided, change };
    }
    return now.verdict <= HARSHEST_PASS;
  }
}

function exampleOf({ at, line, record: { request } }: HeldEntry): RequestExample {
  const { client, ip, method, path } = request;
  return { number: line, seed: null, at, client, ip, method, path: cut(path) };
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
      await readInOrder(reopen(), [old.policy, now.policy], options, (entry) => decider.decide(entry));
    });
  const [before, after] = [await explain(old), await explain(now)];
  if (before === null || after === null) return { ...change, unexplained: TOO_FAR_BACK };
  return { ...change, explanations: { old: before, new: after } };
}
