/** Replay: decides recorded traffic at its recorded times, and says who would have been affected, and by what. */
import type { DecisionRecord, Policy, PolicyEngine } from "../../engine/index.ts";
import { createEngine, VERDICTS } from "../../engine/index.ts";
import type { ResponseRecord } from "../../traffic/index.ts";
import { DecisionHash } from "../decision-hash.ts";
import { EventQueue } from "../event-queue.ts";
import { type LogReading, type LogSource, type NamedLog, readInOrder } from "./ordered-logs.ts";
import { MOST_CALLERS } from "./callers.ts";
import { caveatsOf } from "./caveats.ts";
import { MissingAttributes } from "./missing-attributes.ts";
import type { HeldEntry } from "./reorder-buffer.ts";
import type { LogFacts, ReplayResult } from "./replay-result.ts";
import { type Decided, ReplayTally } from "./replay-tally.ts";

/** How a log is replayed. */
export interface ReplayOptions extends LogReading {
  /** Addresses told apart; later ones are counted in the totals alone. Default 100,000. */
  readonly mostCallers?: number;
  /** Makes the engine that decides. Default the compiled one. */
  readonly createEngine?: (policy: Policy) => PolicyEngine;
  /** Called with every decision, in the order of time. */
  readonly onDecision?: (decided: Decided) => void;
}

/** Outcomes that wait for a later time, at most; past it the earliest is reported at once. */
const WAITING_OUTCOMES = 65_536;

/**
 * Decides every entry of a log at its recorded time, in the order of time. What the service answered is observed where the
 * policy lets the request through. The same log and policy give the same result, byte for byte.
 *
 * @throws {@link ReplayError} at a line that is no request (unless `skipBad`), and for a log of which no line could be read.
 */
export function replayLog(policy: Policy, source: LogSource, options: ReplayOptions = {}): Promise<ReplayResult> {
  return replayLogs(policy, [{ name: "", source }], options);
}

/** As {@link replayLog}, of several logs that follow one another, such as those of a log that was rotated: the oldest first. */
export async function replayLogs(
  policy: Policy,
  logs: readonly NamedLog[],
  options: ReplayOptions = {},
): Promise<ReplayResult> {
  const decider = new ReplayDecider(policy, options);
  return decider.finish(await readInOrder(logs, [policy], options, (entry) => decider.decide(entry)));
}

/** Decides entries in the order of time, and reports outcomes when they are due. */
export class ReplayDecider {
  readonly #policy: Policy;
  readonly #engine: PolicyEngine;
  readonly #tally: ReplayTally;
  readonly #missing: MissingAttributes;
  readonly #hash = new DecisionHash();
  readonly #onDecision: ((decided: Decided) => void) | undefined;
  readonly #onRecord: ((record: DecisionRecord) => void) | undefined;
  readonly #due = new EventQueue(WAITING_OUTCOMES);
  /** Answers that wait, in slots that the queue knows by number. */
  readonly #waiting: (ResponseRecord | null)[] = [];
  readonly #free: number[] = [];

  /** @param onRecord - Called with the engine's own record of every decision, which the next one overwrites. */
  constructor(policy: Policy, options: ReplayOptions, onRecord?: (record: DecisionRecord) => void) {
    this.#policy = policy;
    this.#engine = (options.createEngine ?? createEngine)(policy);
    this.#tally = new ReplayTally(policy, options.mostCallers ?? MOST_CALLERS);
    this.#missing = new MissingAttributes(policy);
    this.#onDecision = options.onDecision;
    this.#onRecord = onRecord;
  }

  /** Returns whether the service would have been asked: allowed, or slowed. */
  decide(entry: HeldEntry): boolean {
    const { at, log, line, record } = entry;
    while (this.#due.nextTime <= at) this.#observeNext();
    this.#missing.entry(record);
    const made = this.#engine.decide(record.request, at);
    this.#hash.add(made, at);
    this.#tally.add(entry, made);
    this.#onRecord?.(made);
    if (this.#onDecision !== undefined) this.#onDecision({ log, line, at, record, decision: made.toDecision() });
    const passes = made.verdict <= HARSHEST_PASS;
    if (record.response !== null && passes) this.#observe(made, record.response, at);
    return passes;
  }

  finish(log: LogFacts): ReplayResult {
    const { name, version } = this.#policy;
    const missing = log.entries === 0 ? [] : this.#missing.finish();
    const caveats = caveatsOf(log, this.#policy, missing, this.#missing.countsHeaders);
    const decisionHash = this.#hash.finish();
    return { policy: { name, version }, log, ...this.#tally.finish(), missing, caveats, decisionHash };
  }

  #observe({ token }: DecisionRecord, response: ResponseRecord, at: number): void {
    if (token === 0) return;
    if (response.afterMicros === null || response.afterMicros === 0) {
      this.#engine.observe(token, response.outcome, at);
      return;
    }
    if (this.#due.size >= WAITING_OUTCOMES) this.#observeNext();
    const slot = this.#free.pop() ?? this.#waiting.length;
    this.#waiting[slot] = response;
    this.#due.push(at + response.afterMicros, 0, slot, token);
  }

  #observeNext(): void {
    if (!this.#due.next()) return;
    const { actor: slot, first: token, time } = this.#due;
    const response = this.#waiting[slot] ?? null;
    this.#waiting[slot] = null;
    this.#free.push(slot);
    if (response !== null) this.#engine.observe(token, response.outcome, time);
  }
}

const HARSHEST_PASS = VERDICTS.indexOf("slow");
