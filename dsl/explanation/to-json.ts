/** An explanation as JSON for programs: places instead of spans, and every `let` taken apart once. */
import type {
  Contender,
  Decision,
  ExplainedExpr,
  Explanation,
  SignalConditions,
  Span,
  Value,
} from "../../engine/index.ts";
import type { SourceFile } from "../source.ts";
import { lineOf, quote } from "./excerpts.ts";

/** Where something stands. Lines count from 1. */
export interface JsonPlace {
  readonly file: string;
  readonly line: number;
}

/** A condition with its parts; a `let` that was taken apart before has none. */
export interface JsonCondition extends JsonPlace {
  /** As the policy writes it, cut where it is long. */
  readonly text: string;
  readonly kind: string;
  readonly value: Value | null;
  readonly parts: readonly JsonCondition[];
}

/** {@link Explanation}, member for member. */
export interface JsonExplanation {
  readonly decision: Decision;
  readonly route: string | null;
  readonly client: string | null;
  readonly endedBefore: string | null;
  /** Attributes that conditions read, as the policy writes them, and the route and client. */
  readonly facts: Readonly<Record<string, Value | null>>;
  readonly contenders: readonly Contender[];
  readonly rules: readonly object[];
  readonly limits: readonly object[];
  readonly scores: readonly object[];
  readonly signals: readonly object[];
}

/** @param sources - By the file number of spans. */
export function explanationToJson(explanation: Explanation, sources: readonly SourceFile[]): JsonExplanation {
  const { decision, route, client, endedBefore, contenders } = explanation;
  const seen = new Set<ExplainedExpr>();
  const condition = (when: ExplainedExpr | null): JsonCondition | null =>
    when === null ? null : conditionToJson(when, sources, seen);
  const both = ({ where, hit }: SignalConditions): object => ({ where: condition(where), hit: condition(hit) });
  const placed = <T extends { readonly span: Span }>({ span, ...rest }: T): Omit<T, "span"> & JsonPlace => ({
    ...rest,
    ...placeOf(span, sources),
  });
  return {
    decision,
    route,
    client,
    endedBefore,
    facts: { route, client, ...factsOf(explanation, sources) },
    contenders,
    rules: explanation.rules.map((rule) => ({ ...placed(rule), when: condition(rule.when) })),
    limits: explanation.limits.map((limit) => ({ ...placed(limit), when: condition(limit.when) })),
    scores: explanation.scores.map((score) => ({
      ...placed(score),
      terms: score.terms.map((term) => ({ ...placed(term), when: condition(term.when) })),
    })),
    signals: explanation.signals.map(({ type: _, ...signal }) => ({
      ...placed(signal),
      conditions: both(signal.conditions),
    })),
  };
}

/** Every attribute in the conditions and what it was. */
function factsOf(explanation: Explanation, sources: readonly SourceFile[]): Record<string, Value | null> {
  const facts: Record<string, Value | null> = {};
  const seen = new Set<ExplainedExpr>();
  const visit = (node: ExplainedExpr | null): void => {
    if (node === null || seen.has(node)) return;
    seen.add(node);
    if (node.kind === "attribute") facts[quote(node.span, sources)] = node.value;
    for (const part of node.parts) visit(part);
  };
  const { rules, limits, scores, signals } = explanation;
  for (const { when } of [...rules, ...limits, ...scores.flatMap(({ terms }) => terms)]) visit(when);
  for (const { conditions } of signals) for (const each of [conditions.where, conditions.hit]) visit(each);
  return facts;
}

function conditionToJson(
  { span, kind, value, parts }: ExplainedExpr,
  sources: readonly SourceFile[],
  seen: Set<ExplainedExpr>,
): JsonCondition {
  // A let is one node however often it is read; spelling it out each time would take exponential space.
  const fresh = kind === "let" ? parts.filter((part) => !seen.has(part)) : parts;
  for (const part of fresh) seen.add(part);
  const inner = fresh.map((part) => conditionToJson(part, sources, seen));
  return { text: quote(span, sources), ...placeOf(span, sources), kind, value, parts: inner };
}

function placeOf(span: Span, sources: readonly SourceFile[]): JsonPlace {
  return { file: sources[span.file]?.path ?? "", line: lineOf(span, sources) };
}
