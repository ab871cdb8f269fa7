/**
 * A decision with everything that led to it, as plain data: what `explain`, `decide --explain`, test coverage and the search for the
 * smallest change read. All times are microseconds. Conditions keep the span of their text, so that a reader can show the line.
 */
import type { KeyPart, PolicyEngine } from "../contract.ts";
import type { Decision } from "../decision.ts";
import type { Youth } from "../reference/novel.ts";
import type { Expr, ExprType, Span, Value, Verdict } from "../policy.ts";
import type { Outcome, Request } from "../request.ts";

/** A value or condition with what it came to; `value` is null where an attribute is missing. */
export interface ExplainedExpr {
  readonly span: Span;
  /** Kind of the policy model's expression: `and`, `compare`, `attribute`, `signal`, `let` … */
  readonly kind: Expr["kind"];
  readonly type: ExprType;
  readonly value: Value | null;
  /** What it was computed from, in the order of the text. All are evaluated, also those that could not change the result. */
  readonly parts: readonly ExplainedExpr[];
}

/** Why a declaration did or did not apply to the request. */
export interface ExplainedRule {
  readonly name: string;
  readonly span: Span;
  /** The mode in force for this request: a canary is on or in shadow. */
  readonly mode: "on" | "off" | "shadow";
  /** Whether the request is on a route that the rule names (or the rule names none). */
  readonly onRoute: boolean;
  /** Evaluated on every route on which all its attributes can be read, else null; null too without `when`. */
  readonly when: ExplainedExpr | null;
  readonly matches: boolean;
  /** Names of the exempting rules and ids of the sparing overlays that apply. */
  readonly exemptBy: readonly string[];
  /** What the match added to the decision; null for nothing. */
  readonly added: Verdict | null;
  /** What is left of this rule's live ban on the caller before this request; 0 for none. */
  readonly banMicros: number;
}

/** A limit, whether it was asked, and what it said. */
export interface ExplainedLimit {
  readonly name: string;
  readonly span: Span;
  readonly mode: "on" | "off" | "shadow";
  readonly onRoute: boolean;
  readonly when: ExplainedExpr | null;
  readonly exemptBy: readonly string[];
  /** The key, or null where a part is missing. */
  readonly key: readonly KeyPart[] | null;
  /** Whether it was asked; the rest means nothing if not. */
  readonly asked: boolean;
  readonly admits: boolean;
  readonly cost: number;
  /** Whole units left after the charge, or without it. */
  readonly remaining: number;
  /** Time until it would admit; 0 where it does at once. */
  readonly waitMicros: number;
  /** Percent of the whole used before this request. */
  readonly used: number;
}

/** A signal as this request's key reads it. */
export interface ExplainedSignal {
  readonly name: string;
  readonly span: Span;
  readonly key: readonly KeyPart[] | null;
  /** Whether this request was an event of it, so far. */
  readonly recorded: boolean;
  /** As rules read it. */
  readonly value: number | boolean;
  /** Why a `novel` is false whatever the request's value: its key has not been known for long enough. Else null. */
  readonly youth: Youth | null;
  readonly type: ExprType;
  readonly conditions: SignalConditions;
}

/** The conditions of a signal on its events; each null where there is none, on other routes, and where it is read with the outcome. */
export interface SignalConditions {
  readonly where: ExplainedExpr | null;
  /** What a `share` counts. */
  readonly hit: ExplainedExpr | null;
}

/** What became of an outcome: the signals and refunds that read it. */
export interface OutcomeExplanation {
  /** Whether the token was still awaited; there is nothing to say if not. */
  readonly known: boolean;
  readonly signals: readonly {
    readonly name: string;
    readonly recorded: boolean;
    readonly conditions: SignalConditions;
  }[];
  readonly refunds: readonly { readonly name: string; readonly when: ExplainedExpr }[];
}

/** A score with the terms that it is the sum of. */
export interface ExplainedScore {
  readonly name: string;
  readonly span: Span;
  readonly value: number;
  readonly terms: readonly { readonly points: number; readonly span: Span; readonly when: ExplainedExpr }[];
}

/** Something that asked for a verdict: a rule, a live ban of a rule, a limit, or the default (`name` null). */
export interface Contender {
  readonly name: string | null;
  readonly kind: "rule" | "ban" | "limit" | "default";
  readonly verdict: Verdict;
  /** The delay of a slow, the retry of the others. */
  readonly micros: number;
}

/** A decision and what led to it. */
export interface Explanation {
  readonly decision: Decision;
  /** Name of the route, or null. */
  readonly route: string | null;
  /** Id of the accepted client, or null. */
  readonly client: string | null;
  /** Why the request ended before the rules (`ambiguous_path`, an identity error, `killed`, `quarantined`); null if it did not. */
  readonly endedBefore: string | null;
  readonly signals: readonly ExplainedSignal[];
  readonly scores: readonly ExplainedScore[];
  readonly rules: readonly ExplainedRule[];
  readonly limits: readonly ExplainedLimit[];
  /** All that asked for a verdict stricter than allow, the one that decided first. */
  readonly contenders: readonly Contender[];
}

/** An engine that can say why. It decides as every engine does; explaining is deciding with a report. */
export interface ExplainingEngine extends PolicyEngine {
  /** Decides one request, records its events as `decide` does, and says what led to the decision. `token` is that of the record. */
  explain(request: Request, nowMicros: number): { readonly explanation: Explanation; readonly token: number };
  /** Takes an outcome as `observe` does, and says what read it. */
  explainOutcome(token: number, outcome: Outcome, nowMicros: number): OutcomeExplanation;
  /** What `decide` would answer, without deciding: nothing is recorded or charged, and no outcome is awaited. */
  wouldDecide(request: Request, nowMicros: number): Decision;
  /** A copy of the engine with its state, to ask what would happen if. */
  fork(): ExplainingEngine;
}
