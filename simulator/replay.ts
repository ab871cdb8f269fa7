/** Replay: decides recorded traffic at its recorded times, and says who would have been affected, and by what. */
import type { DecisionRecord, Policy, PolicyEngine } from "../engine/index.ts";
import { createEngine, VERDICTS } from "../engine/index.ts";
import type { InputLine, RequestRecord, ResponseRecord } from "../traffic/index.ts";
import { DecisionHash } from "./decision-hash.ts";
import { EventQueue } from "./event-queue.ts";
import { MOST_CALLERS } from "./replay-callers.ts";
import { ReplayError } from "./replay-error.ts";
import { type LogFormat, LogLines } from "./replay-lines.ts";
import { caveatsOf, LogWatch } from "./replay-log-facts.ts";
import { type HeldLine, REORDER_LINES, ReorderBuffer } from "./replay-order.ts";
import type { LogFacts, ReplayResult } from "./replay-result.ts";
import { type Decided, ReplayTally } from "./replay-tally.ts";

/** Lines as `traffic` reads them from a file, or plain texts, which are numbered from 1. */
export type LogSource = AsyncIterable<InputLine | string> | Iterable<InputLine | string>;

/** How a log is replayed. */
export interface ReplayOptions {
  /** Default `combined`. */
  readonly format?: LogFormat;
  /** Counts and passes over lines that are no requests, instead of stopping at the first. Default false. */
  readonly skipBad?: boolean;
  /** Lines held back to put them in order. Default 1,000,000. */
  readonly reorderLines?: number;
  /** Addresses told apart; later ones are counted in the totals alone. Default 100,000. */
  readonly mostCallers?: number;
  /** Makes the engine that decides. Default the compiled one. */
  readonly createEngine?: (policy: Policy) => PolicyEngine;
  /** Called with every decision, in the order of time. */
  readonly onDecision?: (decided: Decided) => void;
  /** Called after every 10,000 lines read, for a progress bar. */
  readonly onProgress?: (lines: number) => void;
}

/** Outcomes that wait for a later time, at most; past it the earliest is reported at once. */
const WAITING_OUTCOMES = 65_536;
const PROGRESS_LINES = 10_000;

/**
 * Decides every entry of a log at its recorded time, in the order of time. What the service answered is observed where the
 * policy lets the request through. The same log and policy give the same result, byte for byte.
 *
 * @throws {@link ReplayError} at a line that is no request (unless `skipBad`), and at one that is earlier than lines which the
 *   reorder buffer had to let go.
 */
export async function replayLog(policy: Policy, source: LogSource, options: ReplayOptions = {}): Promise<ReplayResult> {
  const decider = new ReplayDecider(policy, options);
  const log = await readInOrder(source, [policy], options, (held, record) => decider.decide(held, record));
  return decider.finish(log);
}

/**
 * Hands over every entry of a log in the order of time.
 *
 * @param policies - A request may name the clients of any of them.
 * @throws {@link ReplayError} as {@link replayLog}.
 */
export async function readInOrder(
  source: LogSource,
  policies: readonly Policy[],
  options: ReplayOptions,
  onEntry: OnEntry,
): Promise<LogFacts> {
  const ordered = new OrderedLog(policies, options, onEntry);
  for await (const line of source) ordered.take(line);
  return ordered.finish();
}

/** Told of an entry of the log, with its line. */
type OnEntry = (held: HeldLine, record: RequestRecord) => void;

