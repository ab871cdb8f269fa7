/** Runs one test: its own state, a virtual clock, both engines side by side. */
import type { LoadResult, PolicyTest, SourceFile, TestReloadStep, TestRequestStep } from "../../dsl/index.ts";
import {
  createEngine,
  createExplainer,
  type Decision,
  type ExplainingEngine,
  type Explanation,
  type Outcome,
  type OutcomeExplanation,
  type Policy,
  type PolicyEngine,
  type Request,
} from "../../engine/index.ts";
import { EventQueue } from "../event-queue.ts";
import { outcomeOf } from "../test-answer.ts";
import { TouchedKeys } from "../touched-keys.ts";
import { requestOf } from "./fill.ts";
import { judgeDecision } from "./judge.ts";
import { type Occurrence, occurrencesOf } from "./occurrences.ts";
import { MOST_FAILURES, type TestFailure, type TestProblem, type TestResult } from "./result.ts";

/** Keys whose state is compared at the end of a test. */
const MOST_KEYS = 10_000;

/** A policy with the sources that its spans point into. */
export interface TestedPolicy {
  readonly policy: Policy;
  readonly sources: readonly SourceFile[];
}

/** How tests are run. */
export interface TestOptions {
  /** Loads the policy that a `reload` step names. */
  readonly load: (path: string) => LoadResult;
  /** Told of everything that was decided by the policy under test itself, for its coverage. With it, every request is explained. */
  readonly observer?: TestObserver;
  /** Makes the engine that decides beside the reference. Default: the compiled one. */
  readonly makeEngine?: (policy: Policy) => PolicyEngine;
}

/** Looks on as a test runs. */
export interface TestObserver {
  decided(explanation: Explanation): void;
  observed(outcome: OutcomeExplanation): void;
}

/** Runs a test. Never throws for what a test holds. */
export function runTest(tested: TestedPolicy, test: PolicyTest, options: TestOptions): TestResult {
  return new TestRun(tested, test, options).run();
}

/** An outcome that is reported later. */
interface Pending {
  readonly tokens: readonly [compiled: number, reference: number];
  readonly outcome: Outcome;
  readonly step: TestRequestStep;
  readonly repetition: number;
}

class TestRun {
  private tested: TestedPolicy;
  private readonly under: Policy;
  private readonly test: PolicyTest;
  private readonly options: TestOptions;
  private readonly compiled: PolicyEngine;
  private readonly reference: ExplainingEngine;
  private readonly due = new EventQueue();
  private readonly pending = new Map<number, Pending>();
  private readonly keys = new TouchedKeys(MOST_KEYS);
  private readonly failures: TestFailure[] = [];
  private readonly failed = new Map<TestRequestStep, TestFailure>();
  private requests = 0;
  private expectations = 0;
  private now = 0;

  constructor(tested: TestedPolicy, test: PolicyTest, options: TestOptions) {
    this.tested = tested;
    this.under = tested.policy;
    this.test = test;
    this.options = options;
    this.compiled = (options.makeEngine ?? createEngine)(tested.policy);
    this.reference = createExplainer(tested.policy);
  }

  run(): TestResult {
    let last: Occurrence | null = null;
    for (const occurrence of occurrencesOf(this.test)) {
      last = occurrence;
      if (!this.happen(occurrence)) return this.result();
    }
    if (last !== null && this.reportUntil(Infinity)) this.compareState(last);
    return this.result();
  }

  /** One step; false where the test cannot go on. */
  private happen(occurrence: Occurrence): boolean {
    this.now = this.test.clockMicros + occurrence.atMicros;
    if (!this.reportUntil(this.now)) return false;
    return isRequest(occurrence) ? this.send(occurrence) : this.reload(occurrence as Occurrence<TestReloadStep>);
  }

  private send(occurrence: Occurrence<TestRequestStep>): boolean {
    this.requests++;
    const { step } = occurrence;
    const request = requestOf(step, occurrence.repetition);
    this.keys.note(this.tested.policy, request, this.now);
    const record = this.compiled.decide(request, this.now);
    const compiledToken = record.token;
    const decision = record.toDecision();
    const { decision: expected, explanation, token } = this.explain(request, step);
    const [compiled, reference] = [JSON.stringify(decision), JSON.stringify(expected)];
    if (compiled !== reference)
      return this.fail(occurrence, { kind: "engines_differ", of: "the decision", compiled, reference });
    this.judge(occurrence, request, explanation);
    return this.respond(occurrence, decision, [compiledToken, token]);
  }

