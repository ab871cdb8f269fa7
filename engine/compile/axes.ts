/**
 * Axes: along what a literal can be filed. A literal that asks a fact for one of some values (or for a network, prefix,
 * suffix or range) is filed under those keys, and holds exactly for the requests that are dispatched to one of them.
 * Negations are on no axis; they are tested when all else holds, unless bit vectors have them (`dimensions.ts`).
 */
import type { Range } from "../facts/range-table.ts";
import { DispatchKind, Level, SlotOp, TestOp, ValueKind } from "../layout.ts";
import type { ConditionBuilder, Test } from "./conditions.ts";
import type { ConstantPool } from "./constants.ts";

/** Literals of one conjunction filed together under keys of one axis: texts, numbers, networks in canonical text, or a range. */
export interface Filing {
  readonly kind: number;
  readonly slot: number;
  readonly literals: readonly number[];
  readonly keys: readonly (string | number)[];
  readonly range: Range | null;
  /** Whether the slot reads state, and so must not be read before the conjunction is asked for. */
  readonly ofState: boolean;
}

/** What the axes of a literal are found from. */
export interface Axes {
  readonly conditions: ConditionBuilder;
  readonly pool: ConstantPool;
  /** How each literal is filed, found once. */
  readonly known: Map<number, Filing | null>;
}

/** Every way to file some of the literals of a conjunction, the fewest keys first where an axis has several. */
export function filingsOf(axes: Axes, literals: readonly number[]): Filing[] {
  const filings = new Map<string, Filing>();
  for (const literal of literals) {
    const filing = filingOf(axes, literal);
    if (filing === null) continue;
    const axis = `${filing.kind} ${filing.slot}`;
    const known = filings.get(axis);
    if (known === undefined) filings.set(axis, filing);
    else if (filing.range !== null && known.range !== null) filings.set(axis, narrow(known, filing));
    else if (filing.keys.length < known.keys.length) filings.set(axis, filing);
  }
  const present = presentBySlot(axes, literals);
  if (present.size === 0) return [...filings.values()];
  return Array.from(filings.values(), (filing) => {
    const literal = present.get(filing.slot);
    return literal === undefined ? filing : { ...filing, literals: [...filing.literals, literal] };
  });
}

/** Literals that ask only whether a slot has a value: what is found by values of the slot needs no such test. */
function presentBySlot({ conditions }: Axes, literals: readonly number[]): ReadonlyMap<number, number> {
  const present = new Map<number, number>();
  for (const literal of literals) {
    const { op, a } = conditions.tests[literal >> 1]!;
    if ((literal & 1) === 0 && op === TestOp.present) present.set(a, literal);
  }
  return present;
}

function filingOf(axes: Axes, literal: number): Filing | null {
  const known = axes.known.get(literal);
  if (known !== undefined) return known;
  const filing = findFiling(axes, literal);
  axes.known.set(literal, filing);
  return filing;
}

function findFiling(axes: Axes, literal: number): Filing | null {
  const test = axes.conditions.tests[literal >> 1]!;
  if ((test.level & (Level.outcome | Level.served)) !== 0) return null;
  const ofState = test.level !== 0;
  const range = rangeOf(axes, test, (literal & 1) === 1);
  if (range !== null) return { kind: DispatchKind.range, slot: test.a, literals: [literal], keys: [], range, ofState };
  if ((literal & 1) === 1) return null;
  const found = keysOf(axes, test);
  return found === null ? null : { ...found, literals: [literal], range: null, ofState };
}

function rangeOf({ pool }: Axes, { op, b }: Test, negated: boolean): Range | null {
  if (op !== TestOp.less && op !== TestOp.atMost) return null;
  const bound = pool.numbers.values[b]!;
  const inclusive = op === TestOp.atMost;
  return negated
    ? { from: bound, fromOpen: inclusive, to: Infinity, toOpen: true }
    : { from: -Infinity, fromOpen: true, to: bound, toOpen: !inclusive };
}

/** The part that both ranges share. */
function narrow(a: Filing, b: Filing): Filing {
  const [left, right] = [a.range!, b.range!];
  const from = Math.max(left.from, right.from);
  const to = Math.min(left.to, right.to);
  const range = {
    from,
    fromOpen: (left.from === from && left.fromOpen) || (right.from === from && right.fromOpen),
    to,
    toOpen: (left.to === to && left.toOpen) || (right.to === to && right.toOpen),
  };
  return { ...a, literals: [...a.literals, ...b.literals], range };
}

type Keys = Pick<Filing, "kind" | "slot" | "keys">;

/** A set of a list that a file can replace has no keys: what is filed under them would stay where it is. */
function keysOf({ pool, conditions }: Axes, { op, a, b }: Test): Keys | null {
  const { members } = pool;
  const { slots } = conditions;
  switch (op) {
    case TestOp.equals:
      return { kind: DispatchKind.number, slot: a, keys: [pool.numbers.values[b]!] };
    case TestOp.inNumbers: {
      const kind = slots.op(a) === SlotOp.routeIndex ? DispatchKind.route : DispatchKind.number;
      return filedUnder(kind, a, members.sets[b]!, Number);
    }
    case TestOp.textEquals:
      return { kind: DispatchKind.text, slot: a, keys: [pool.texts.values[b]!] };
    case TestOp.inTexts:
      return filedUnder(DispatchKind.text, a, members.sets[b]!, String);
    case TestOp.startsWith:
      return { kind: DispatchKind.prefix, slot: a, keys: [pool.texts.values[b]!] };
    case TestOp.endsWith:
      return { kind: DispatchKind.suffix, slot: a, keys: [pool.texts.values[b]!] };
    case TestOp.inNetworks:
      return filedUnder(DispatchKind.network, a, members.networks[b]!, asNetwork);
    case TestOp.addressEquals:
      // A network equals one network but lies in many, so only an address can be looked up by what holds it.
      if (slots.kind(a) !== ValueKind.ip) return null;
      return { kind: DispatchKind.network, slot: a, keys: [asNetwork(members.addresses[b]!)] };
    case TestOp.inSet:
      return memberOf(conditions, pool, a, b);
    case TestOp.anyInConstant:
      return filedUnder(DispatchKind.member, a, members.sets[b]!, (value) => value as string | number);
    default:
      return null;
  }
}

function filedUnder<T>(
  kind: number,
  slot: number,
  members: readonly T[] | null,
  keyOf: (member: T) => string | number,
): Keys | null {
  return members === null ? null : { kind, slot, keys: [...new Set(members.map(keyOf))] };
}

/** A constant in a set of the request. */
function memberOf({ slots }: ConditionBuilder, pool: ConstantPool, a: number, b: number): Keys | null {
  if (slots.op(a) !== SlotOp.constant) return null;
  const constant = slots.constantOf(a);
  if (slots.kind(a) === ValueKind.text) {
    return { kind: DispatchKind.member, slot: b, keys: [pool.texts.values[constant]!] };
  }
  if (slots.kind(a) !== ValueKind.number) return null;
  return { kind: DispatchKind.member, slot: b, keys: [pool.numbers.values[constant]!] };
}

export function asNetwork(text: string): string {
  if (text.includes("/")) return text;
  return `${text}/${text.includes(":") ? 128 : 32}`;
}
