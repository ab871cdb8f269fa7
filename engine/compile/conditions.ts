/**
 * Conditions: boolean expressions as a graph of atoms and conjunctions in which equal parts are one node, so that each is
 * settled at most once a request. A literal is twice a node, plus one where the node is negated; "or" is a negated
 * conjunction of negations. Comparisons become the few tests of `TestOp`: `>=` is a negated `<`, `not in` a negated `in`.
 */
import { SlotOp, TestOp, ValueKind } from "../layout.ts";
import type {
  CompareExpr,
  CompareOp,
  Expr,
  InExpr,
  LiteralExpr,
  Policy,
  ScalarValue,
  SetTestExpr,
  Span,
} from "../policy.ts";
import { plainGlob, plainPattern, type PlainTest } from "../regex/plain-pattern.ts";
import { trimPattern } from "../regex/trim-pattern.ts";
import { choiceOf, choiceWhere, comparer, rankOf } from "./choices.ts";
import type { ConstantPool, MembersOf, SetSource } from "./constants.ts";
import { testedSlot } from "./defaults.ts";
import { FALSE, negate, sortedDistinct, TRUE } from "./literals.ts";
import type { SlotBuilder } from "./slots.ts";

/** Columns over conditions; `a` and `b` as `TestOp` says. */
export interface TestTables {
  readonly op: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Literals of conjunctions. */
  readonly lists: Int32Array;
  /** Where each condition stands in the policy first; null for what the compiler made. */
  readonly spans: readonly (Span | null)[];
}

/** A condition while the program is built. */
export interface Test {
  readonly op: number;
  readonly a: number;
  readonly b: number;
  readonly level: number;
  readonly span: Span | null;
}

/** More slots, and more constants of a kind, than fit into memory: with two of them a number is still exact. */
const MOST_OPERANDS = 2 ** 26;

function isNetworkish(kind: number): boolean {
  return kind === ValueKind.ip || kind === ValueKind.network;
}

export class ConditionBuilder {
  readonly tests: Test[] = [];
  readonly slots: SlotBuilder;
  private readonly policy: Policy;
  private readonly pool: ConstantPool;
  private readonly lists: number[] = [];
  /** Conjunctions by their literals, and atoms by their operators and operands. */
  private readonly known = new Map<string, number>();
  private readonly atoms: Map<number, number>[] = [];
  /** Conditions of lets and classes: those that read each other would otherwise be taken apart exponentially often. */
  private readonly lowered = new Map<Expr, number>();
  /** Tests of routes, by their numbers: most declarations name the same few. */
  private readonly routeTests = new Map<string, number>();
  private span: Span | null = null;

  constructor(policy: Policy, pool: ConstantPool, slots: SlotBuilder) {
    this.policy = policy;
    this.pool = pool;
    this.slots = slots;
    this.intern(TestOp.all, 0, 0, 0);
  }

  levelOf(literal: number): number {
    return this.tests[literal >> 1]!.level;
  }

  /** The literals of a conjunction, or null for an atom. */
  itemsOf(node: number): readonly number[] | null {
    const { op, a, b } = this.tests[node]!;
    return op === TestOp.all ? this.lists.slice(a, b) : null;
  }

  /** All of `literals` hold. */
  all(literals: readonly number[]): number {
    const flat = literals.flatMap((literal) =>
      (literal & 1) === 0 ? (this.itemsOf(literal >> 1) ?? literal) : literal,
    );
    const items = sortedDistinct(flat).filter((literal) => literal !== TRUE);
    if (
      items.some((literal, index) => literal === FALSE || (items[index + 1] === (literal | 1) && (literal & 1) === 0))
    )
      return FALSE;
    if (items.length === 0) return TRUE;
    if (items.length === 1) return items[0]!;
    const key = `all ${items.join()}`;
    const known = this.known.get(key);
    if (known !== undefined) return 2 * known;
    const a = this.lists.length;
    this.lists.push(...items);
    const level = items.reduce((bits, literal) => bits | this.levelOf(literal), 0);
    const node = this.tests.push({ op: TestOp.all, a, b: this.lists.length, level, span: this.span }) - 1;
    this.known.set(key, node);
    return 2 * node;
  }

