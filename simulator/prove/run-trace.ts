/** Runs a trace on the explaining engine, which decides as every engine does, and keeps what led to each decision. */
import {
  createExplainer,
  type ExplainingEngine,
  type Explanation,
  type Outcome,
  type Policy,
  type Request,
} from "../../engine/index.ts";
import type { TestRequestStep } from "../../dsl/index.ts";
import { requestOf } from "../policy-test/fill.ts";
import { outcomeOf } from "../test-answer.ts";
import type { TestObserver } from "../policy-test/run-test.ts";
import { COUNTER, span, type Trace, type TraceStep } from "./trace.ts";

/** A request of a trace, decided. */
export interface TraceEvent {
  /** Its place among the requests of the trace. */
  readonly index: number;
  /** Index of its step, and which repetition it is, from 1. */
  readonly step: number;
  readonly repetition: number;
  /** Microseconds since the Unix epoch. */
  readonly atMicros: number;
  readonly request: Request;
  readonly explanation: Explanation;
  /** What the service answers if the request is let through; null for nothing. */
  readonly answer: TraceStep["respond"];
  /** When it does; null where the request is refused. */
  readonly answeredMicros: number | null;
}

/** A trace that was run. */
export interface TraceRun {
  /** With every wait as it came out. */
  readonly trace: Trace;
  readonly events: readonly TraceEvent[];
}

/** Looks at the engine right after a request. */
export type Look = (engine: ExplainingEngine, event: TraceEvent) => void;

/** What may look on. */
export interface RunOptions {
  readonly observer?: TestObserver;
  readonly look?: Look;
  /** Default: the explaining engine. */
  readonly makeEngine?: (policy: Policy) => ExplainingEngine;
}

/** An answer that is on its way. */
interface Due {
  readonly atMicros: number;
  readonly token: number;
  readonly outcome: Outcome;
}

const MILLISECOND = 1_000;

/** Runs a trace from a fresh state. */
export function runTrace(policy: Policy, trace: Trace, options: RunOptions = {}): TraceRun {
  const run = new Run(policy, trace, options);
  for (const [index, step] of trace.steps.entries()) run.step(index, step);
  return run.end();
}

class Run {
  private readonly engine: ExplainingEngine;
  private readonly trace: Trace;
  private readonly options: RunOptions;
  private readonly events: TraceEvent[] = [];
  private readonly steps: TraceStep[] = [];
  private due: Due[] = [];
  private now: number;

  constructor(policy: Policy, trace: Trace, options: RunOptions) {
    this.engine = (options.makeEngine ?? createExplainer)(policy);
    this.trace = trace;
    this.options = options;
    this.now = trace.clockMicros;
  }

  step(index: number, step: TraceStep): void {
    const micros = this.gapOf(step);
    this.steps.push({ ...step, gap: span(micros) });
    const start = this.now + micros;
    const filled = fillable(step);
    for (let repetition = 1; repetition <= step.times; repetition++) {
      this.now = start + (repetition - 1) * step.everyMicros;
      this.answer(this.now);
      this.send(index, step, requestOf(filled, repetition), repetition);
    }
  }

  end(): TraceRun {
    this.answer(Number.POSITIVE_INFINITY);
    return { trace: { ...this.trace, steps: this.steps }, events: this.events };
  }

  private gapOf({ gap }: TraceStep): number {
    if (gap.kind === "span") return gap.micros;
    const retry = this.events.at(-1)?.explanation.decision.retryAfter ?? 0;
    return Math.max(0, Math.ceil((retry * 1e6) / MILLISECOND) * MILLISECOND + gap.plusMicros);
  }

  private send(index: number, { respond }: TraceStep, request: Request, repetition: number): void {
    const { observer, look } = this.options;
    const { explanation, token } = this.engine.explain(request, this.now);
    observer?.decided(explanation);
    const { verdict } = explanation.decision;
    const passed = verdict === "allow" || verdict === "slow";
    const answeredMicros = passed && respond !== null ? this.now + respond.afterMicros : null;
    const event: TraceEvent = {
      index: this.events.length,
      step: index,
      repetition,
      atMicros: this.now,
      request,
      explanation,
      answer: respond,
      answeredMicros,
    };
    this.events.push(event);
    look?.(this.engine, event);
    if (answeredMicros === null || respond === null) return;
    this.due.push({ atMicros: answeredMicros, token, outcome: outcomeOf(respond) });
    this.answer(this.now);
  }

  /** Reports the answers that are due by then, in the order of their times. */
  private answer(until: number): void {
    const { observer } = this.options;
    const now = this.due.filter(({ atMicros }) => atMicros <= until).sort((a, b) => a.atMicros - b.atMicros);
    if (now.length === 0) return;
    this.due = this.due.filter(({ atMicros }) => atMicros > until);
    for (const { token, outcome, atMicros } of now) {
      if (observer === undefined) this.engine.observe(token, outcome, atMicros);
      else observer.observed(this.engine.explainOutcome(token, outcome, atMicros));
    }
  }
}

/** The step as tests fill their texts. */
function fillable({ request, times, everyMicros }: TraceStep): TestRequestStep {
  const repeat = times === 1 ? null : { times, everyMicros, as: hasCounter(request) ? COUNTER : null };
  const rest = { atMicros: 0, pass: null, respond: null, expect: null, span: { file: 0, start: 0, end: 0 } };
  return { kind: "request", request, repeat, ...rest };
}

/** Whether a text of the request counts the repetitions. */
export function hasCounter({ path, headers, body, claims }: Request): boolean {
  return JSON.stringify([path, headers, body, claims]).includes(`{${COUNTER}}`);
}
