/** Recorded requests through one engine or two side by side, at their recorded times, with the outcomes they bring along. */
import {
  createEngine,
  createExplainer,
  createReference,
  type Decision,
  type EngineOptions,
  type ExplainingEngine,
  type Explanation,
  type Outcome,
  type Overlay,
  type Policy,
  type PolicyEngine,
} from "../../engine/index.ts";
import { TouchedKeys } from "../../simulator/index.ts";
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

/** A request decided. */
export interface Decided {
  readonly decision: Decision;
  readonly explanation: Explanation | null;
  readonly difference: Difference | null;
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

/** What decides besides the policy. */
export interface SessionOptions {
  /** In force from the start. */
  readonly overlays?: readonly Overlay[];
  /** Whether an explaining engine decides too, last of all. */
  readonly explain?: boolean;
}

export class Session {
  private readonly policy: Policy;
  private readonly engines: readonly PolicyEngine[];
  private readonly explainer: ExplainingEngine | null;
  private readonly pending = new PendingOutcomes();
  private readonly touched = new TouchedKeys(MOST_COMPARED_KEYS);
  private now = CLOCK_START_MICROS;
  /** The engines' clock, which does not go back. */
  private latest = 0;
  private sequence = 0;

  /** @param engines - One, or two that are compared. */
  constructor(policy: Policy, engines: readonly MakeEngine[], { overlays = [], explain = false }: SessionOptions = {}) {
    const options = { pendingOutcomes: MOST_PENDING };
    this.policy = policy;
    this.explainer = explain ? createExplainer(policy, options) : null;
    this.engines = engines.map((make) => make(policy, options));
    for (const engine of this.engines) engine.setOverlays(overlays);
    this.explainer?.setOverlays(overlays);
  }

  /** The latest time of a request or outcome; where there was none, the start of the clock. Microseconds since the Unix epoch. */
  get nowMicros(): number {
    return this.latest === 0 ? CLOCK_START_MICROS : this.latest;
  }

  /** Whether the comparison at the end leaves keys out. */
  get keysLeftOut(): boolean {
    return this.touched.full;
  }

  /**
   * Decides one request, after the outcomes that are due by then.
   *
   * @returns The first engine's decision, how the second one's differs, and the explanation, if asked for.
   * @throws {@link TooManyPending}
   */
  decide(record: RequestRecord): Decided {
    this.now = record.at ?? this.now;
    this.latest = Math.max(this.latest, this.now);
    const late = this.reportUntil(this.latest);
    const records = this.engines.map((engine) => engine.decide(record.request, this.now));
    const explained = this.explainer?.explain(record.request, this.now);
    const tokens = [...records.map(({ token }) => token), explained?.token ?? 0];
    const decisions = records.map((each) => each.toDecision());
    if (this.engines.length > 1) this.touched.note(this.policy, record.request, this.latest);
    const difference =
      late ??
      compare(
        "the decision",
        decisions.map((each) => decisionLine(0, each)),
      );
    const decision = decisions[0] as Decision;
    const explanation = explained?.explanation ?? null;
    return { decision, explanation, difference: difference ?? this.takeOutcome(record, decision, tokens) };
  }

  /** Reports what is still waiting; then compares the state of every key seen. */
  finish(): Difference | null {
    const late = this.reportUntil(Infinity);
    const [compiled, reference] = this.engines;
    if (late !== null || compiled === undefined || reference === undefined) return late;
    return this.touched.difference(compiled, reference, this.latest);
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

  /** Reports the outcomes that are due by then. */
  reportUntil(now: number): Difference | null {
    let first: Difference | null = null;
    for (let due = this.pending.takeDue(now); due !== null; due = this.pending.takeDue(now)) {
      this.latest = Math.max(this.latest, due.dueMicros);
      first ??= this.report(due.tokens, due.outcome, due.dueMicros);
    }
    return first;
  }

  private report(tokens: readonly number[], outcome: Outcome, at: number): Difference | null {
    const known = this.engines.map((engine, index) => engine.observe(tokens[index] ?? 0, outcome, at));
    this.explainer?.observe(tokens.at(-1) ?? 0, outcome, at);
    return compare("whether an outcome was awaited", known.map(String));
  }
}

function compare(of: string, [compiled = "", reference = compiled]: readonly string[]): Difference | null {
  return compiled === reference ? null : { of, compiled, reference };
}
