/**
 * Turns plans into well-typed expressions. A plan picks an attribute by number among those that the place may read, and then an
 * operator and literals of that attribute's type.
 */
import type { AttributeExpr, CompareOp, Expr, ExprType, ScalarType, ScalarValue, Value } from "../../engine/index.ts";
import type { Readable } from "./generators-attributes.ts";
import type { AtomPlan, ConditionPlan } from "./generators-conditions.ts";
import * as words from "./generators-vocabulary.ts";

const { SPAN } = words;

/** What an expression may read where it stands. Lists are those of the policy by type; lets, signals and scores by index. */
export interface Reach {
  readonly attributes: readonly Readable[];
  readonly lists: readonly { readonly index: number; readonly type: ScalarType }[];
  readonly tables: readonly TableReach[];
  readonly lets: readonly { readonly index: number; readonly scalar: "bool" | "int" | "enum" }[];
  readonly signals: readonly { readonly index: number; readonly type: ScalarType }[];
  readonly scores: readonly number[];
  /** Limits whose use may be read. */
  readonly used: readonly number[];
}

/** A table, with literals that its values meet. */
export interface TableReach {
  readonly index: number;
  readonly keyType: ScalarType;
  readonly valueType: ScalarType;
  readonly literals: readonly ScalarValue[];
}

/** Nothing to read. */
export const NO_REACH: Reach = { attributes: [], lists: [], tables: [], lets: [], signals: [], scores: [], used: [] };

const BOOL: ExprType = { scalar: "bool", set: false };

/** The member of `items` that a plan's number picks; undefined of nothing. */
export function pick<T>(items: readonly T[], number: number): T | undefined {
  return items.length === 0 ? undefined : items[number % items.length];
}

function some<T>(items: readonly T[], number: number): T {
  return items[number % items.length] as T;
}

export function literal(scalar: ScalarType, value: Value): Expr {
  return { kind: "literal", type: { scalar, set: Array.isArray(value) }, span: SPAN, value };
}

export function attribute(source: Readable): AttributeExpr {
  return { kind: "attribute", type: source.type, span: SPAN, name: source.name, args: source.args };
}

const COMPARISONS: readonly CompareOp[] = ["==", "!=", "<", "<=", ">", ">="];

function compare(op: CompareOp, left: Expr, right: Expr): Expr {
  return { kind: "compare", type: BOOL, span: SPAN, op, left, right };
}

function inside(left: Expr, right: Expr): Expr {
  return { kind: "in", type: BOOL, span: SPAN, left, right };
}

function negate(item: Expr): Expr {
  return { kind: "not", type: BOOL, span: SPAN, item };
}

function has(source: Readable): Expr {
  return { kind: "has", type: BOOL, span: SPAN, attribute: attribute(source) };
}

function literalSet(source: Readable, plan: AtomPlan): Expr {
  const values = [some(source.literals, plan.first), some(source.literals, plan.second)];
  return literal(source.type.scalar, values as string[]);
}

/** A set to be in: the policy's list of the type where there is one, or literals. */
function setOf(scalar: ScalarType, source: Readable, plan: AtomPlan, reach: Reach): Expr {
  const list = reach.lists.find((each) => each.type === scalar);
  if (list === undefined || plan.second % 2 === 0) return literalSet(source, plan);
  return { kind: "list", type: { scalar, set: true }, span: SPAN, index: list.index };
}

const ALL_NETWORKS = [...words.NETWORKS, ...words.MANY_NETWORKS];

function networkTest(left: Expr, plan: AtomPlan, reach: Reach): Expr {
  const list = reach.lists.find((each) => each.type === "network");
  if (list !== undefined && plan.second % 3 === 0) {
    return inside(left, { kind: "list", type: { scalar: "network", set: true }, span: SPAN, index: list.index });
  }
  if (plan.second % 3 === 1)
    return inside(left, literal("network", [some(ALL_NETWORKS, plan.first), some(ALL_NETWORKS, plan.op)]));
  return inside(left, literal("network", some(ALL_NETWORKS, plan.first)));
}

function textTest(left: Expr, source: Readable, plan: AtomPlan): Expr {
  const text = some(source.literals, plan.first) as string;
  const globs = [text, `${text}*`, `*${text}`, `*${text.slice(1)}*`, `${text.slice(0, 1)}*${text.slice(-1)}`, "*", ""];
  const kind = some(["contains", "starts_with", "ends_with", "like", "matches"] as const, plan.op);
  if (kind === "matches") {
    return {
      kind,
      type: BOOL,
      span: SPAN,
      left,
      pattern: { source: "generated", ignoreCase: false, root: plan.pattern },
    };
  }
  return { kind, type: BOOL, span: SPAN, left, text: kind === "like" ? some(globs, plan.second) : text };
}