class OrderedLog {
  readonly #options: ReplayOptions;
  readonly #lines: LogLines;
  readonly #watch: LogWatch;
  readonly #buffer: ReorderBuffer;
  readonly #onEntry: OnEntry;
  #number = 0;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(policies: readonly Policy[], options: ReplayOptions, onEntry: OnEntry) {
    const format = options.format ?? "combined";
    this.#options = options;
    this.#onEntry = onEntry;
    this.#lines = new LogLines(format, new Set(policies.flatMap(({ clients }) => clients.map(({ id }) => id))));
    this.#watch = new LogWatch(format);
    this.#buffer = new ReorderBuffer(options.reorderLines ?? REORDER_LINES);
  }

  /** Reads a line, holds it, and hands over the earliest held one when no more can be held. */
  take(line: InputLine | string): void {
    const input = typeof line === "string" ? { number: this.#number + 1, text: line, problem: null } : line;
    this.#number = input.number;
    this.#watch.line();
    if (input.number % PROGRESS_LINES === 0) this.#options.onProgress?.(input.number);
    const read = this.#lines.read(input);
    if (read === null) this.#watch.empty();
    else if ("problem" in read) this.#skip(input.number, read.problem);
    else this.#hold({ at: read.at, number: input.number, text: input.text });
  }

  finish(): LogFacts {
    for (let held = this.#buffer.take(); held !== null; held = this.#buffer.take()) this.#handOver(held);
    return this.#watch.finish();
  }

  #skip(line: number, problem: string): void {
    if (this.#options.skipBad !== true) throw new ReplayError(line, problem);
    this.#watch.skip(line, problem);
  }

  #hold(line: HeldLine): void {
    if (line.at < this.#latest) throw tooLate(line.number, this.#options.reorderLines ?? REORDER_LINES);
    this.#watch.entry(line.at);
    this.#buffer.push(line);
    const earliest = this.#buffer.overfull ? this.#buffer.take() : null;
    if (earliest !== null) this.#handOver(earliest);
  }

  #handOver(held: HeldLine): void {
    const record = this.#lines.parse(held.text);
    if ("problem" in record) throw new ReplayError(held.number, record.problem);
    this.#latest = held.at;
    this.#watch.ordered(held.at);
    this.#onEntry(held, record);
  }
}

function tooLate(line: number, held: number): ReplayError {
  return new ReplayError(
    line,
    `the log is out of order by more than the ${held.toLocaleString("en-US")} lines that are held back to sort it; ` +
      "sort it first: sort -s -t' ' -k4.9,4.12n -k4.5,4.7M -k4.2,4.3n -k4.14,4.21 LOG > SORTED",
  );
}

/** Decides entries in the order of time, and reports outcomes when they are due. */
export class ReplayDecider {
  readonly #policy: Policy;
  readonly #engine: PolicyEngine;
  readonly #tally: ReplayTally;
  readonly #hash = new DecisionHash();
  readonly #onDecision: ((decided: Decided) => void) | undefined;
  readonly #due = new EventQueue(WAITING_OUTCOMES);
  readonly #waiting = new Map<number, ResponseRecord>();

  constructor(policy: Policy, options: ReplayOptions) {
    this.#policy = policy;
    this.#engine = (options.createEngine ?? createEngine)(policy);
    this.#tally = new ReplayTally(policy, options.mostCallers ?? MOST_CALLERS);
    this.#onDecision = options.onDecision;
  }

  decide({ at, number }: HeldLine, record: RequestRecord): Decided {
    while (this.#due.nextTime <= at) this.#observeNext();
    const made = this.#engine.decide(record.request, at);
    this.#hash.add(made, at);
    const decided = { line: number, at, record, decision: made.toDecision() };
    if (record.response !== null && passes(made)) this.#observe(made.token, record.response, at);
    this.#tally.add(decided);
    this.#onDecision?.(decided);
    return decided;
  }

  finish(log: LogFacts): ReplayResult {
    const { name, version } = this.#policy;
    const caveats = caveatsOf(log, this.#policy, this.#engine.needs);
    return { policy: { name, version }, log, ...this.#tally.finish(), caveats, decisionHash: this.#hash.finish() };
  }

  #observe(token: number, response: ResponseRecord, at: number): void {
    if (token === 0) return;
    if (response.afterMicros === null || response.afterMicros === 0) {
      this.#engine.observe(token, response.outcome, at);
      return;
    }
    if (this.#due.size >= WAITING_OUTCOMES) this.#observeNext();
    this.#due.push(at + response.afterMicros, 0, 0, token);
    this.#waiting.set(token, response);
  }

  #observeNext(): void {
    if (!this.#due.next()) return;
    const token = this.#due.first;
    const response = this.#waiting.get(token);
    this.#waiting.delete(token);
    if (response !== undefined) this.#engine.observe(token, response.outcome, this.#due.time);
  }
}

/** Whether the service would have been asked: allowed, or slowed. */
function passes(decision: DecisionRecord): boolean {
  return decision.verdict <= VERDICTS.indexOf("slow");
}