  /** Decides by the reference, which explains where somebody wants to know. */
  private explain(
    request: Request,
    step: TestRequestStep,
  ): { readonly decision: Decision; readonly explanation: Explanation | null; readonly token: number } {
    const observer = this.tested.policy === this.under ? this.options.observer : undefined;
    if (observer === undefined && step.expect === null) {
      const record = this.reference.decide(request, this.now);
      return { decision: record.toDecision(), explanation: null, token: record.token };
    }
    const { explanation, token } = this.reference.explain(request, this.now);
    observer?.decided(explanation);
    return { decision: explanation.decision, explanation, token };
  }

  private judge(occurrence: Occurrence<TestRequestStep>, request: Request, explanation: Explanation | null): void {
    const { step } = occurrence;
    if (step.expect === null || explanation === null) return;
    this.expectations++;
    const mismatches = judgeDecision(step.expect, explanation.decision);
    if (mismatches.length === 0) return;
    const before = this.failed.get(step)?.problem;
    if (before?.kind === "expectation") before.more++;
    else this.fail(occurrence, { kind: "expectation", mismatches, request, explanation, ...this.tested, more: 0 });
  }

  /** The service answers, if the request was let through. */
  private respond(
    { step, repetition }: Occurrence<TestRequestStep>,
    { verdict }: Decision,
    tokens: Pending["tokens"],
  ): boolean {
    if (step.respond === null || (verdict !== "allow" && verdict !== "slow")) return true;
    const pending = { tokens, outcome: outcomeOf(step.respond), step, repetition };
    if (step.respond.afterMicros === 0) return this.observe(pending, this.now);
    this.pending.set(this.requests, pending);
    this.due.push(this.now + step.respond.afterMicros, 0, 0, this.requests);
    return true;
  }

  /** Reports the outcomes that are due by then; false where the engines differ. */
  private reportUntil(until: number): boolean {
    while (this.due.nextTime <= until && this.due.next()) {
      const pending = this.pending.get(this.due.first);
      this.pending.delete(this.due.first);
      this.now = Math.max(this.now, this.due.time);
      if (pending !== undefined && !this.observe(pending, this.due.time)) return false;
    }
    return true;
  }

  private observe({ tokens: [compiledToken, token], outcome, step, repetition }: Pending, at: number): boolean {
    const compiled = this.compiled.observe(compiledToken, outcome, at);
    const known = this.observeReference(token, outcome, at);
    if (compiled === known) return true;
    const of = "whether an outcome was awaited";
    const problem = { kind: "engines_differ", of, compiled: `${compiled}`, reference: `${known}` } as const;
    return this.fail({ step, atMicros: at - this.test.clockMicros, repetition }, problem);
  }

  private observeReference(token: number, answered: Outcome, at: number): boolean {
    const observer = this.tested.policy === this.under ? this.options.observer : undefined;
    if (observer === undefined) return this.reference.observe(token, answered, at);
    const outcome = this.reference.explainOutcome(token, answered, at);
    observer.observed(outcome);
    return outcome.known;
  }

  private reload(occurrence: Occurrence<TestReloadStep>): boolean {
    const { path } = occurrence.step;
    const { policy, sources, diagnostics } = this.options.load(path);
    if (policy === null) {
      const message = diagnostics.find(({ severity }) => severity === "error")?.message ?? "it cannot be read";
      return this.fail(occurrence, { kind: "reload", path, message });
    }
    const report = this.compiled.reload(policy);
    this.reference.reload(policy);
    this.keys.keep(report.kept);
    this.tested = { policy, sources };
    return true;
  }

  private compareState(last: Occurrence): void {
    const difference = this.keys.difference(this.compiled, this.reference, this.now);
    if (difference !== null) this.fail(last, { kind: "engines_differ", ...difference });
  }

  /** Writes a failure down; false, which ends the test unless an expectation failed. */
  private fail({ step, atMicros, repetition }: Occurrence, problem: TestProblem): false {
    const failure: TestFailure = { step, atMicros, repetition, problem };
    if (step.kind === "request") this.failed.set(step, failure);
    if (this.failures.length < MOST_FAILURES) this.failures.push(failure);
    return false;
  }

  private result(): TestResult {
    const { test, requests, failures, expectations } = this;
    return { test, passed: failures.length === 0, requests, failures, expectations };
  }
}

function isRequest(occurrence: Occurrence): occurrence is Occurrence<TestRequestStep> {
  return occurrence.step.kind === "request";
}
