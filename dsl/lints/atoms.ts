/**
 * Conditions without `and`, `or` and `not`, as statements about the values of a subject. Two conditions have one subject
 * where they read the same thing; what is not understood is a subject of its own that is either true or false.
 */
import { EVIDENCE } from "../../engine/index.ts";
import type { CompareExpr, CompareOp, Expr, ScalarValue } from "../../engine/index.ts";
import { attributeNamed } from "../check/attributes.ts";
import { exprText } from "../check/walk.ts";
import { ANY, bounded, type Domain, keepOnly, without } from "./domains.ts";

/** Narrows what a subject can be; `start` is everything that it can be at all. */
export interface Statement {
  readonly subject: string;
  readonly start: Domain;
  readonly narrow: (domain: Domain) => Domain;
}

/** What it means that a condition holds, or that it does not. */
export function statementOf(atom: Expr, holds: boolean): Statement {
  if (atom.kind === "compare") return comparison(atom, holds);
  const values = atom.kind === "in" && atom.right.kind === "literal" ? valuesOf(atom.right.value) : null;
  if (atom.kind === "in" && values !== null && atom.right.type.scalar !== "network") {
    const narrow = (domain: Domain): Domain => (holds ? keepOnly(domain, values) : without(domain, values));
    return { subject: exprText(atom.left), start: startOf(atom.left), narrow };
  }
  return opaque(atom, holds);
}

function valuesOf(value: unknown): readonly ScalarValue[] | null {
  return Array.isArray(value) ? value : null;
}

const TRUTH: Domain = { ...ANY, only: new Set<ScalarValue>([true, false]) };

function opaque(atom: Expr, holds: boolean): Statement {
  return { subject: exprText(atom), start: TRUTH, narrow: (domain) => keepOnly(domain, [holds]) };
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

function comparison(atom: CompareExpr, holds: boolean): Statement {
  const op = holds ? atom.op : OPPOSITE[atom.op];
  if (atom.right.kind === "literal") return withLiteral(atom.left, op, atom.right.value, atom);
  if (atom.left.kind === "literal") return withLiteral(atom.right, MIRROR[op], atom.left.value, atom);
  return betweenReadings(atom, op);
}

/** Two readings: `a < b` and `a >= b` are one subject, true and false. */
function betweenReadings(atom: CompareExpr, op: CompareOp): Statement {
  const positive = op === "==" || op === "<" || op === "<=";
  const asked: CompareExpr = { ...atom, op: positive ? op : OPPOSITE[op] };
  return opaque(asked, positive);
}

function withLiteral(left: Expr, op: CompareOp, value: unknown, atom: CompareExpr): Statement {
  if (typeof value === "object" || value === undefined) return opaque(atom, op === atom.op);
  const literal = value as ScalarValue;
  const statement = { subject: exprText(left), start: startOf(left) };
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

/** Everything that a reading can be. An identity error may be one that this version does not know. */
function startOf(reading: Expr): Domain {
  const whole = reading.type.scalar === "int" && !reading.type.set;
  if (reading.type.scalar === "bool") return TRUTH;
  if (reading.kind === "signal") return { ...ANY, low: 0, whole };
  if (reading.kind === "score") return { ...ANY, low: 0, high: 1000, whole };
  const members = reading.kind === "attribute" ? attributeNamed(reading.name)?.type.members : null;
  const closed = members != null && members.members.length > 0 && members.name !== "identity.error";
  return closed ? { ...ANY, only: new Set(members.members) } : { ...ANY, whole };
}
