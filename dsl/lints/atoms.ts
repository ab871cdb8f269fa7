/**
 * Conditions without `and`, `or` and `not`, as statements about the values of a subject. Two conditions have one subject
 * where they read the same thing; what is not understood is a subject of its own that is either true or false.
 */
import { EVIDENCE } from "../../engine/index.ts";
import type { AttributeName, CompareExpr, CompareOp, Expr, Policy, ScalarValue } from "../../engine/index.ts";
import { attributeNamed } from "../check/attributes.ts";
import { ANY, bounded, type Domain, keepOnly, without } from "./domains.ts";
import { rangeOf } from "./ranges.ts";

/** Narrows what a subject can be; `start` is everything that it can be at all. */
export interface Statement {
  /** What it is about, which is one subject wherever its text is the same; that is so for both answers of a condition. */
  readonly subject: Expr;
  readonly start: Domain;
  readonly narrow: (domain: Domain) => Domain;
}

/** What it means that a condition holds, or that it does not. */
export function statementOf(atom: Expr, holds: boolean, policy: Policy): Statement {
  if (atom.kind === "compare") return comparison(atom, holds, policy);
  const values = atom.kind === "in" && atom.right.kind === "literal" ? valuesOf(atom.right.value) : null;
  if (atom.kind === "in" && values !== null && atom.right.type.scalar !== "network") {
    const narrow = (domain: Domain): Domain => (holds ? keepOnly(domain, values) : without(domain, values));
    return { subject: atom.left, start: startOf(atom.left, policy), narrow };
  }
  return opaque(atom, holds);
}

function valuesOf(value: unknown): readonly ScalarValue[] | null {
  return Array.isArray(value) ? value : null;
}

const TRUTH: Domain = { ...ANY, only: new Set<ScalarValue>([true, false]) };

function opaque(atom: Expr, holds: boolean): Statement {
  return { subject: atom, start: TRUTH, narrow: holds ? keepTrue : keepFalse };
}

const TRUE = keepOnly(TRUTH, [true]);
const FALSE = keepOnly(TRUTH, [false]);

function keepTrue(domain: Domain): Domain {
  return domain === TRUTH ? TRUE : keepOnly(domain, [true]);
}

function keepFalse(domain: Domain): Domain {
  return domain === TRUTH ? FALSE : keepOnly(domain, [false]);
}

const MIRROR: Readonly<Record<CompareOp, CompareOp>> = {
  "==": "==",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};
const OPPOSITE: Readonly<Record<CompareOp, CompareOp>> = {
  "==": "!=",
  "!=": "==",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

function comparison(atom: CompareExpr, holds: boolean, policy: Policy): Statement {
  const op = holds ? atom.op : OPPOSITE[atom.op];
  const { left, right } = atom;
  const literal = right.kind === "literal" ? right : left.kind === "literal" ? left : null;
  if (literal === null) return betweenReadings(atom, op);
  // Rates and sets are no numbers, names or truths: such a comparison is a subject of its own.
  if (typeof literal.value === "object") return opaque(atom, holds);
  return literal === right
    ? withLiteral(left, op, literal.value, policy)
    : withLiteral(right, MIRROR[op], literal.value, policy);
}

/** Two readings: `a < b` and `a >= b` are one subject, true and false. */
function betweenReadings(atom: CompareExpr, op: CompareOp): Statement {
  const positive = op === "==" || op === "<" || op === "<=";
  const asked: CompareExpr = { ...atom, op: positive ? op : OPPOSITE[op] };
  return opaque(asked, positive);
}

function withLiteral(left: Expr, op: CompareOp, literal: ScalarValue, policy: Policy): Statement {
  const statement = { subject: left, start: startOf(left, policy) };
  if (op === "==") return { ...statement, narrow: (domain) => keepOnly(domain, [literal]) };
  if (op === "!=") return { ...statement, narrow: (domain) => without(domain, [literal]) };
  if (typeof literal === "number") return { ...statement, narrow: (domain) => bounded(domain, op, literal) };
  return { ...statement, narrow: (domain) => keepOnly(domain, ranksThat(op, String(literal))) };
}

/** Members of the one ordered enumeration that compare so with another. */
function ranksThat(op: CompareOp, member: string): readonly string[] {
  const ranks: readonly string[] = EVIDENCE;
  const rank = ranks.indexOf(member);
  const holds = { "<": (at: number) => at < rank, "<=": (at: number) => at <= rank, ">": (at: number) => at > rank };
  const test = op === "<" || op === "<=" || op === ">" ? holds[op] : (at: number) => at >= rank;
  return ranks.filter((_, at) => test(at));
}

const ANY_WHOLE: Domain = { ...ANY, whole: true };

/** Everything that a reading can be. */
function startOf(reading: Expr, policy: Policy): Domain {
  const whole = reading.type.scalar === "int" && !reading.type.set;
  if (reading.type.scalar === "bool") return TRUTH;
  const range = rangeOf(reading, policy);
  if (range !== null) return { ...ANY, low: range.low, high: range.high, whole };
  return (reading.kind === "attribute" ? membersOf(reading.name) : null) ?? (whole ? ANY_WHOLE : ANY);
}

const MEMBERS = new Map<AttributeName, Domain | null>();

/** The members of an attribute's enumeration; null where it has none. An identity error may be one that this version does not know. */
function membersOf(name: AttributeName): Domain | null {
  const known = MEMBERS.get(name);
  if (known !== undefined) return known;
  const members = attributeNamed(name)?.type.members;
  const closed = members != null && members.members.length > 0 && members.name !== "identity.error";
  const domain = closed ? { ...ANY, only: new Set(members.members) } : null;
  MEMBERS.set(name, domain);
  return domain;
}
