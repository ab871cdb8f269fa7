/**
 * What the tests of a policy have tried: whether every rule has matched, every atomic condition has been both true and false, and every
 * limit has answered in each way that it can. All conditions of a rule count as tried on its routes, whether or not an earlier one had
 * settled the result: they read a request and do nothing to it.
 */
import type {
  ExplainedExpr,
  ExplainedLimit,
  Explanation,
  Expr,
  Limit,
  OutcomeExplanation,
  Policy,
  Signal,
  SignalConditions,
  Span,
} from "../../engine/index.ts";
import { partsOf } from "../../engine/index.ts";
import { atomId, visitAtoms } from "./atoms.ts";
import type { TestObserver } from "./run-test.ts";

/** A rule, an invariant, or a signal or term of a score, and how often it has matched, applied, been recorded, held. */
export interface CoveredDeclaration {
  readonly kind: "rule" | "invariant" | "signal" | "term";
  readonly name: string;
  readonly span: Span;
  hits: number;
}

/** An atomic condition and how often it has been true and false; missing values count as neither. */
export interface CoveredCondition {
  readonly span: Span;
  /** The declaration that it was first found in. */
  readonly owner: string;
  yes: number;
  no: number;
}

/** A limit and how often it has answered in each way. */
export interface CoveredLimit {
  readonly name: string;
  readonly span: Span;
  admitted: number;
  refused: number;
  /** Null for a limit that never delays. */
  slowed: number | null;
}

/** Counts what tests try. Give it to as many tests of one policy as there are. */
export class Coverage implements TestObserver {
  readonly rules: readonly CoveredDeclaration[];
  readonly signals: readonly CoveredDeclaration[];
  readonly terms: readonly (readonly CoveredDeclaration[])[];
  readonly limits: readonly CoveredLimit[];
  private readonly atoms = new Map<string, CoveredCondition>();

  /** @param invariantsFrom - From which rule on they stand for invariants. */
  constructor(policy: Policy, invariantsFrom: number = policy.rules.length) {
    this.rules = policy.rules.map(({ name, span }, index) => ({
      kind: index < invariantsFrom ? "rule" : "invariant",
      name,
      span,
      hits: 0,
    }));
    this.signals = policy.signals.map(({ name, span }) => ({ kind: "signal", name, span, hits: 0 }));
    this.terms = policy.scores.map(({ name, terms }) =>
      terms.map(({ span }) => ({ kind: "term", name, span, hits: 0 })),
    );
    this.limits = policy.limits.map(limitOf);
    for (const { owner, expr } of conditionsOf(policy)) this.add(policy, owner, expr);
  }

  /** Every atomic condition, in the order of the text. */
  get conditions(): readonly CoveredCondition[] {
    return [...this.atoms.values()].sort((a, b) => a.span.file - b.span.file || a.span.start - b.span.start);
  }

  decided({ signals, rules, scores, limits }: Explanation): void {
    for (const [index, { matches, onRoute, when }] of rules.entries()) {
      if (matches) count(this.rules[index]);
      if (onRoute) this.note(when);
    }
    for (const [index, { recorded, conditions }] of signals.entries()) {
      if (recorded) count(this.signals[index]);
      this.noteSignal(conditions);
    }
    for (const [index, { terms }] of scores.entries()) this.noteTerms(index, terms);
    for (const [index, limit] of limits.entries()) this.noteLimit(this.limits[index], limit);
  }

  observed({ signals, refunds }: OutcomeExplanation): void {
    for (const { name, recorded, conditions } of signals) {
      if (recorded) count(this.signals.find((each) => each.name === name));
      this.noteSignal(conditions);
    }
    for (const { when } of refunds) this.note(when);
  }

  private noteTerms(index: number, terms: readonly { readonly when: ExplainedExpr }[]): void {
    for (const [at, { when }] of terms.entries()) {
      if (when.value === true) count(this.terms[index]?.[at]);
      this.note(when);
    }
  }

  private noteSignal({ where, hit }: SignalConditions): void {
    this.note(where);
    this.note(hit);
  }

  private noteLimit(
    covered: CoveredLimit | undefined,
    { onRoute, when, asked, admits, waitMicros }: ExplainedLimit,
  ): void {
    if (onRoute) this.note(when);
    if (covered === undefined || !asked) return;
    if (!admits) covered.refused++;
    else if (waitMicros > 0) covered.slowed = (covered.slowed ?? 0) + 1;
    else covered.admitted++;
  }

  private note(condition: ExplainedExpr | null): void {
    if (condition === null) return;
    const partsOfExplained = ({ parts }: ExplainedExpr): readonly ExplainedExpr[] => parts;
    visitAtoms(condition, partsOfExplained, (atom) => {
      const covered = this.atoms.get(atomId(atom));
      if (covered !== undefined && atom.value === true) covered.yes++;
      if (covered !== undefined && atom.value === false) covered.no++;
    });
  }

  private add(policy: Policy, owner: string, expr: Expr): void {
    const partsOfExpr = (node: Expr): readonly Expr[] => {
      const definition = node.kind === "let" ? policy.lets[node.index]?.expr : undefined;
      return definition === undefined ? partsOf(node) : [definition];
    };
    visitAtoms(expr, partsOfExpr, (atom) => {
      const id = atomId(atom);
      if (!this.atoms.has(id)) this.atoms.set(id, { span: atom.span, owner, yes: 0, no: 0 });
    });
  }
}

function count(covered: CoveredDeclaration | undefined): void {
  if (covered !== undefined) covered.hits++;
}

function limitOf({ name, span, otherwise }: Limit): CoveredLimit {
  return { name, span, admitted: 0, refused: 0, slowed: otherwise.kind === "slow" ? 0 : null };
}

/** Every condition of a policy with the declaration that it belongs to. */
function conditionsOf({
  signals,
  scores,
  limits,
  rules,
}: Policy): readonly { readonly owner: string; readonly expr: Expr }[] {
  const of = (name: string, ...exprs: readonly (Expr | null)[]): { readonly owner: string; readonly expr: Expr }[] =>
    exprs.flatMap((expr) => (expr === null ? [] : [{ owner: name, expr }]));
  const hitOf = ({ aggregate }: Signal): Expr | null => (aggregate.kind === "share" ? aggregate.when : null);
  return [
    ...signals.flatMap((signal) => of(signal.name, signal.where, hitOf(signal))),
    ...scores.flatMap(({ name, terms }) => terms.flatMap(({ when }) => of(name, when))),
    ...limits.flatMap(({ name, when, refund }) => of(name, when, refund)),
    ...rules.flatMap(({ name, when }) => of(name, when)),
  ];
}
