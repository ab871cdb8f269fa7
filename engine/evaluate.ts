/**
 * Settles conditions, each at most once a request. What a condition tests is settled once, when the program is taken up: a
 * {@link Test} for each, with its operands bound. A test of a missing value does not hold; the checker sees to it that none is asked.
 */
import { ADDRESS_WORDS, holds as networkHolds, parseNetwork, sameAddress } from "./facts/address.ts";
import { type Context, type Test, WHOLE } from "./facts/context.ts";
import { callsFrom } from "./facts/inventory.ts";
import type { NetworkTable } from "./facts/network-table.ts";
import { ipOf, isGranted } from "./facts/read-request.ts";
import { isPresent, scalarOf, textOf } from "./facts/read-slot.ts";
import { TextFilter } from "./facts/text-filter.ts";
import { Finding } from "./facts/text-group.ts";
import { SlotOp, TestOp } from "./layout.ts";
import { METHODS, type ScalarValue } from "./policy.ts";
import type { Program } from "./program.ts";
import { fitsGlob } from "./regex/glob.ts";

/** Whether a literal (twice a condition, plus one for its negation) holds. */
export function holds(c: Context, literal: number): boolean {
  const settled = c.settled[literal >> 1]!;
  const truth = settled === c.epoch || (settled !== -c.epoch && settle(c, literal >> 1));
  return truth === ((literal & 1) === 0);
}

function settle(c: Context, condition: number): boolean {
  const truth = c.tests[condition]!(c);
  c.settled[condition] = truth ? c.epoch : -c.epoch;
  return truth;
}

/** Whether all that is residual of an entry of the index holds. */
export function residualHolds(c: Context, entry: number): boolean {
  const { residualStart, residuals } = c.program.index;
  const end = residualStart[entry + 1]!;
  for (let at = residualStart[entry]!; at < end; at++) if (!holds(c, residuals[at]!)) return false;
  return true;
}

/** A test for each condition of a program. */
export function makeTests(program: Program): readonly Test[] {
  const { op: ops, a: as, b: bs } = program.tests;
  return Array.from(ops, (op, condition) => {
    const test = makeTest(program, op, as[condition]!, bs[condition]!);
    return groupedTest(program, condition, test);
  });
}

function makeTest(program: Program, op: number, a: number, b: number): Test {
  if (op === TestOp.all) return conjunction(program.tests.lists.subarray(a, b));
  return (
    numberTest(program, op, a, b) ??
    textTest(program, op, a, b) ??
    addressTest(program, op, a, b) ??
    pairTest(program, op, a, b) ??
    setTest(program, op, a, b)
  );
}

/**
 * Whether a slot has what `op` reads, and is read of requests alone: then a test can ask the request itself. With an outcome comes no
 * request, but the slots that were kept of it.
 */
function isAtHand({ slots, pending }: Program, slot: number, op: number): boolean {
  return slots.op[slot] === op && !pending.slots.includes(slot);
}

function conjunction(literals: Int32Array): Test {
  return (c) => {
    for (let index = 0; index < literals.length; index++) if (!holds(c, literals[index]!)) return false;
    return true;
  };
}

/** Presence, truths and numbers. Sets are looked up each time, because those of a file's list are replaced. */
function numberTest(program: Program, op: number, a: number, b: number): Test | null {
  const { constants, slots } = program;
  const bound = constants.numbers[b]!;
  switch (op) {
    case TestOp.isTrue:
      if (isAtHand(program, a, SlotOp.granted)) return isGranted;
      return (c) => isPresent(c, a) && c.numbers[a] === 1;
    case TestOp.present:
      if (slots.op[a] === SlotOp.clientId) return (c) => c.client >= 0;
      return (c) => isPresent(c, a);
    case TestOp.equals:
      return (c) => isPresent(c, a) && c.numbers[a] === bound;
    case TestOp.less:
      return (c) => isPresent(c, a) && c.numbers[a]! < bound;
    case TestOp.atMost:
      return (c) => isPresent(c, a) && c.numbers[a]! <= bound;
    case TestOp.inNumbers:
      if (slots.op[a] === SlotOp.routeIndex) return routeTest(program, b);
      return (c) => isPresent(c, a) && constants.sets[b]!.has(c.numbers[a]!);
    default:
      return null;
  }
}

