/**
 * Reads slots: each when it is first asked for, and once a request. How a slot is read is settled once, when the program is taken
 * up: a {@link Reader} for each, with its operands bound.
 */
import { SlotOp, ValueKind } from "../layout.ts";
import type { ScalarValue } from "../policy.ts";
import type { Program } from "../program.ts";
import { ADDRESS_WORDS, formatAddress, formatNetwork } from "./address.ts";
import { clientReader } from "./client-readers.ts";
import { computedReader } from "./computed-readers.ts";
import { type Context, type Reader, WHOLE } from "./context.ts";
import { putAddress, putNumber, putSet, putText } from "./put.ts";
import { requestReader } from "./request-readers.ts";

/** Whether a slot has a value; if it has, the context holds it. */
export function isPresent(c: Context, slot: number): boolean {
  const stamp = c.stamps[slot]!;
  if (stamp === c.epoch) return true;
  return stamp !== -c.epoch && load(c, slot);
}

function load(c: Context, slot: number): boolean {
  const present = c.readers[slot]!(c);
  c.stamps[slot] = present ? c.epoch : -c.epoch;
  return present;
}

/** The text in a present slot, cut out if it is a part of another. */
export function textOf(c: Context, slot: number): string {
  const end = c.ends[slot]!;
  if (end === WHOLE) return c.texts[slot]!;
  c.ends[slot] = WHOLE;
  const text = c.texts[slot]!.slice(c.starts[slot]!, end);
  c.texts[slot] = text;
  return text;
}

/** The single value of a present slot as the policy model has it. Only addresses and networks are made anew. */
export function scalarOf(c: Context, slot: number): ScalarValue {
  switch (c.program.slots.kind[slot]) {
    case ValueKind.text:
      return textOf(c, slot);
    case ValueKind.bool:
      return c.numbers[slot] === 1;
    case ValueKind.ip:
      return formatAddress(c.words, slot * ADDRESS_WORDS);
    case ValueKind.network:
      return formatNetwork(c.words, slot * ADDRESS_WORDS);
    default:
      return c.numbers[slot]!;
  }
}

/** Copies the value of a slot of the same kind, if it has one. */
export function copySlot(c: Context, slot: number, from: number): boolean {
  if (!isPresent(c, from)) return false;
  switch (c.program.slots.kind[slot]) {
    case ValueKind.text:
      return putText(c, slot, textOf(c, from));
    case ValueKind.ip:
    case ValueKind.network:
      return putAddress(c, slot, c.words, from * ADDRESS_WORDS);
    case ValueKind.set:
      return putSet(c, slot, c.sets[from]!);
    case ValueKind.rate:
      c.rates[slot] = c.rates[from]!;
      return true;
    default:
      return putNumber(c, slot, c.numbers[from]);
  }
}

/** A reader for each slot of a program. */
export function makeReaders(program: Program): readonly Reader[] {
  return Array.from(program.slots.op, (op, slot) => {
    if (op === SlotOp.constant) return constantReader(program, slot);
    if (op >= SlotOp.clientId && op <= SlotOp.clientExpect) return clientReader(program, slot);
    if (op >= SlotOp.first) return computedReader(program, slot);
    return requestReader(program, slot);
  });
}

function constantReader({ constants, slots }: Program, slot: number): Reader {
  const a = slots.a[slot]!;
  switch (slots.kind[slot]) {
    case ValueKind.text:
      return (c) => putText(c, slot, constants.texts[a]);
    case ValueKind.ip:
    case ValueKind.network:
      return (c) => putAddress(c, slot, constants.addresses, a * ADDRESS_WORDS);
    case ValueKind.set:
      return (c) => putSet(c, slot, constants.arrays[a]!);
    case ValueKind.rate: {
      const rate = constants.rates[a]!;
      return (c) => {
        c.rates[slot] = rate;
        return true;
      };
    }
    default:
      return (c) => putNumber(c, slot, constants.numbers[a]);
  }
}