  /** A declaration's condition: the routes it stands on, and that a condition holds, where it has one. */
  on(routes: readonly number[] | null, when: Expr | null): number {
    const route = this.onRoutes(routes);
    if (when === null) return route;
    // The parts of a conjunction are joined with the route at once, so that there is no condition of them alone.
    const parts = when.kind === "and" ? when.items : [when];
    this.span = when.span;
    const literal = this.all([route, ...parts.map((part) => this.lower(part))]);
    this.span = null;
    return literal;
  }

  /** Some of `literals` holds. */
  any(literals: readonly number[]): number {
    return negate(this.all(literals.map(negate)));
  }

  /** The request takes one of the routes; null stands for every request. */
  onRoutes(routes: readonly number[] | null): number {
    if (routes === null) return TRUE;
    const name = routes.join();
    const known = this.routeTests.get(name);
    if (known !== undefined) return known;
    const literal = this.intern(TestOp.inNumbers, this.slots.routeIndex(), this.pool.set(routes), 0);
    this.routeTests.set(name, literal);
    return literal;
  }

  lower(expr: Expr): number {
    const outer = this.span;
    this.span = expr.span;
    const literal = this.lowerKind(expr);
    this.span = outer;
    return literal;
  }

  lowerOnce(expr: Expr): number {
    const literal = this.lowered.get(expr) ?? this.lower(expr);
    this.lowered.set(expr, literal);
    return literal;
  }

  private lowerKind(expr: Expr): number {
    switch (expr.kind) {
      case "literal":
        return expr.value === true ? TRUE : FALSE;
      case "and":
        return this.all(expr.items.map((item) => this.lower(item)));
      case "or":
        return this.any(expr.items.map((item) => this.lower(item)));
      case "not":
        return negate(this.lower(expr.item));
      case "let":
        return this.lowerOnce(this.policy.lets[expr.index]!.expr);
      case "compare":
        return this.compare(expr);
      case "in":
        return this.membership(expr);
      case "any_of":
      case "all_of":
        return this.setTest(expr);
      case "contains":
        return this.text(TestOp.contains, expr.left, this.pool.text(expr.text));
      case "starts_with":
        return this.text(TestOp.startsWith, expr.left, this.pool.text(expr.text));
      case "ends_with":
        return this.text(TestOp.endsWith, expr.left, this.pool.text(expr.text));
      case "like":
        return (
          this.plain(expr.left, plainGlob(expr.text)) ?? this.text(TestOp.like, expr.left, this.pool.glob(expr.text))
        );
      case "matches":
        return (
          this.plain(expr.left, plainPattern(trimPattern(expr.pattern.root))) ??
          this.text(TestOp.matches, expr.left, this.pool.pattern(expr.pattern))
        );
      case "cases":
      case "lookup":
        return choiceWhere(this, this.policy, expr, (value) => value === true);
      case "has":
        return this.test(TestOp.present, this.slots.attribute(expr.attribute), 0);
      default:
        return this.test(TestOp.isTrue, this.slots.value(expr, this), 0);
    }
  }

  private intern(op: number, a: number, b: number, level: number): number {
    const atoms = (this.atoms[op] ??= new Map<number, number>());
    const key = a * MOST_OPERANDS + b;
    const known = atoms.get(key);
    if (known !== undefined) return 2 * known;
    const node = this.tests.push({ op, a, b, level, span: this.span }) - 1;
    atoms.set(key, node);
    return 2 * node;
  }

  /** A test of slot `a` whose second operand is a constant. */
  private test(op: number, a: number, b: number): number {
    return this.intern(op, a, b, this.slots.level(a));
  }

  /** A test of two slots. */
  private testBoth(op: number, a: number, b: number): number {
    return this.intern(op, a, b, this.slots.level(a) | this.slots.level(b));
  }

  private text(op: number, left: Expr, constant: number): number {
    return this.testText(op, this.slots.value(left, this), constant);
  }