/** Routes are those of the policy, so their sets are bits; the first is of no route. */
function routeTest({ constants, policy }: Program, set: number): Test {
  const listed = new Uint8Array(policy.routes.length + 1);
  for (const route of constants.sets[set] as ReadonlySet<number>) listed[route + 1] = 1;
  return ({ route }) => listed[route + 1] === 1;
}

function textTest(program: Program, op: number, a: number, b: number): Test | null {
  const { constants } = program;
  const text = constants.texts[b]!;
  switch (op) {
    case TestOp.textEquals:
      if (isAtHand(program, a, SlotOp.method)) return methodTest(text);
      return (c) => isPresent(c, a) && textOf(c, a) === text;
    case TestOp.inTexts:
      return textSetTest(program, a, b);
    case TestOp.startsWith:
      return (c) => isPresent(c, a) && textOf(c, a).startsWith(text);
    case TestOp.endsWith:
      return (c) => isPresent(c, a) && textOf(c, a).endsWith(text);
    case TestOp.contains:
      return (c) => isPresent(c, a) && textOf(c, a).includes(text);
    case TestOp.like: {
      const glob = constants.globs[b]!;
      return (c) => isPresent(c, a) && fitsGlob(glob, textOf(c, a));
    }
    case TestOp.matches: {
      const pattern = constants.patterns[b]!;
      return (c) => isPresent(c, a) && pattern.test(textOf(c, a));
    }
    default:
      return null;
  }
}

function methodTest(name: string): Test {
  const method = METHODS.findIndex((each) => each === name);
  return (c) => c.method === method;
}

/** The set is looked up each time and its filter made anew with it, because that of a file's list is replaced. */
function textSetTest(program: Program, a: number, b: number): Test {
  const { constants } = program;
  let known: ReadonlySet<ScalarValue> | null = null;
  let filter = new TextFilter([]);
  const mayHave = (text: string, start: number, end: number): boolean => {
    const set = constants.sets[b]!;
    if (set !== known) {
      known = set;
      filter = new TextFilter(set as ReadonlySet<string>);
    }
    return filter.mayHave(text, start, end);
  };
  const has = (c: Context): boolean => isPresent(c, a) && constants.sets[b]!.has(textOf(c, a));
  if (isAtHand(program, a, SlotOp.path)) return (c) => mayHave(c.path, 0, c.pathEnd) && has(c);
  return (c) => {
    if (!isPresent(c, a)) return false;
    const text = c.texts[a]!;
    const isWhole = c.ends[a] === WHOLE;
    return mayHave(text, isWhole ? 0 : c.starts[a]!, isWhole ? text.length : c.ends[a]!) && has(c);
  };
}

/** Of a test that looks through a text: its group may know already what is not there. */
function groupedTest({ tests, textGroups }: Program, condition: number, test: Test): Test {
  const { groups, groupOf, starts, indices } = textGroups;
  const group = groups[groupOf[condition]!];
  if (group === undefined) return test;
  const slot = tests.a[condition]!;
  const isFound = tests.op[condition] === TestOp.contains;
  const start = starts[condition]!;
  const end = starts[condition + 1]!;
  return (c) => {
    if (!isPresent(c, slot)) return false;
    const finding = group.find(textOf(c, slot), indices, start, end);
    if (finding === Finding.none) return false;
    return (isFound && finding === Finding.some) || test(c);
  };
}

function addressTest(program: Program, op: number, a: number, b: number): Test | null {
  const { constants } = program;
  const at = a * ADDRESS_WORDS;
  switch (op) {
    case TestOp.addressEquals:
      return (c) => isPresent(c, a) && sameAddress(c.words, at, constants.addresses, b * ADDRESS_WORDS);
    case TestOp.inNetworks:
      if (isAtHand(program, a, SlotOp.ip)) return (c) => constants.networks[b]!.holds(ipOf(c), 0);
      return (c) => isPresent(c, a) && constants.networks[b]!.holds(c.words, at);
    default:
      return null;
  }
}