/** A test of a number: against a literal, of a sum or product with one, or in a set. */
function numberTest(left: Expr, source: Readable, plan: AtomPlan, reach: Reach): Expr {
  const { scalar } = source.type;
  const bound = literal(scalar, some(source.literals, plan.first));
  const op = some(COMPARISONS, plan.op);
  const other = some(source.literals, plan.second);
  switch (plan.form % 8) {
    case 0:
      return inside(left, setOf(scalar, source, plan, reach));
    case 1: {
      const kind = some(["+", "-"] as const, plan.second);
      if (scalar === "time") return compare(op, left, bound);
      return compare(op, { kind, type: left.type, span: SPAN, left, right: literal(scalar, other) }, bound);
    }
    case 2: {
      const factor = literal("int", some([2, -1, 2 ** 52, 0], plan.second));
      if (scalar === "time") return compare(op, left, bound);
      return compare(op, { kind: "*", type: left.type, span: SPAN, left, right: factor }, bound);
    }
    case 3: {
      if (scalar !== "int") return compare(op, left, bound);
      const ratio: Expr = {
        kind: "ratio",
        type: { scalar: "percent", set: false },
        span: SPAN,
        left,
        right: literal(scalar, other),
      };
      return compare(op, ratio, literal("percent", some([0, 50, 100, 12.5], plan.first)));
    }
    default:
      return compare(op, left, bound);
  }
}

function stringTest(left: Expr, source: Readable, plan: AtomPlan, reach: Reach): Expr {
  const { scalar } = source.type;
  const other = reach.attributes.filter((each) => each.type.scalar === scalar && !each.type.set && !each.missing);
  const bound = literal(scalar, some(source.literals, plan.first));
  const op = some(["==", "!="] as const, plan.op);
  switch (plan.form % 6) {
    case 0:
      return inside(left, setOf(scalar, source, plan, reach));
    case 1: {
      const right = pick(other, plan.second);
      return compare(op, left, right === undefined ? bound : attribute(right));
    }
    case 2:
    case 3:
      return textTest(left, source, plan);
    default:
      return compare(op, left, bound);
  }
}

/** A test of a value that is known to be present. */
function scalarTest(left: Expr, source: Readable, plan: AtomPlan, reach: Reach): Expr {
  const bound = literal(source.type.scalar, some(source.literals, plan.first));
  const equality = compare(some(["==", "!="] as const, plan.op), left, bound);
  switch (source.type.scalar) {
    case "bool":
      if (plan.form % 5 === 4) return inside(left, literalSet(source, plan));
      return plan.form % 2 === 0 ? left : equality;
    case "string":
    case "path":
      return stringTest(left, source, plan, reach);
    case "enum":
      if (source.name === "evidence" && plan.form % 2 === 0) return compare(some(COMPARISONS, plan.op), left, bound);
      return plan.form % 3 === 0 ? inside(left, literalSet(source, plan)) : equality;
    case "ip": {
      const kind = plan.form % 3;
      return kind === 0
        ? equality
        : kind === 1
          ? inside(left, setOf("ip", source, plan, reach))
          : networkTest(left, plan, reach);
    }
    case "network":
      return plan.form % 3 === 0 ? equality : networkTest(left, plan, reach);
    default:
      return numberTest(left, source, plan, reach);
  }
}

function setTest(left: Expr, source: Readable, plan: AtomPlan, reach: Reach): Expr {
  const { scalar } = source.type;
  const kind = some(["any_of", "all_of"] as const, plan.op);
  if (scalar === "network") {
    return inside(
      plan.form % 2 === 0 ? literal("ip", some(words.IP_LITERALS, plan.first)) : attribute(ipAttribute(reach)),
      left,
    );
  }
  if (plan.form % 2 === 0) return inside(literal(scalar, some(source.literals, plan.first)), left);
  return { kind, type: BOOL, span: SPAN, left, right: setOf(scalar, source, plan, reach) };
}

function ipAttribute(reach: Reach): Readable {
  return reach.attributes.find(({ name }) => name === "ip") as Readable;
}

/** A test of an attribute, guarded where it can be missing. */
function attributeTest(source: Readable, plan: AtomPlan, reach: Reach): Expr {
  const bare = attribute(source);
  const test = (left: Expr): Expr =>
    source.type.set ? setTest(left, source, plan, reach) : scalarTest(left, source, plan, reach);
  if (!source.missing) return test(bare);
  const guards = plan.guard % 6;
  if (guards === 0) return has(source);
  if (guards <= 2) return { kind: "and", type: BOOL, span: SPAN, items: [has(source), test(bare)] };
  if (guards === 3 || source.type.set)
    return { kind: "or", type: BOOL, span: SPAN, items: [negate(has(source)), test(bare)] };
  const otherwise = literal(source.type.scalar, some(source.literals, plan.second));
  return test({ kind: "default", type: source.type, span: SPAN, options: [bare, otherwise] });
}

function countTest(left: Expr, plan: AtomPlan): Expr {
  const bound = literal("int", some([0, 1, 2, 3, 5, 16, 17, 20], plan.first));
  return compare(some(COMPARISONS, plan.op), left, bound);
}

