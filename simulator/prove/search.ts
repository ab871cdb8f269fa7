/**
 * The search: plans are drawn from a seed, each is run once, and every claim judges it. A claim that is refuted is then drawn again alone,
 * from the plan that refuted it, so that fast-check shrinks that plan for it; the trace is minimised at last.
 */
import fc from "fast-check";
import type { Coverage } from "../policy-test/coverage.ts";
import { traceOf } from "./build-trace.ts";
import { choicesOf, type Choices } from "./choices.ts";
import type { Claim, Violation } from "./claims/claim.ts";
import { minimizeTrace } from "./minimize.ts";
import { arbitraryPlan, type Plan } from "./plan.ts";
import { DEFAULT_REQUESTS, DEFAULT_RUNS, type ProveOptions } from "./prove.ts";
import { type RunOptions, runTrace, type TraceRun } from "./run-trace.ts";
import type { Subject } from "./subject.ts";
import type { Trace } from "./trace.ts";

/** How a claim was refuted: the minimised trace, and where it was drawn. */
export interface Found {
  readonly run: TraceRun;
  readonly violation: Violation;
  /** fast-check's path of the shrunk plan, for `--path`. */
  readonly path: string;
}

/** A claim with what the search came to. */
export interface Searched {
  readonly claim: Claim;
  readonly exercised: number;
  readonly found: Found | null;
}

/** What a search did. */
export interface SearchResult {
  readonly claims: readonly Searched[];
  readonly traces: number;
  readonly requests: number;
  /** Whether the time that was given ended it. */
  readonly cutShort: boolean;
}

/** Plans that shrinking one refutation looks at. */
const MOST_SHRINKS = 250;

/** Searches. Everything but where the time ends it depends on the policy, the seed and the number of runs alone. */
export function searchRefutations(
  subject: Subject,
  claims: readonly Claim[],
  options: ProveOptions,
  coverage: Coverage,
): SearchResult {
  return new Search(subject, claims, options, coverage).run();
}

/** A claim as the search goes on. */
interface Progress {
  readonly claim: Claim;
  exercised: number;
  /** The plan that refuted it first, by its place in the draw. */
  refuted: { readonly place: string; readonly trace: Trace } | null;
}

class Search {
  private readonly subject: Subject;
  private readonly options: ProveOptions;
  private readonly coverage: Coverage;
  private readonly choices: Choices;
  private readonly progress: readonly Progress[];
  private traces = 0;
  private requests = 0;

  constructor(subject: Subject, claims: readonly Claim[], options: ProveOptions, coverage: Coverage) {
    this.subject = subject;
    this.options = options;
    this.coverage = coverage;
    this.choices = choicesOf(subject, options.longest);
    this.progress = claims.map((claim) => ({ claim, exercised: 0, refuted: null }));
  }

  run(): SearchResult {
    const cutShort = this.options.path === null ? this.draw() : this.replay(this.options.path);
    const claims = this.progress.map(({ claim, exercised, refuted }) => ({
      claim,
      exercised,
      found: refuted === null ? null : this.shrink(claim, refuted),
    }));
    return { claims, traces: this.traces, requests: this.requests, cutShort };
  }

  /** Runs plan after plan; whether the time ended it. */
  private draw(): boolean {
    const { runs, seed, timeMs, onTrace } = this.options;
    const limit = timeMs === null ? {} : { interruptAfterTimeLimit: timeMs, markInterruptAsFailure: false };
    const most = runs === null ? DEFAULT_REQUESTS : Number.POSITIVE_INFINITY;
    const property = fc.property(arbitraryPlan, (plan) => {
      if (this.requests >= most) return true;
      this.judge(plan, String(this.traces));
      onTrace?.(this.traces);
      return true;
    });
    return fc.check(property, { seed, numRuns: runs ?? DEFAULT_RUNS, ...limit }).interrupted;
  }

  /** Runs one plan that an earlier search named. */
  private replay(path: string): boolean {
    const property = fc.property(arbitraryPlan, (plan) => {
      if (this.traces === 0) this.judge(plan, path);
      return true;
    });
    fc.check(property, { seed: this.options.seed, numRuns: 1, path });
    return false;
  }

  private judge(plan: Plan, place: string): void {
    const trace = traceOf(plan, this.choices);
    const judges = this.progress.map(({ claim }) => claim.judge());
    const looks = judges.flatMap(({ look }) => look ?? []);
    const run = this.runTrace(trace, {
      observer: this.coverage,
      look: (engine, event) => {
        for (const look of looks) look(engine, event);
      },
    });
    this.traces++;
    this.requests += run.events.length;
    for (const [index, judge] of judges.entries()) {
      const progress = this.progress[index]!;
      const { violation, exercised } = judge.verdict(run);
      progress.exercised += exercised;
      if (violation !== null) progress.refuted ??= { place, trace };
    }
  }

  private shrink(claim: Claim, { place, trace }: NonNullable<Progress["refuted"]>): Found {
    const shrunk = this.options.path === null ? this.shrinkPlan(claim, place) : null;
    const least = minimizeTrace(
      this.runTrace(shrunk?.trace ?? trace, {}).trace,
      (each) => this.refutes(claim, each) !== null,
    );
    const refuting = this.refutes(claim, least);
    if (refuting === null) throw new Error(`the refutation of ${claim.name} does not repeat`);
    return { ...refuting, path: shrunk?.path ?? place };
  }

  /** Lets fast-check shrink the plan at `place` for one claim. */
  private shrinkPlan(claim: Claim, place: string): { readonly trace: Trace; readonly path: string } | null {
    let looked = 0;
    const property = fc.property(
      arbitraryPlan,
      (plan) => ++looked > MOST_SHRINKS || this.refutes(claim, traceOf(plan, this.choices)) === null,
    );
    const { counterexample, counterexamplePath } = fc.check(property, {
      seed: this.options.seed,
      numRuns: 1,
      path: place,
    });
    if (counterexample === null || counterexamplePath === null) return null;
    return { trace: traceOf(counterexample[0], this.choices), path: counterexamplePath };
  }

  private refutes(claim: Claim, trace: Trace): { readonly run: TraceRun; readonly violation: Violation } | null {
    const judge = claim.judge();
    const run = this.runTrace(trace, judge.look === undefined ? {} : { look: judge.look });
    const { violation } = judge.verdict(run);
    return violation === null ? null : { run, violation };
  }

  private runTrace(trace: Trace, options: RunOptions): TraceRun {
    const { makeEngine } = this.options;
    return runTrace(this.subject.policy, trace, makeEngine === undefined ? options : { ...options, makeEngine });
  }
}
