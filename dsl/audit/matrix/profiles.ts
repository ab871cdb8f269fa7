/**
 * What a policy can tell apart about clients. Two clients of one profile meet the same conditions on every route that both, or neither,
 * are granted; so a matrix is computed for profiles, of which there are few, and not for clients, of which there are many.
 */
import type { AttributeExpr, Client, Expr, HasExpr, Key, Policy } from "../../../engine/index.ts";
import { exprText, parts } from "../../check/walk.ts";
import { Evaluation, UNKNOWN } from "./partial.ts";

/** Looks at clients as one policy does. */
export class Profiles {
  readonly #policy: Policy;
  readonly #observed = new Map<string, Expr>();
  readonly #clientOnly = new Map<number, boolean>();

  constructor(policy: Policy) {
    this.#policy = policy;
    for (const expr of expressionsOf(policy)) this.#observe(expr);
  }

  /** How much work it is to look at one client. */
  get size(): number {
    return this.#observed.size;
  }

  /** The same text for clients that the policy cannot tell apart, but for what they are granted. */
  of(client: Client): string {
    const evaluation = new Evaluation(this.#policy, { client, route: -1, evidence: null, grant: null });
    const seen: unknown[] = [];
    for (const expr of this.#observed.values()) {
      const value = evaluation.value(expr);
      seen.push(value === UNKNOWN ? "?" : value === undefined ? null : [value]);
    }
    return JSON.stringify(seen);
  }

  /** A condition on the record alone counts by its truth; in any other, each attribute of the record by its value. */
  #observe(expr: Expr): void {
    const bool = expr.type.scalar === "bool" && !expr.type.set;
    const own = expr.kind === "attribute" && isOwn(expr.name);
    if (own || (bool && expr.kind !== "literal" && this.#isClientOnly(expr))) this.#observed.set(exprText(expr), expr);
    else for (const part of parts(expr)) this.#observe(part);
  }

  #isClientOnly(expr: Expr): boolean {
    switch (expr.kind) {
      case "literal":
        return true;
      case "list":
        return this.#policy.lists[expr.index]?.file === null;
      case "attribute":
        return isOwn(expr.name);
      case "let":
        return this.#isClientOnlyLet(expr.index);
      case "signal":
      case "score":
      case "used":
        return false;
      default:
        return parts(expr).every((part) => this.#isClientOnly(part));
    }
  }

  #isClientOnlyLet(index: number): boolean {
    const known = this.#clientOnly.get(index);
    if (known !== undefined) return known;
    const one = this.#policy.lets[index];
    const answer = one !== undefined && this.#isClientOnly(one.expr);
    this.#clientOnly.set(index, answer);
    return answer;
  }
}

function isOwn(name: string): boolean {
  return name === "client" || name.startsWith("client.");
}

/** Every expression that a cell of the matrix rests on. */
function expressionsOf(policy: Policy): readonly Expr[] {
  const { lets, signals, scores, limits, rules } = policy;
  const found: (Expr | null)[] = [
    ...lets.map((one) => one.expr),
    ...signals.flatMap((signal) => keyParts(signal.keys)),
    ...scores.flatMap((score) => score.terms.map((term) => term.when)),
    ...limits.flatMap((limit) => [limit.when, ...keyParts(limit.keys), ...amountParts(limit.amount)]),
    ...rules.map((rule) => rule.when),
  ];
  return found.filter((expr) => expr !== null);
}

/** Of a key it matters whether it is there, not what it is. */
function keyParts(keys: readonly Key[]): readonly Expr[] {
  return keys.flatMap((key) => key.options).map((option) => (option.kind === "attribute" ? hasOption(option) : option));
}

function hasOption(attribute: AttributeExpr): HasExpr {
  return { kind: "has", attribute, type: { scalar: "bool", set: false }, span: attribute.span };
}

function amountParts(amount: Policy["limits"][number]["amount"]): readonly Expr[] {
  return amount.kind === "gcra" || amount.kind === "exact" ? [amount.rate] : [];
}