/** Bounds that signals and limits in use come near, by type. */
const BOUNDS: Readonly<Partial<Record<ScalarType, readonly number[]>>> = {
  int: [0, 1, 2, 3, 5, 16, 17, 20],
  number: [0, 0.5, 1, 3, -1],
  percent: [0, 25, 50, 99.5, 100],
  duration: [0, 1, 7_000, 1_000_000, 60_000_000],
  size: [0, 64, 1_024],
};

/** A condition by itself where it is one, else a comparison with a bound of its type. */
function readingTest(left: Expr, plan: AtomPlan): Expr {
  const { scalar } = left.type;
  if (scalar === "bool") return plan.form % 5 === 4 ? compare("==", left, literal("bool", plan.op % 2 === 0)) : left;
  return compare(some(COMPARISONS, plan.op), left, literal(scalar, some(BOUNDS[scalar] ?? [0], plan.first)));
}

function letTest(index: number, scalar: "bool" | "int" | "enum", plan: AtomPlan): Expr {
  const left: Expr = { kind: "let", type: { scalar, set: false }, span: SPAN, index };
  if (scalar === "int") return countTest(left, plan);
  if (scalar === "bool") return left;
  const [first, second] = [plan.first, plan.second].map((each) => some(["alpha", "beta", "gamma"], each));
  if (plan.form % 3 === 0) return inside(left, literal("enum", [first as string, second as string]));
  return compare(some(["==", "!="] as const, plan.op), left, literal("enum", first as string));
}

/** A table's value for an attribute of its key's type, against one of its values. */
function tableTest({ index, keyType, valueType, literals }: TableReach, plan: AtomPlan, reach: Reach): Expr {
  const keys = reach.attributes.filter(({ type }) => type.scalar === keyType && !type.set);
  const source = some(keys, plan.pick);
  const otherwise = literal(keyType, some(source.literals, plan.second));
  const bare = attribute(source);
  const key: Expr = source.missing
    ? { kind: "default", type: source.type, span: SPAN, options: [bare, otherwise] }
    : bare;
  const left: Expr = { kind: "lookup", type: { scalar: valueType, set: false }, span: SPAN, index, key };
  const bound = literal(valueType, some(literals, plan.first));
  if (valueType === "bool") return left;
  const ordered = valueType === "int" || valueType === "duration";
  return compare(some(ordered ? COMPARISONS : (["==", "!="] as const), plan.op), left, bound);
}

/** A test of what the policy keeps or declares: signals, scores, lets, tables, limits in use; null where the plan asks for none. */
function declaredTest(plan: AtomPlan, reach: Reach): Expr | null {
  if (plan.source >= 5) {
    const signal = pick(reach.signals, plan.pick);
    if (signal === undefined) return null;
    const type: ExprType = { scalar: signal.type, set: false };
    return readingTest({ kind: "signal", type, span: SPAN, index: signal.index }, plan);
  }
  if (plan.source === 4) {
    const score = pick(reach.scores, plan.pick);
    if (score === undefined) return null;
    const bound = literal("int", some([0, 10, 40, 70, 1_000], plan.first));
    const left: Expr = { kind: "score", type: { scalar: "int", set: false }, span: SPAN, index: score };
    return compare(some(COMPARISONS, plan.op), left, bound);
  }
  if (plan.source === 3) {
    const named = pick(reach.lets, plan.pick);
    return named === undefined ? null : letTest(named.index, named.scalar, plan);
  }
  if (plan.source === 2) {
    const table = pick(reach.tables, plan.form);
    return table === undefined ? null : tableTest(table, plan, reach);
  }
  const used = plan.source === 1 ? pick(reach.used, plan.pick) : undefined;
  if (used === undefined) return null;
  return readingTest({ kind: "used", type: { scalar: "percent", set: false }, span: SPAN, index: used }, plan);
}

function buildAtom(plan: AtomPlan, reach: Reach): Expr {
  if (plan.form % 40 === 39) return literal("bool", plan.op % 2 === 0);
  return declaredTest(plan, reach) ?? attributeTest(some(reach.attributes, plan.pick), plan, reach);
}

/** The condition of a plan. */
export function buildCondition(plan: ConditionPlan, reach: Reach): Expr {
  switch (plan.kind) {
    case "atom":
      return buildAtom(plan.atom, reach);
    case "not":
      return negate(buildCondition(plan.item, reach));
    default:
      return { kind: plan.kind, type: BOOL, span: SPAN, items: plan.items.map((item) => buildCondition(item, reach)) };
  }
}

/** A guarded test of one attribute, for signals that must read an answer. */
export function buildTestOf(source: Readable, plan: ConditionPlan, reach: Reach): Expr {
  const atoms = plan.kind === "atom" ? plan.atom : null;
  return attributeTest(
    source,
    atoms ?? { source: 0, pick: 0, form: 4, op: 4, first: 1, second: 0, guard: 1, pattern: { kind: "empty" } },
    reach,
  );
}
