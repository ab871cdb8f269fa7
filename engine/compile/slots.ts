/**
 * Slots: every distinct value that conditions, keys, costs and rates read gets one place in the context. Equal expressions
 * share a slot, so a value is computed at most once a request however often it is read.
 */
import { Level, SlotOp, ValueKind } from "../layout.ts";
import type {
  ArithmeticExpr,
  AttributeExpr,
  AttributeName,
  BodyField,
  CasesExpr,
  Expr,
  LookupExpr,
  Policy,
  Rate,
  RatioExpr,
  ReadExpr,
  ScalarType,
  ScalarValue,
  Value,
} from "../policy.ts";
import { ATTRIBUTES } from "./attributes.ts";
import type { ConstantPool } from "./constants.ts";

/** Where a value is found in JSON, and what it must be to count as present. */
export interface JsonField {
  /** Member names from the top to the value. */
  readonly path: readonly string[];
  readonly type: ScalarType;
}

/** A total mapping: slots of constants by key, and the one for every other key. Keys are as the policy model has them. */
export interface LookupTable {
  readonly slots: ReadonlyMap<ScalarValue, number>;
  readonly otherwise: number;
}

/** Columns over slots; `a` and `b` are operands whose meaning is the operation's. */
export interface SlotTables {
  readonly op: Uint8Array;
  readonly kind: Uint8Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** Slots of `first`, from `a` to `b`; pairs of literal and slot of `cases`, and a last slot. */
  readonly lists: Int32Array;
  /** Names of headers, parameters, labels and zones, by `a`. */
  readonly names: readonly string[];
  /** Facts and claims, by `a`. */
  readonly fields: readonly JsonField[];
  /** Tables of `lookup`, by `b`. */
  readonly tables: readonly LookupTable[];
  /** Body fields by route, and segments of parameters by route, by `a`. */
  readonly bodyFields: readonly ReadonlyMap<number, BodyField>[];
  readonly parameters: readonly ReadonlyMap<number, number>[];
}

interface Row {
  readonly op: number;
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly level: number;
}

/** Lowers boolean expressions; the builder of conditions, which needs slots itself. */
export interface LowersConditions {
  /** A literal of a condition that holds where the expression is true. */
  lower(expr: Expr): number;
  /** Bits of `Level` of a literal. */
  levelOf(literal: number): number;
}

/** Attributes whose type is the one that the policy declares. */
const DECLARED: ReadonlySet<AttributeName> = new Set(["body", "fact", "token.field"]);

function kindOf(type: ScalarType, set: boolean): number {
  if (set) return ValueKind.set;
  switch (type) {
    case "ip":
      return ValueKind.ip;
    case "network":
      return ValueKind.network;
    case "rate":
      return ValueKind.rate;
    case "bool":
      return ValueKind.bool;
    case "string":
    case "path":
    case "enum":
      return ValueKind.text;
    default:
      return ValueKind.number;
  }
}

/** Aggregates that learn of a request when it has been decided. */
const LEARNING: ReadonlySet<string> = new Set(["novel", "elapsed", "deviation"]);

export class SlotBuilder {
  private readonly policy: Policy;
  private readonly pool: ConstantPool;
  private readonly rows: Row[] = [];
  private readonly known = new Map<string, number>();
  /** Slots of attributes without arguments, by name: most readings are of the same few. */
  private readonly plain = new Map<string, number>();
  private readonly lists: number[] = [];
  private readonly names: string[] = [];
  private readonly fields: JsonField[] = [];
  private readonly tables: LookupTable[] = [];
  private readonly bodyFields: Map<number, BodyField>[] = [];
  private readonly parameters: Map<number, number>[] = [];
  private readonly lets = new Map<number, number>();

  constructor(policy: Policy, pool: ConstantPool) {
    this.policy = policy;
    this.pool = pool;
  }

  kind(slot: number): number {
    return this.rows[slot]!.kind;
  }

  level(slot: number): number {
    return this.rows[slot]!.level;
  }

  op(slot: number): number {
    return this.rows[slot]!.op;
  }

  /** Slots that a slot is computed from, none for those that are read. */
  operands(slot: number): readonly number[] {
    const { op, a, b } = this.rows[slot]!;
    if (op === SlotOp.first) return this.lists.slice(a, b);
    if (op === SlotOp.evidenceRank || op === SlotOp.lookup) return [a];
    return op >= SlotOp.add && op <= SlotOp.ratio ? [a, b] : [];
  }

  /** The constant that a slot of `constant` holds, by its index in the column of its kind. */
  constantOf(slot: number): number {
    return this.rows[slot]!.a;
  }