  private testText(op: number, a: number, constant: number): number {
    return this.test(op, testedSlot(this.slots, this.pool, op, a, constant), constant);
  }

  /** A pattern that is no more than a test of text becomes that test. */
  private plain(left: Expr, plain: PlainTest | null): number | null {
    if (plain === null) return null;
    const { text, start, end } = plain;
    const whole = start && end;
    const op = whole ? TestOp.textEquals : start ? TestOp.startsWith : end ? TestOp.endsWith : TestOp.contains;
    return this.text(op, left, this.pool.text(text));
  }

  private compare(expr: CompareExpr): number {
    const { left, right, op } = expr;
    if (left.kind === "literal" && right.kind !== "literal")
      return this.compare({ ...expr, op: flip(op), left: right, right: left });
    const choice = right.kind === "literal" ? choiceOf(this.policy, left) : null;
    if (choice !== null)
      return choiceWhere(this, this.policy, choice, comparer(op, (right as LiteralExpr).value as ScalarValue));
    const a = this.slots.value(left, this);
    const kind = this.slots.kind(a);
    if (kind === ValueKind.set || kind === ValueKind.rate)
      throw new Error(`${expr.left.type.scalar} values cannot be compared`);
    if (right.kind === "literal") return this.compareConstant(op, a, kind, right.value as ScalarValue);
    return this.compareSlots(op, a, this.slots.value(right, this), kind);
  }

  private compareConstant(op: CompareOp, a: number, kind: number, value: ScalarValue): number {
    const { pool } = this;
    if (op !== "==" && op !== "!=") {
      const ranked = kind === ValueKind.text;
      const bound = pool.number(ranked ? rankOf(value) : Number(value));
      const slot = ranked ? this.slots.evidenceRank(a) : a;
      if (op === "<") return this.test(TestOp.less, slot, bound);
      if (op === ">=") return negate(this.test(TestOp.less, slot, bound));
      const atMost = this.test(TestOp.atMost, slot, bound);
      return op === "<=" ? atMost : negate(atMost);
    }
    const equal = this.equalsConstant(a, kind, value);
    return op === "==" ? equal : negate(equal);
  }

  private equalsConstant(a: number, kind: number, value: ScalarValue): number {
    const { pool, slots } = this;
    if (kind === ValueKind.bool) {
      const truth = this.test(TestOp.isTrue, a, 0);
      return value === true ? truth : negate(truth);
    }
    if (slots.op(a) === SlotOp.routeName) {
      const route = this.policy.routes.findIndex((each) => each.name === value);
      return this.intern(TestOp.inNumbers, slots.routeIndex(), pool.set(route < 0 ? [] : [route]), 0);
    }
    if (isNetworkish(kind)) return this.test(TestOp.addressEquals, a, pool.address(String(value)));
    if (kind === ValueKind.text) return this.testText(TestOp.textEquals, a, pool.text(String(value)));
    return this.test(TestOp.equals, a, pool.number(Number(value)));
  }

  private compareSlots(op: CompareOp, a: number, b: number, kind: number): number {
    if (op === "!=") return negate(this.compareSlots("==", a, b, kind));
    if (op === ">") return this.compareSlots("<", b, a, kind);
    if (op === ">=") return this.compareSlots("<=", b, a, kind);
    if (op === "==") {
      const same = isNetworkish(kind)
        ? TestOp.sameAddress
        : kind === ValueKind.text
          ? TestOp.sameText
          : TestOp.sameNumber;
      return this.testBoth(same, Math.min(a, b), Math.max(a, b));
    }
    const ranked = kind === ValueKind.text;
    const left = ranked ? this.slots.evidenceRank(a) : a;
    const right = ranked ? this.slots.evidenceRank(b) : b;
    return this.testBoth(op === "<" ? TestOp.numberLess : TestOp.numberAtMost, left, right);
  }

  /** The values of a literal set or a list, or null where they are the request's. */
  private constantSet(expr: Expr): SetSource | null {
    if (expr.kind === "list") {
      const { values, file } = this.policy.lists[expr.index]!;
      return { values, list: file === null ? null : expr.index };
    }
    if (expr.kind !== "literal") return null;
    const values = Array.isArray(expr.value) ? (expr.value as readonly ScalarValue[]) : [expr.value as ScalarValue];
    return { values, list: null };
  }