/** Tests of two slots that hold single values, or a value and a set. */
function pairTest(program: Program, op: number, a: number, b: number): Test | null {
  const both = (c: Context): boolean => isPresent(c, a) && isPresent(c, b);
  switch (op) {
    case TestOp.sameNumber:
      return (c) => both(c) && c.numbers[a] === c.numbers[b];
    case TestOp.numberLess:
      return (c) => both(c) && c.numbers[a]! < c.numbers[b]!;
    case TestOp.numberAtMost:
      return (c) => both(c) && c.numbers[a]! <= c.numbers[b]!;
    case TestOp.sameText:
      return (c) => both(c) && textOf(c, a) === textOf(c, b);
    case TestOp.sameAddress:
      return (c) => both(c) && sameAddress(c.words, a * ADDRESS_WORDS, c.words, b * ADDRESS_WORDS);
    case TestOp.inNetwork:
      return (c) => both(c) && networkHolds(c.words, b * ADDRESS_WORDS, c.words, a * ADDRESS_WORDS);
    case TestOp.inSet:
      return (c) => both(c) && c.sets[b]!.includes(scalarOf(c, a));
    case TestOp.inNetworkSet:
      return networkSetTest(program, a, b);
    default:
      return null;
  }
}

/** The inventory has the networks of its clients as tables; other sets of networks are read from their text. */
function networkSetTest({ slots, inventory }: Program, a: number, b: number): Test {
  const at = a * ADDRESS_WORDS;
  const isClients = slots.op[b] === SlotOp.clientNetworks;
  return (c) => {
    if (!isPresent(c, a) || !isPresent(c, b)) return false;
    if (!isClients) return inNetworksOf(c, c.words, at, b);
    return inventory.clients[c.client]!.networks.length > 0 && callsFrom(inventory, c.client, c.words, at);
  };
}

/** Tests of every member of a set. Of a missing set all members fit. */
function setTest({ constants }: Program, op: number, a: number, b: number): Test {
  switch (op) {
    case TestOp.anyInConstant:
      return (c) => isPresent(c, a) && testSet(c, a, constants.sets[b]!, true);
    case TestOp.allInConstant:
      return (c) => !isPresent(c, a) || testSet(c, a, constants.sets[b]!, false);
    case TestOp.anyInTable:
      return (c) => isPresent(c, a) && testTable(c, a, constants.networks[b]!, true);
    case TestOp.allInTable:
      return (c) => !isPresent(c, a) || testTable(c, a, constants.networks[b]!, false);
    default: {
      const any = op === TestOp.anyInSet || op === TestOp.anyInNetworkSet;
      const networks = op === TestOp.anyInNetworkSet || op === TestOp.allInNetworkSet;
      const missing = op === TestOp.allInSet;
      return (c) => (isPresent(c, a) ? isPresent(c, b) && testSets(c, a, b, any, networks) : missing);
    }
  }
}

function inNetworksOf(c: Context, words: Uint32Array, at: number, set: number): boolean {
  return c.sets[set]!.some(
    (text) => parseNetwork(String(text), c.scratch, 0) !== 0 && networkHolds(c.scratch, 0, words, at),
  );
}

/** Whether a member that is in, or for `false` is not in, decides the question; `any` is that question and its answer. */
function testSet(c: Context, slot: number, members: ReadonlySet<ScalarValue>, any: boolean): boolean {
  const values = c.sets[slot]!;
  for (let index = 0; index < values.length; index++) if (members.has(values[index]!) === any) return any;
  return !any;
}

function testTable(c: Context, slot: number, table: NetworkTable, any: boolean): boolean {
  const values = c.sets[slot]!;
  for (let index = 0; index < values.length; index++) {
    const inside = parseNetwork(String(values[index]), c.scratch, 0) !== 0 && table.holds(c.scratch, 0);
    if (inside === any) return any;
  }
  return !any;
}

function testSets(c: Context, a: number, b: number, any: boolean, networks: boolean): boolean {
  const values = c.sets[a]!;
  const others = c.sets[b]!;
  for (let index = 0; index < values.length; index++) {
    const inside = networks ? liesInSome(String(values[index]), c, b) : others.includes(values[index]!);
    if (inside === any) return any;
  }
  return !any;
}

function liesInSome(text: string, c: Context, set: number): boolean {
  const inner = new Uint32Array(ADDRESS_WORDS);
  return parseNetwork(text, inner, 0) !== 0 && inNetworksOf(c, inner, 0, set);
}
