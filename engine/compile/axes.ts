/**
 * Axes: along what a literal can be filed. A literal that asks a fact for one of some values (or for a network, prefix,
 * suffix or range) is filed under those keys, and holds exactly for the requests that are dispatched to one of them.
 * Negations are on no axis; they are tested when all else holds, unless bit vectors have them (`dimensions.ts`). Globs and patterns
 * are filed under texts of which every match contains one: that finds those that can hold, and they are tested still.
 */
import type { Range } from "../facts/range-table.ts";
import { leastLength, requiredOfGlob, type Sought } from "../regex/required-literals.ts";
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
  /** Those of the literals that must be tested all the same, because the keys only find what can hold. */
  readonly tested: readonly number[];
}

/** Texts shorter than this, which most values contain, are not what patterns are filed under. */
const LEAST_REQUIRED = 2;

/** What the axes of a literal are found from. */
export interface Axes {
  readonly conditions: ConditionBuilder;
  readonly pool: ConstantPool;
  /** How each literal is filed, found once. */
  readonly known: Map<number, Filing | null>;
}

/** Every way to file some of the literals of a conjunction, the fewest keys first where an axis has several. */
export function filingsOf(axes: Axes, literals: readonly number[]): Filing[] {
  const filings: Filing[] = [];
  for (const literal of literals) {
    const filing = filingOf(axes, literal);
    if (filing === null) continue;
    const at = placeOfAxis(filings, filing);
    const known = filings[at];
    if (known === undefined) filings.push(filing);
    else if (filing.range !== null && known.range !== null) filings[at] = narrow(known, filing);
    else if (tellsMore(filing, known)) filings[at] = filing;
  }
  const present = presentBySlot(axes, literals);
  if (present === null) return filings;
  return filings.map((filing) => {
    const literal = present.get(filing.slot);
    return literal === undefined ? filing : { ...filing, literals: [...filing.literals, literal] };
  });
}

/** Where the filing along the axis of another is; past the end where there is none. */
function placeOfAxis(filings: readonly Filing[], { kind, slot }: Filing): number {
  let at = 0;
  while (at < filings.length && (filings[at]!.kind !== kind || filings[at]!.slot !== slot)) at++;
  return at;
}

/** Literals that ask only whether a slot has a value: what is found by values of the slot needs no such test. Null where there are none. */
function presentBySlot({ conditions }: Axes, literals: readonly number[]): ReadonlyMap<number, number> | null {
  let present: Map<number, number> | null = null;
  for (const literal of literals) {
    const { op, a } = conditions.tests[literal >> 1]!;
    if ((literal & 1) === 0 && op === TestOp.present) (present ??= new Map<number, number>()).set(a, literal);
  }
  return present;
}

/** Whether a filing has fewer keys; of texts to be found, as many that are longer. */
function tellsMore(a: Filing, b: Filing): boolean {
  if (a.keys.length !== b.keys.length || !isSearch(a.kind)) return a.keys.length < b.keys.length;
  return leastLength(a.keys.map(String)) > leastLength(b.keys.map(String));
}

/** Whether looking up reads the text from its beginning to its end. */
export function isSearch(kind: number): boolean {
  return kind === DispatchKind.contained || kind === DispatchKind.containedFolded;
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
  const [slot, literals] = [test.a, [literal]];
  if (range !== null) return { kind: DispatchKind.range, slot, literals, keys: [], range, ofState, tested: [] };
  if ((literal & 1) === 1) return null;
  const found = keysOf(axes, test);
  const tested = test.op === TestOp.like || test.op === TestOp.matches ? literals : [];
  return found === null ? null : { ...found, literals, range: null, ofState, tested };
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
      return searchedBy(pool, { op, a, b });
  }
}

/** The texts of which a value that passes a test contains one, and the axis that they are on; null where none are known. */
export function searchedBy(pool: ConstantPool, { op, a, b }: Pick<Test, "op" | "a" | "b">): Keys | null {
  switch (op) {
    case TestOp.contains:
      return { kind: DispatchKind.contained, slot: a, keys: [pool.texts.values[b]!] };
    case TestOp.like:
      return requiring(a, { texts: [requiredOfGlob(pool.globs.values[b]!)], folded: false });
    case TestOp.matches:
      return requiring(a, pool.patterns.values[b]!.sought);
    default:
      return null;
  }
}

function requiring(slot: number, sought: Sought | null): Keys | null {
  if (sought === null || leastLength(sought.texts) < LEAST_REQUIRED) return null;
  const { texts, folded } = sought;
  return { kind: folded ? DispatchKind.containedFolded : DispatchKind.contained, slot, keys: texts };
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