  /** The literals that a slot of `condition` or `cases` is computed from. */
  conditionsOf(slot: number): readonly number[] {
    const { op, a, b } = this.rows[slot]!;
    if (op === SlotOp.condition) return [a];
    return op === SlotOp.cases ? this.lists.slice(a, b - 1).filter((_, index) => index % 2 === 0) : [];
  }

  /** The same of all slots. */
  allConditions(): readonly number[] {
    return [...this.rows.keys()].flatMap((slot) => this.conditionsOf(slot));
  }

  private intern(row: Row): number {
    return this.once(`${row.op} ${row.kind} ${row.a} ${row.b}`, () => row);
  }

  /** The slot known by `key`, made where there is none yet. */
  private once(key: string, make: () => Row): number {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const slot = this.rows.push(make()) - 1;
    this.known.set(key, slot);
    return slot;
  }

  /** The slot of a route's index, -1 for none. */
  routeIndex(): number {
    return this.intern({ op: SlotOp.routeIndex, kind: ValueKind.number, a: 0, b: 0, level: 0 });
  }

  /** The slot of a text slot's rank in `EVIDENCE`. */
  evidenceRank(slot: number): number {
    return this.intern({ op: SlotOp.evidenceRank, kind: ValueKind.number, a: slot, b: 0, level: this.level(slot) });
  }

  attribute(expr: AttributeExpr): number {
    if (expr.args.length > 0) return this.attributeOf(expr);
    const known = this.plain.get(expr.name);
    if (known !== undefined) return known;
    const slot = this.attributeOf(expr);
    this.plain.set(expr.name, slot);
    return slot;
  }

  private attributeOf(expr: AttributeExpr): number {
    const plan = ATTRIBUTES[expr.name];
    const kind = DECLARED.has(expr.name) ? kindOf(expr.type.scalar, expr.type.set) : plan.kind;
    const key = `attribute ${plan.op} ${kind} ${JSON.stringify(expr.args)}`;
    return this.once(key, () => {
      const [a, b] = this.operandsOf(expr);
      return { op: plan.op, kind, a, b, level: plan.level };
    });
  }

  private operandsOf({ name, args }: AttributeExpr): [number, number] {
    const argument = String(args[0] ?? "");
    if (name === "ip.network") return [Number(args[0] ?? 24), Number(args[1] ?? 64)];
    if (name === "body") return [this.bodyFields.push(this.fieldsNamed(argument)) - 1, 0];
    if (name === "param") return [this.parameters.push(this.parametersNamed(argument)) - 1, 0];
    if (name === "fact") return [this.fields.push(this.factNamed(argument)) - 1, 0];
    if (name === "token.field") return [this.fields.push(this.claimNamed(argument)) - 1, 0];
    if (name === "now.in") return [Number(args[0]), 0];
    return args.length > 0 ? [this.names.push(argument) - 1, 0] : [0, 0];
  }

  private fieldsNamed(name: string): Map<number, BodyField> {
    const fields = new Map<number, BodyField>();
    for (const [route, { body }] of this.policy.routes.entries()) {
      const field = body.find((each) => each.name === name);
      if (field !== undefined) fields.set(route, field);
    }
    return fields;
  }

  private factNamed(name: string): JsonField {
    const fact = this.policy.facts.find((each) => each.name === name);
    if (fact === undefined) throw new Error(`no fact \`${name}\` is declared`);
    return { path: [name], type: fact.type };
  }

  /** Where several sources declare the claim, they declare it alike. */
  private claimNamed(name: string): JsonField {
    for (const source of this.policy.identity) {
      const claim = source.kind === "jwt" ? source.claims.find((each) => each.name === name) : undefined;
      if (claim !== undefined) return claim;
    }
    throw new Error(`no claim \`${name}\` is declared`);
  }

  private parametersNamed(name: string): Map<number, number> {
    const places = new Map<number, number>();
    for (const [route, { segments }] of this.policy.routes.entries()) {
      for (const [index, segment] of segments.entries()) {
        if (segment.kind === "parameter" && segment.name === name) places.set(route, index);
      }
    }
    return places;
  }

  constant(value: Value, type: ScalarType): number {
    const kind = kindOf(type, Array.isArray(value));
    return this.intern({ op: SlotOp.constant, kind, a: this.constantIndex(value, kind), b: 0, level: 0 });
  }

  private constantIndex(value: Value, kind: number): number {
    const { pool } = this;
    switch (kind) {
      case ValueKind.set:
        return pool.array(value as readonly ScalarValue[]);
      case ValueKind.rate:
        return pool.rate(value as Rate);
      case ValueKind.ip:
      case ValueKind.network:
        return pool.address(String(value as ScalarValue));
      case ValueKind.text:
        return pool.text(String(value as ScalarValue));
      default:
        return pool.number(Number(value));
    }
  }

