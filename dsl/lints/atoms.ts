/**
 * Conditions without `and`, `or` and `not`, as statements about the values of a subject. Two conditions have one subject
 * where they read the same thing; what is not understood is a subject of its own that is either true or false.
 */
import { EVIDENCE } from "../../engine/index.ts";
import type { AttributeName, CompareExpr, CompareOp, Expr, Policy, ScalarValue } from "../../engine/index.ts";
import { attributeNamed } from "../check/attributes.ts";
import { type AddressRanges, complementOf, rangesAround, rangesOf } from "./address-ranges.ts";
import { ANY, bounded, type Domain, keepOnly, within, without } from "./domains.ts";
import { rangeOf } from "./ranges.ts";

/** Narrows what a subject can be; `start` is everything that it can be at all. Plain data, as there are two for every test of a policy. */
export interface Statement {
  /** What it is about, which is one subject wherever its text is the same; that is so for both answers of a condition. */
  readonly subject: Expr;
  readonly start: Domain;
  /** Whether the subject is one of `values`, or none of them, or an address in `ranges`, or how it compares with `bound`. */
  readonly how: "one_of" | "none_of" | "within" | CompareOp;
  readonly values: readonly ScalarValue[];
  readonly bound: number;
  readonly ranges: AddressRanges;
}

/** What a statement has of each sort where it is of another. */
const NO_VALUE: Pick<Statement, "values" | "bound" | "ranges"> = { values: [], bound: 0, ranges: [] };

/** What it means that a condition holds, or that it does not. */
export function statementOf(atom: Expr, holds: boolean, policy: Policy): Statement {
  const ofAddress = addressStatement(atom, holds, policy);
  if (ofAddress !== null) return ofAddress;
  if (atom.kind === "compare") return comparison(atom, holds, policy);
  const values = atom.kind === "in" && atom.right.kind === "literal" ? valuesOf(atom.right.value) : null;
  if (atom.kind === "in" && values !== null && atom.right.type.scalar !== "network") {
    return among(atom.left, startOf(atom.left, policy), holds ? "one_of" : "none_of", values);
  }
  return opaque(atom, holds);
}

/** What is said of an address, or of the network around it, by naming addresses and networks; null where it is not that. */
function addressStatement(atom: Expr, holds: boolean, policy: Policy): Statement | null {
  if (atom.kind !== "in" && !(atom.kind === "compare" && (atom.op === "==" || atom.op === "!="))) return null;
  const { left, right } = atom;
  const subject = addressOf(left);
  if (subject === null) return null;
  const named = fixedTexts(right, policy);
  const ranges = named === null ? null : subject === left ? rangesOf(named) : aroundAddress(left, named, atom.kind);
  if (ranges === null) return null;
  const isInside = holds !== (atom.kind === "compare" && atom.op === "!=");
  return { ...NO_VALUE, subject, start: ANY, how: "within", ranges: isInside ? ranges : complementOf(ranges) };
}

/** The address that something is read of: itself, or that of `ip.network`, which the address alone tells; null of anything else. */
function addressOf(reading: Expr): Expr | null {
  if (reading.type.set) return null;
  if (reading.type.scalar === "ip") return reading;
  if (reading.kind !== "attribute" || reading.name !== "ip.network") return null;
  return { ...reading, name: "ip", args: [], type: { ...reading.type, scalar: "ip" } };
}

function aroundAddress(network: Expr, named: readonly string[], how: "in" | "compare"): AddressRanges | null {
  const [bits4 = 24, bits6 = 64] = network.kind === "attribute" ? network.args.map(Number) : [];
  return rangesAround(named, bits4, bits6, how === "compare");
}

/** What stands in the policy itself; null of what is read, and of a list from a file, which may change while the policy runs. */
function fixedTexts(expr: Expr, { lists }: Policy): readonly string[] | null {
  if (expr.kind === "list") {
    const list = lists[expr.index];
    return list?.file === null ? list.values.map(String) : null;
  }
  if (expr.kind !== "literal") return null;
  return typeof expr.value === "string" ? [expr.value] : (valuesOf(expr.value)?.map(String) ?? null);
}

/** The values of a domain of which a statement is true. */
export function narrow(domain: Domain, { how, values, bound, ranges }: Omit<Statement, "subject" | "start">): Domain {
  if (how === "within") return within(domain, ranges);
  if (how === "one_of") return domain === TRUTH && values.length === 1 ? oneTruth(values) : keepOnly(domain, values);
  return how === "none_of" ? without(domain, values) : bounded(domain, how, bound);
}

/** That a subject is one of some values, or none of them. */
export function among(subject: Expr, start: Domain, how: "one_of" | "none_of", values: Statement["values"]): Statement {
  return { ...NO_VALUE, subject, start, how, values };
}

function valuesOf(value: unknown): readonly ScalarValue[] | null {
  return Array.isArray(value) ? value : null;
}

const TRUTH: Domain = { ...ANY, only: new Set<ScalarValue>([true, false]) };
const TRUE = keepOnly(TRUTH, [true]);
const FALSE = keepOnly(TRUTH, [false]);

function oneTruth(values: readonly ScalarValue[]): Domain {
  const [value] = values;
  return value === true ? TRUE : value === false ? FALSE : keepOnly(TRUTH, values);
}

const HOLDING = [true] as const;
const FAILING = [false] as const;

function opaque(atom: Expr, holds: boolean): Statement {
  return among(atom, TRUTH, "one_of", holds ? HOLDING : FAILING);
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

function withLiteral(subject: Expr, op: CompareOp, literal: ScalarValue, policy: Policy): Statement {
  const start = startOf(subject, policy);
  if (op === "==" || op === "!=") return among(subject, start, op === "==" ? "one_of" : "none_of", [literal]);
  if (typeof literal === "number") return { ...NO_VALUE, subject, start, how: op, bound: literal };
  return among(subject, start, "one_of", ranksThat(op, String(literal)));
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
