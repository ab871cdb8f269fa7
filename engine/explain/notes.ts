/** What a witness of one decision writes down, and the explanation made of it. */
import type { DecisionRecord } from "../contract.ts";
import type { LimitReading } from "../decision.ts";
import type { Limit, Policy, Signal } from "../policy.ts";
import type { Scope } from "../reference/expressions.ts";
import type { Judgement } from "../reference/judge.ts";
import type { Asked } from "../reference/limits.ts";
import { lessonOf, type Moment, momentOf } from "../reference/signals.ts";
import type { Witness } from "../reference/witness.ts";
import {
  conditionsOf,
  contendersOf,
  explainLimits,
  explainRefunds,
  explainRules,
  explainScores,
  explainSignals,
} from "./declarations.ts";
import type {
  Contender,
  ExplainedLimit,
  ExplainedRule,
  ExplainedScore,
  ExplainedSignal,
  Explanation,
  OutcomeExplanation,
  SignalConditions,
} from "./explanation.ts";
import { ExprExplainer } from "./expressions.ts";

/** Reason of a request that records nothing. */
const AMBIGUOUS = "ambiguous_path";

/** Everything noted of one decision or outcome. */
class Page {
  readonly policy: Policy;
  readonly conditions = new Map<Signal, SignalConditions>();
  readonly recorded = new Set<Signal>();
  readonly answers = new Map<Limit, Answer>();
  outcomeScope: Scope | null = null;
  signals: readonly ExplainedSignal[] = [];
  scores: readonly ExplainedScore[] = [];
  rules: readonly ExplainedRule[] = [];
  limits: readonly ExplainedLimit[] = [];
  contenders: readonly Contender[] = [];
  endedBefore: string | null = null;

  constructor(policy: Policy) {
    this.policy = policy;
  }
}

/** What a limit answered. */
interface Answer {
  readonly asked: Asked;
  readonly remaining: number;
}

/** The witness of an explaining engine. Between explanations it writes nothing. */
export class Notes implements Witness {
  private page: Page | null = null;

  /** Turns to a new page. */
  begin(policy: Policy): void {
    this.page = new Page(policy);
  }

  /** Writes nothing from now on. */
  end(): void {
    this.page = null;
  }

  recording(moment: Moment, scope: Scope): void {
    const { page } = this;
    if (page === null) return;
    if (moment === "outcome") page.outcomeScope = scope;
    const exprs = new ExprExplainer(scope);
    for (const signal of scope.policy.signals) {
      if (momentOf(signal) === moment || lessonOf(signal) === moment)
        page.conditions.set(signal, conditionsOf(signal, scope, exprs));
    }
  }

  recorded(signal: Signal): void {
    this.page?.recorded.add(signal);
  }

  considered(judgement: Judgement): void {
    const { page } = this;
    if (page === null) return;
    const { scope, rules, additions } = judgement;
    const exprs = new ExprExplainer(scope);
    page.signals = explainSignals(scope);
    page.scores = explainScores(scope, exprs);
    page.rules = explainRules(rules, scope, exprs);
    page.limits = explainLimits(judgement, exprs);
    page.contenders = contendersOf(additions);
  }

  charged(asked: readonly Asked[], readings: readonly LimitReading[]): void {
    for (const [index, each] of asked.entries())
      this.page?.answers.set(each.limit, { asked: each, remaining: readings[index]?.remaining ?? 0 });
  }

  ended(reason: string, scope: Scope): void {
    const { page } = this;
    if (page === null) return;
    page.endedBefore = reason;
    page.signals = reason === AMBIGUOUS ? [] : explainSignals(scope);
  }

  /** What the page says of the decision that was just taken. */
  explanation(record: DecisionRecord): Explanation {
    const page = this.page as Page;
    const { policy, scores, contenders, endedBefore } = page;
    const verdicts = new Map(contenders.filter(({ kind }) => kind === "rule").map((each) => [each.name, each.verdict]));
    return {
      decision: record.toDecision(),
      route: policy.routes[record.route]?.name ?? null,
      client: policy.clients[record.client]?.id ?? null,
      endedBefore,
      signals: page.signals.map((signal, index) => withEvent(signal, policy.signals[index] as Signal, page)),
      scores,
      rules: page.rules.map((rule) => ({ ...rule, added: verdicts.get(rule.name) ?? null })),
      limits: page.limits.map((limit, index) => withAnswer(limit, page.answers.get(policy.limits[index] as Limit))),
      contenders,
    };
  }

  /** What the page says of the outcome that was just taken. */
  outcome(known: boolean): OutcomeExplanation {
    const { conditions, recorded, outcomeScope } = this.page as Page;
    const signals = [...conditions].map(([signal, each]) => ({
      name: signal.name,
      recorded: recorded.has(signal),
      conditions: each,
    }));
    return {
      known,
      signals,
      refunds: outcomeScope === null ? [] : explainRefunds(outcomeScope, new ExprExplainer(outcomeScope)),
    };
  }
}

function withEvent(signal: ExplainedSignal, declared: Signal, { recorded, conditions }: Page): ExplainedSignal {
  return {
    ...signal,
    recorded: recorded.has(declared),
    conditions: conditions.get(declared) ?? signal.conditions,
  };
}

function withAnswer(limit: ExplainedLimit, answer: Answer | undefined): ExplainedLimit {
  if (answer === undefined) return limit;
  const { asked, remaining } = answer;
  const { wait, admits } = asked.quote;
  return { ...limit, asked: true, admits, remaining, waitMicros: Math.max(0, wait) };
}