  private membership({ left, right }: InExpr): number {
    const networks = right.type.scalar === "network";
    const source = this.constantSet(right);
    if (!networks && source?.list === null && choiceOf(this.policy, left) !== null)
      return this.isOneOf(left, source.values);
    const a = this.slots.value(left, this);
    if (source === null) {
      const b = this.slots.value(right, this);
      if (this.slots.kind(b) === ValueKind.network) return this.testBoth(TestOp.inNetwork, a, b);
      return this.testBoth(networks ? TestOp.inNetworkSet : TestOp.inSet, a, b);
    }
    if (networks) return this.test(TestOp.inNetworks, a, this.pool.networkTableOf(source));
    return this.inConstants(a, source);
  }

  private inConstants(a: number, source: SetSource): number {
    const { slots, pool } = this;
    const kind = slots.kind(a);
    if (kind === ValueKind.bool) return this.test(TestOp.inNumbers, a, pool.setOf(source, "bits", bitsOf));
    // An address is in a set of addresses exactly where it is in the set of their /32 or /128 networks.
    if (isNetworkish(kind)) return this.test(TestOp.inNetworks, a, pool.networkTableOf(source));
    if (slots.op(a) === SlotOp.routeName) {
      const routesIn: MembersOf = (values) =>
        this.policy.routes.flatMap((route, index) => (values.includes(route.name) ? [index] : []));
      return this.intern(TestOp.inNumbers, slots.routeIndex(), pool.setOf(source, "routes", routesIn), 0);
    }
    const set = pool.setOf(source, "values", asTheyAre);
    return kind === ValueKind.text ? this.testText(TestOp.inTexts, a, set) : this.test(TestOp.inNumbers, a, set);
  }

  private setTest({ kind, left, right }: SetTestExpr): number {
    const any = kind === "any_of";
    const a = this.slots.value(left, this);
    const networks = right.type.scalar === "network";
    const source = this.constantSet(right);
    if (source === null) {
      const op = networks
        ? any
          ? TestOp.anyInNetworkSet
          : TestOp.allInNetworkSet
        : any
          ? TestOp.anyInSet
          : TestOp.allInSet;
      return this.testBoth(op, a, this.slots.value(right, this));
    }
    if (networks) return this.test(any ? TestOp.anyInTable : TestOp.allInTable, a, this.pool.networkTableOf(source));
    const constant = this.pool.setOf(source, "values", asTheyAre);
    return this.test(any ? TestOp.anyInConstant : TestOp.allInConstant, a, constant);
  }

  /** The value of `expr` is one of these. */
  isOneOf(expr: Expr, values: readonly ScalarValue[]): number {
    const choice = choiceOf(this.policy, expr);
    if (choice !== null) return choiceWhere(this, this.policy, choice, (value) => values.includes(value));
    const a = this.slots.value(expr, this);
    const kind = this.slots.kind(a);
    if (kind !== ValueKind.network) return this.inConstants(a, { values, list: null });
    return this.any(values.map((value) => this.equalsConstant(a, kind, value)));
  }

  finish(): TestTables {
    const { tests } = this;
    return {
      op: Uint8Array.from(tests, (test) => test.op),
      a: Int32Array.from(tests, (test) => test.a),
      b: Int32Array.from(tests, (test) => test.b),
      lists: Int32Array.from(this.lists),
      spans: tests.map((test) => test.span),
    };
  }
}

function asTheyAre(values: readonly ScalarValue[]): readonly ScalarValue[] {
  return values;
}

function bitsOf(values: readonly ScalarValue[]): readonly ScalarValue[] {
  return values.map(Number);
}

function flip(op: CompareOp): CompareOp {
  switch (op) {
    case "<":
      return ">";
    case "<=":
      return ">=";
    case ">":
      return "<";
    case ">=":
      return "<=";
    default:
      return op;
  }
}
