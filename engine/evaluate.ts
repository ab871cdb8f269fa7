/** Settles conditions: one switch over the tests of `TestOp`, each settled at most once a request. */
import { ADDRESS_WORDS, parseNetwork, sameAddress, holds as networkHolds } from "./facts/address.ts";
import type { Context } from "./facts/context.ts";
import type { NetworkTable } from "./facts/network-table.ts";
import { isPresent, scalarOf } from "./facts/read-slot.ts";
import { SlotOp, TestOp } from "./layout.ts";
import type { ScalarValue } from "./policy.ts";
import { fitsGlob } from "./regex/glob.ts";

/** Whether a literal (twice a condition, plus one for its negation) holds. */
export function holds(c: Context, literal: number): boolean {
  const settled = c.settled[literal >> 1]!;
  const truth = settled === c.epoch || (settled !== -c.epoch && settle(c, literal >> 1));
  return truth === ((literal & 1) === 0);
}

function settle(c: Context, condition: number): boolean {
  const truth = test(c, condition);
  c.settled[condition] = truth ? c.epoch : -c.epoch;
  return truth;
}

/** A test of a missing value does not hold; the checker sees to it that none is asked. */
function test(c: Context, condition: number): boolean {
  const { tests, constants } = c.program;
  const op = tests.op[condition]!;
  const a = tests.a[condition]!;
  const b = tests.b[condition]!;
  if (op === TestOp.all) return allHold(c, a, b);
  if (!isPresent(c, a)) return op === TestOp.allInConstant || op === TestOp.allInTable || op === TestOp.allInSet;
  switch (op) {
    case TestOp.isTrue:
      return c.numbers[a] === 1;
    case TestOp.present:
      return true;
    case TestOp.equals:
      return c.numbers[a] === constants.numbers[b];
    case TestOp.less:
      return c.numbers[a]! < constants.numbers[b]!;
    case TestOp.atMost:
      return c.numbers[a]! <= constants.numbers[b]!;
    case TestOp.inNumbers:
      return constants.sets[b]!.has(c.numbers[a]!);
    case TestOp.textEquals:
      return c.texts[a] === constants.texts[b];
    case TestOp.inTexts:
      return constants.sets[b]!.has(c.texts[a]!);
    case TestOp.startsWith:
      return c.texts[a]!.startsWith(constants.texts[b]!);
    case TestOp.endsWith:
      return c.texts[a]!.endsWith(constants.texts[b]!);
    case TestOp.contains:
      return c.texts[a]!.includes(constants.texts[b]!);
    case TestOp.like:
      return fitsGlob(constants.globs[b]!, c.texts[a]!);
    case TestOp.matches:
      return constants.patterns[b]!.test(c.texts[a]!);
    case TestOp.addressEquals:
      return sameAddress(c.words, a * ADDRESS_WORDS, constants.addresses, b * ADDRESS_WORDS);
    case TestOp.inNetworks:
      return constants.networks[b]!.holds(c.words, a * ADDRESS_WORDS);
    case TestOp.anyInConstant:
      return testSet(c, a, constants.sets[b]!, true);
    case TestOp.allInConstant:
      return testSet(c, a, constants.sets[b]!, false);
    case TestOp.anyInTable:
      return testTable(c, a, constants.networks[b]!, true);
    case TestOp.allInTable:
      return testTable(c, a, constants.networks[b]!, false);
    default:
      return testBoth(c, op, a, b);
  }
}

function allHold(c: Context, start: number, end: number): boolean {
  const { lists } = c.program.tests;
  for (let index = start; index < end; index++) if (!holds(c, lists[index]!)) return false;
  return true;
}

/** Tests of two slots. */
function testBoth(c: Context, op: number, a: number, b: number): boolean {
  if (!isPresent(c, b)) return false;
  switch (op) {
    case TestOp.sameNumber:
      return c.numbers[a] === c.numbers[b];
    case TestOp.numberLess:
      return c.numbers[a]! < c.numbers[b]!;
    case TestOp.numberAtMost:
      return c.numbers[a]! <= c.numbers[b]!;
    case TestOp.sameText:
      return c.texts[a] === c.texts[b];
    case TestOp.sameAddress:
      return sameAddress(c.words, a * ADDRESS_WORDS, c.words, b * ADDRESS_WORDS);
    case TestOp.inNetwork:
      return networkHolds(c.words, b * ADDRESS_WORDS, c.words, a * ADDRESS_WORDS);
    case TestOp.inSet:
      return c.sets[b]!.includes(scalarOf(c, a));
    case TestOp.inNetworkSet:
      return inClientNetworks(c, a, b);
    default:
      return testSets(c, op, a, b);
  }
}

/** The inventory has the networks of its clients as tables; other sets of networks are read from their text. */
function inClientNetworks(c: Context, a: number, b: number): boolean {
  if (c.program.slots.op[b] !== SlotOp.clientNetworks || c.client < 0)
    return inNetworksOf(c, c.words, a * ADDRESS_WORDS, b);
  const table = c.program.inventory.networks[c.client]!;
  return table !== null && table.holds(c.words, a * ADDRESS_WORDS);
}

function inNetworksOf(c: Context, words: Uint32Array, at: number, set: number): boolean {
  return c.sets[set]!.some(
    (text) => parseNetwork(String(text), c.scratch, 0) !== 0 && networkHolds(c.scratch, 0, words, at),
  );
}

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

function testSets(c: Context, op: number, a: number, b: number): boolean {
  const any = op === TestOp.anyInSet || op === TestOp.anyInNetworkSet;
  const values = c.sets[a]!;
  const others = c.sets[b]!;
  for (let index = 0; index < values.length; index++) {
    const networks = op === TestOp.anyInNetworkSet || op === TestOp.allInNetworkSet;
    const inside = networks ? liesInSome(String(values[index]), c, b) : others.includes(values[index]!);
    if (inside === any) return any;
  }
  return !any;
}

function liesInSome(text: string, c: Context, set: number): boolean {
  const inner = new Uint32Array(ADDRESS_WORDS);
  return parseNetwork(text, inner, 0) !== 0 && inNetworksOf(c, inner, 0, set);
}
