/** Recorded requests through one engine or two side by side, at their recorded times, with the outcomes they bring along. */
import {
  createEngine,
  createReference,
  type Decision,
  type EngineOptions,
  type Outcome,
  type Overlay,
  type Policy,
  type PolicyEngine,
  type TouchedState,
  touchedState,
} from "../../engine/index.ts";
import { CLOCK_START_MICROS, decisionLine, type RequestRecord } from "../../traffic/index.ts";
import { PendingOutcomes } from "./pending.ts";

/** Which engine decides; `both` compares them. */
export type EngineChoice = "compiled" | "reference" | "both";

/** Two engines that disagree, as lines of text to set side by side. */
export interface Difference {
  /** What differs: the decision, or the name of some state. */
  readonly of: string;
  readonly compiled: string;
  readonly reference: string;
}

/** Outcomes that may wait at once; the engines hold as many. */
export const MOST_PENDING = 65_536;
/** Keys whose state is compared at the end; what later requests touch first is not. */
export const MOST_COMPARED_KEYS = 100_000;

/** Thrown where more outcomes wait than {@link MOST_PENDING}. */
export class TooManyPending extends Error {}

/** Makes an engine of a policy. */
export type MakeEngine = (policy: Policy, options: EngineOptions) => PolicyEngine;

/** The engines that a choice stands for; where there are two, the compiled one is first. */
export const ENGINES: Readonly<Record<EngineChoice, readonly MakeEngine[]>> = {
  compiled: [createEngine],
  reference: [createReference],
  both: [createEngine, createReference],
};

export class Session {
  private readonly policy: Policy;
  private readonly engines: readonly PolicyEngine[];
  private readonly pending = new PendingOutcomes();
  private readonly touched = new Map<string, TouchedState>();
  private now = CLOCK_START_MICROS;
  /** The engines' clock, which does not go back. */
  private latest = 0;
  private sequence = 0;

  /** @param engines - One, or two that are compared. */
  constructor(policy: Policy, engines: readonly MakeEngine[], overlays: readonly Overlay[] = []) {
    this.policy = policy;
    this.engines = engines.map((make) => make(policy, { pendingOutcomes: MOST_PENDING }));
    for (const engine of this.engines) engine.setOverlays(overlays);
  }

  /** Whether the comparison at the end leaves keys out. */
  get keysLeftOut(): boolean {
    return this.touched.size >= MOST_COMPARED_KEYS;
  }

  /**
   * Decides one request, after the outcomes that are due by then.
   *
   * @returns The first engine's decision, and how the second one's differs.
   * @throws {@link TooManyPending}
   */
  decide(record: RequestRecord): { readonly decision: Decision; readonly difference: Difference | null } {
    this.now = record.at ?? this.now;
    this.latest = Math.max(this.latest, this.now);
    const late = this.reportUntil(this.latest);
    const records = this.engines.map((engine) => engine.decide(record.request, this.now));
    const tokens = records.map(({ token }) => token);
    const decisions = records.map((each) => each.toDecision());
    this.noteKeys(record);
    const difference =
      late ??
      compare(
        "the decision",
        decisions.map((each) => decisionLine(0, each)),
      );
    const decision = decisions[0] as Decision;
    return { decision, difference: difference ?? this.takeOutcome(record, decision, tokens) };
  }

  /** Reports what is still waiting; then compares the state of every key seen. */
  finish(): Difference | null {
    const late = this.reportUntil(Infinity);
    if (late !== null || this.engines.length < 2) return late;
    for (const state of this.touched.values()) {
      const readings = this.engines.map((engine) => this.read(engine, state));
      const difference = compare(`the ${state.kind} \`${state.name}\` of ${JSON.stringify(state.keys)}`, readings);
      if (difference !== null) return difference;
    }
    return null;
  }

  private takeOutcome(
    { response }: RequestRecord,
    { verdict }: Decision,
    tokens: readonly number[],
  ): Difference | null {
    if (response === null || (verdict !== "allow" && verdict !== "slow")) return null;
    const { outcome, afterMicros } = response;
    if (afterMicros === null) return this.report(tokens, outcome, this.latest);
    if (this.pending.size >= MOST_PENDING) throw new TooManyPending();
    this.pending.add({ dueMicros: this.latest + afterMicros, tokens, outcome, sequence: this.sequence++ });
    return null;
  }

  private reportUntil(now: number): Difference | null {
    let first: Difference | null = null;
    for (let due = this.pending.takeDue(now); due !== null; due = this.pending.takeDue(now)) {
      this.latest = Math.max(this.latest, due.dueMicros);
      first ??= this.report(due.tokens, due.outcome, due.dueMicros);
    }
    return first;
  }

  private report(tokens: readonly number[], outcome: Outcome, at: number): Difference | null {
    const known = this.engines.map((engine, index) => engine.observe(tokens[index] ?? 0, outcome, at));
    return compare("whether an outcome was awaited", known.map(String));
  }

  private noteKeys({ request }: RequestRecord): void {
    if (this.engines.length < 2 || this.keysLeftOut) return;
    for (const state of touchedState(this.policy, request, this.latest)) this.touched.set(JSON.stringify(state), state);
  }

  private read({ readings }: PolicyEngine, { kind, name, keys }: TouchedState): string {
    if (kind === "signal") return String(readings.signal(name, keys, this.latest));
    if (kind === "ban") return `${readings.ban(name, keys, this.latest)} µs left`;
    const { fullInMicros, numerator, denominator } = readings.limit(name, keys, this.latest);
    return `full in ${fullInMicros}${numerator === 0 ? "" : ` + ${numerator}/${denominator}`} µs`;
  }
}

function compare(of: string, [compiled = "", reference = compiled]: readonly string[]): Difference | null {
  return compiled === reference ? null : { of, compiled, reference };
}
