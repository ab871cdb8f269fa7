/**
 * The most work that an expression can be, in steps: a step is one comparison, one look-up in a table, or one character looked at. What
 * depends on the length of a text of the request is counted for each of its characters. Everything is an upper bound: conditions that
 * settle early, and those that the index answers, are less.
 */
import { partsOf } from "../reference/parts.ts";
import type { Aggregate, AttributeExpr, Expr, Policy, ScalarValue } from "../policy.ts";
import { boundedPattern, compilePattern } from "../regex/instructions.ts";

/** Steps, and further steps for each character of the text that is read. */
export interface Work {
  readonly steps: number;
  readonly perCharacter: number;
}

/** Several works, one after the other. */
export function together(works: readonly Work[]): Work {
  return {
    steps: works.reduce((sum, each) => sum + each.steps, 0),
    perCharacter: works.reduce((sum, each) => sum + each.perCharacter, 0),
  };
}

/** Counts the work of one declaration's expressions. A `let` or `class` is settled once a request, so it counts where it is read first. */
export class WorkCounter {
  private readonly policy: Policy;
  private readonly settled = new Set<number>();

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** An expression with all that it reads. */
  of(expr: Expr): Work {
    return together([this.own(expr), ...partsOf(expr).map((part) => this.of(part))]);
  }

  /** A part of a key, or the argument of a signal: it is read, and hashed. */
  ofKey(expr: Expr): Work {
    return together([this.of(expr), hashed(expr)]);
  }

  /** What an operator or a read is by itself. */
  private own(expr: Expr): Work {
    switch (expr.kind) {
      case "let":
        return this.ofLet(expr.index);
      case "signal":
        return fixed(readingSteps(this.policy.signals[expr.index]?.aggregate));
      case "score":
        return fixed(1);
      case "used":
        return fixed(3);
      case "attribute":
        return ofAttribute(expr);
      case "compare":
        return this.ofCompare(expr.left, expr.right);
      case "in":
        return this.membership(expr.left, expr.right);
      case "any_of":
      case "all_of":
        return times(this.mostMembers(expr.left), this.membership(expr.left, expr.right));
      case "contains":
        return { steps: 1, perCharacter: expr.text.length };
      case "starts_with":
      case "ends_with":
        return fixed(1 + expr.text.length);
      case "like":
        return { steps: 1 + expr.text.length, perCharacter: Math.max(1, expr.text.length) };
      case "matches":
        return { steps: 1, perCharacter: compilePattern(boundedPattern(expr.pattern)).kinds.length };
      case "lookup":
        return hashed(expr.key);
      case "cases":
        return fixed(1);
      case "+":
      case "-":
      case "*":
      case "ratio":
        return fixed(1);
      default:
        return fixed(0);
    }
  }

  private ofLet(index: number): Work {
    if (this.settled.has(index)) return fixed(1);
    this.settled.add(index);
    const definition = this.policy.lets[index]?.expr;
    return definition === undefined ? fixed(0) : this.of(definition);
  }

  /** Texts are compared character by character, as far as a literal goes. */
  private ofCompare(left: Expr, right: Expr): Work {
    if (!isText(left)) return fixed(1);
    const literal = [left, right].find(({ kind }) => kind === "literal");
    const text = literal?.kind === "literal" && typeof literal.value === "string" ? literal.value : null;
    return text === null ? { steps: 1, perCharacter: 1 } : fixed(1 + text.length);
  }

  /** A look-up by hash; for networks one for each length of prefix that occurs. */
  private membership(left: Expr, right: Expr): Work {
    if (right.type.scalar === "network") {
      const prefixes = new Set(this.valuesOf(right).map(prefixOf));
      return fixed(Math.max(1, prefixes.size));
    }
    const isConstant = right.kind === "literal" || right.kind === "list";
    if (isConstant) return hashed(left);
    return times(this.mostMembers(right), isText(left) ? { steps: 1, perCharacter: 1 } : fixed(1));
  }

  /** Members that a set can have: those of the inventory are known, those of a token are not and count as characters do. */
  private mostMembers(expr: Expr): number {
    if (expr.kind === "literal" || expr.kind === "list") return this.valuesOf(expr).length;
    const { clients } = this.policy;
    const name = expr.kind === "attribute" ? expr.name : null;
    const sizes = clients.map((client) =>
      name === "client.tags" || name === "client.operations" || name === "client.scopes" || name === "client.networks"
        ? client[name.slice("client.".length) as "tags" | "operations" | "scopes" | "networks"].length
        : 0,
    );
    return Math.max(1, ...sizes);
  }

  private valuesOf(expr: Expr): readonly ScalarValue[] {
    if (expr.kind === "list") return this.policy.lists[expr.index]?.values ?? [];
    return expr.kind === "literal" && Array.isArray(expr.value) ? (expr.value as readonly ScalarValue[]) : [];
  }
}

/** Steps of reading a signal: its 17 sub-windows, or all that it keeps. */
function readingSteps(aggregate: Aggregate | undefined): number {
  switch (aggregate?.kind) {
    case "distinct":
      return 128;
    case "novel":
      return 32;
    case "interval":
      return aggregate.latest * 6;
    case "elapsed":
    case "overflow":
      return 1;
    case "share":
    case "steps":
      return 2 * 17;
    default:
      return 17;
  }
}

/** Attributes that are found by reading a text; the others are there, or found by name in one step. */
const SCANNED: ReadonlySet<string> = new Set(["query", "cookie"]);

function ofAttribute({ name, args }: AttributeExpr): Work {
  if (SCANNED.has(name)) return { steps: 1, perCharacter: 1 };
  return fixed(name === "now.hour" || name === "now.weekday" || name === "now.in" ? 4 : 1 + args.length);
}

function isText({ type: { scalar } }: Expr): boolean {
  return scalar === "string" || scalar === "path";
}

/** A text is hashed character by character. */
function hashed(key: Expr): Work {
  return { steps: 1, perCharacter: isText(key) ? 1 : 0 };
}

function prefixOf(network: ScalarValue): string {
  const [address = "", bits = ""] = String(network).split("/");
  return `${address.includes(":") ? 6 : 4} ${bits}`;
}

function times(count: number, work: Work): Work {
  return { steps: count * work.steps, perCharacter: count * work.perCharacter };
}

function fixed(steps: number): Work {
  return { steps, perCharacter: 0 };
}
