/**
 * Turns plans (plain records of small numbers, which fast-check shrinks well) into well-typed expressions. A plan picks an
 * attribute by number among those that the place may read, and then an operator and literals of that attribute's type.
 */
import fc from "fast-check";
import type { AttributeExpr, CompareOp, Expr, ExprType, PatternNode, ScalarType, Value } from "../../engine/index.ts";
import type { Readable } from "./generators-attributes.ts";
import * as words from "./generators-vocabulary.ts";

const { SPAN } = words;

/** What an expression may read where it stands. Lists are those of the policy by type; lets, signals and scores by index. */
export interface Reach {
  readonly attributes: readonly Readable[];
  readonly lists: readonly { readonly index: number; readonly type: ScalarType }[];
  readonly lets: readonly { readonly index: number; readonly scalar: "bool" | "int" }[];
  readonly signals: readonly number[];
  readonly scores: readonly number[];
}

/** One test, as numbers that are taken modulo whatever there is to choose from. */
export interface AtomPlan {
  readonly source: number;
  readonly pick: number;
  readonly form: number;
  readonly op: number;
  readonly first: number;
  readonly second: number;
  readonly guard: number;
  readonly pattern: PatternNode;
}

export type ConditionPlan =
  | { readonly kind: "atom"; readonly atom: AtomPlan }
  | { readonly kind: "and" | "or"; readonly items: readonly ConditionPlan[] }
  | { readonly kind: "not"; readonly item: ConditionPlan };

function range(low: string, high: string): readonly [number, number] {
  return [low.charCodeAt(0), high.charCodeAt(0)];
}

const patternLeaf: fc.Arbitrary<PatternNode> = fc.oneof(
  fc.constantFrom<PatternNode>(
    { kind: "set", ranges: [range("a", "a")] },
    { kind: "set", ranges: [range("b", "b")] },
    { kind: "set", ranges: [range("A", "B"), range("a", "b")] },
    { kind: "set", ranges: [[0, 96] as const, [98, 65_535] as const] },
    { kind: "set", ranges: [range("|", "|")] },
    { kind: "set", ranges: [range("0", "9")] },
    { kind: "set", ranges: [] },
  ),
  fc.constantFrom<PatternNode>(
    { kind: "empty" },
    { kind: "start" },
    { kind: "end" },
    { kind: "word_boundary" },
    { kind: "not_word_boundary" },
  ),
);

/** Regular expressions as trees, with empty loops and anchors in odd places. */
export const arbitraryPattern: fc.Arbitrary<PatternNode> = fc.letrec<{ node: PatternNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { arbitrary: patternLeaf, weight: 3 },
    {
      arbitrary: fc.record({ kind: fc.constant("sequence" as const), items: fc.array(tie("node"), { maxLength: 3 }) }),
      weight: 3,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant("choice" as const),
        items: fc.array(tie("node"), { minLength: 1, maxLength: 3 }),
      }),
      weight: 2,
    },
    {
      arbitrary: fc
        .record({ item: tie("node"), min: fc.nat(2), extra: fc.option(fc.nat(2)) })
        .map(({ item, min, extra }) => ({
          kind: "repeat" as const,
          item,
          min,
          max: extra === null ? null : min + extra,
        })),
      weight: 2,
    },
  ),
})).node;

const small: fc.Arbitrary<number> = fc.nat(999);
/** Picks a literal: mostly one of the first few. */
const choice: fc.Arbitrary<number> = fc.oneof({ weight: 3, arbitrary: fc.nat(7) }, { weight: 1, arbitrary: small });

const atomPlan: fc.Arbitrary<AtomPlan> = fc.record({
  source: fc.nat(9),
  pick: fc.oneof({ weight: 2, arbitrary: fc.nat(9) }, { weight: 3, arbitrary: small }),
  form: small,
  op: small,
  first: choice,
  second: choice,
  guard: small,
  pattern: arbitraryPattern,
});

/** Conditions of a few atoms. */
export const conditionPlan: fc.Arbitrary<ConditionPlan> = fc.letrec<{ condition: ConditionPlan }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { arbitrary: atomPlan.map((atom): ConditionPlan => ({ kind: "atom", atom })), weight: 6 },
    {
      arbitrary: fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        items: fc.array(tie("condition"), { minLength: 2, maxLength: 3 }),
      }),
      weight: 3,
    },
    { arbitrary: fc.record({ kind: fc.constant("not" as const), item: tie("condition") }), weight: 2 },
  ),
})).condition;

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

function buildAtom(plan: AtomPlan, reach: Reach): Expr {
  if (plan.form % 40 === 39) return literal("bool", plan.op % 2 === 0);
  const int: ExprType = { scalar: "int", set: false };
  const signal = plan.source >= 5 ? pick(reach.signals, plan.pick) : undefined;
  if (signal !== undefined) return countTest({ kind: "signal", type: int, span: SPAN, index: signal }, plan);
  const score = plan.source === 4 ? pick(reach.scores, plan.pick) : undefined;
  if (score !== undefined) {
    const bound = literal("int", some([0, 10, 40, 70, 1_000], plan.first));
    return compare(some(COMPARISONS, plan.op), { kind: "score", type: int, span: SPAN, index: score }, bound);
  }
  const named = plan.source === 3 ? pick(reach.lets, plan.pick) : undefined;
  if (named !== undefined) {
    const left: Expr = { kind: "let", type: { scalar: named.scalar, set: false }, span: SPAN, index: named.index };
    return named.scalar === "bool" ? left : countTest(left, plan);
  }
  return attributeTest(some(reach.attributes, plan.pick), plan, reach);
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