  /** The slot of an expression's value. */
  value(expr: Expr, conditions: LowersConditions): number {
    switch (expr.kind) {
      case "literal":
        return this.constant(expr.value, expr.type.scalar);
      case "attribute":
        return this.attribute(expr);
      case "signal":
        return this.state(SlotOp.signal, expr);
      case "score":
        return this.state(SlotOp.score, expr);
      case "used":
        return this.state(SlotOp.used, expr);
      case "let":
        return this.letValue(expr.index, conditions);
      case "list":
        return this.constant(this.policy.lists[expr.index]!.values, expr.type.scalar);
      case "default":
        return this.first(expr.options, conditions);
      case "+":
        return this.binary(SlotOp.add, expr, conditions);
      case "-":
        return this.binary(SlotOp.subtract, expr, conditions);
      case "*":
        return this.binary(SlotOp.multiply, expr, conditions);
      case "ratio":
        return this.binary(SlotOp.ratio, expr, conditions);
      case "cases":
        return this.cases(expr, conditions);
      case "lookup":
        return this.lookup(expr, conditions);
      default:
        return this.truth(conditions.lower(expr), conditions);
    }
  }

  private state(op: number, { index, type }: ReadExpr): number {
    const level = this.isLate(op, index) ? Level.state | Level.late : Level.state;
    return this.intern({ op, kind: kindOf(type.scalar, false), a: index, b: 0, level });
  }

  /** Whether the steps of a decision after its rules change what the slot reads. */
  private isLate(op: number, index: number): boolean {
    if (op !== SlotOp.signal) return op === SlotOp.used;
    const { phase, aggregate } = this.policy.signals[index]!;
    return phase === "served" || LEARNING.has(aggregate.kind);
  }

  private letValue(index: number, conditions: LowersConditions): number {
    const known = this.lets.get(index);
    const slot = known ?? this.value(this.policy.lets[index]!.expr, conditions);
    this.lets.set(index, slot);
    return slot;
  }

  private first(options: readonly Expr[], conditions: LowersConditions): number {
    const slots = options.map((option) => this.value(option, conditions));
    return this.once(`first ${slots.join()}`, () => {
      const a = this.lists.length;
      const level = slots.reduce((bits, slot) => bits | this.level(slot), 0);
      this.lists.push(...slots);
      return { op: SlotOp.first, kind: this.kind(slots[0]!), a, b: this.lists.length, level };
    });
  }

  private cases({ cases, otherwise }: CasesExpr, conditions: LowersConditions): number {
    const pairs = cases.flatMap(({ when, value }) => [conditions.lower(when), this.value(value, conditions)]);
    const last = this.value(otherwise, conditions);
    return this.once(`cases ${pairs.join()} ${last}`, () => {
      const a = this.lists.length;
      const level = pairs.reduce((bits, each, index) => (index % 2 === 0 ? bits | conditions.levelOf(each) : bits), 0);
      this.lists.push(...pairs, last);
      return { op: SlotOp.cases, kind: this.kind(last), a, b: this.lists.length, level };
    });
  }

  private lookup({ index, key }: LookupExpr, conditions: LowersConditions): number {
    const a = this.value(key, conditions);
    return this.once(`lookup ${index} ${a}`, () => {
      const { entries, otherwise, valueType } = this.policy.tables[index]!;
      const last = this.constant(otherwise, valueType);
      const slots = new Map(entries.map(([each, value]) => [each, this.constant(value, valueType)] as const));
      const b = this.tables.push({ slots, otherwise: last }) - 1;
      return { op: SlotOp.lookup, kind: this.kind(last), a, b, level: this.level(a) };
    });
  }

  private binary(op: number, expr: ArithmeticExpr | RatioExpr, conditions: LowersConditions): number {
    const a = this.value(expr.left, conditions);
    const b = this.value(expr.right, conditions);
    return this.intern({ op, kind: ValueKind.number, a, b, level: this.level(a) | this.level(b) });
  }

  private truth(literal: number, conditions: LowersConditions): number {
    return this.intern({
      op: SlotOp.condition,
      kind: ValueKind.bool,
      a: literal,
      b: 0,
      level: conditions.levelOf(literal),
    });
  }

  finish(): SlotTables {
    const { rows } = this;
    return {
      op: Uint8Array.from(rows, (row) => row.op),
      kind: Uint8Array.from(rows, (row) => row.kind),
      a: Int32Array.from(rows, (row) => row.a),
      b: Int32Array.from(rows, (row) => row.b),
      lists: Int32Array.from(this.lists),
      names: this.names,
      fields: this.fields,
      tables: this.tables,
      bodyFields: this.bodyFields,
      parameters: this.parameters,
    };
  }
}
