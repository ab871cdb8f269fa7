/** Reads slots that are computed from others and from state. A missing operand makes the value missing. */
import { SlotOp, ValueKind } from "../layout.ts";
import { EVIDENCE, LARGEST } from "../policy.ts";
import type { Program } from "../program.ts";
import type { Context, Reader } from "./context.ts";
import { putNumber, putText, putTruth } from "./put.ts";
import { copySlot, isPresent, scalarOf, textOf } from "./read-slot.ts";

function saturated(value: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, value));
}

/** A reader of slots whose operation computes. */
export function computedReader(program: Program, slot: number): Reader {
  const { op, a: as, b: bs, lists } = program.slots;
  const a = as[slot]!;
  const b = bs[slot]!;
  switch (op[slot]) {
    case SlotOp.first:
      return defaultReader(program, slot, a, b) ?? firstReader(slot, lists.subarray(a, b));
    case SlotOp.signal:
      return (c) => {
        c.reader.signal(a, slot);
        return true;
      };
    case SlotOp.used:
      return (c) => {
        c.reader.used(a, slot);
        return true;
      };
    case SlotOp.score:
      return (c) => putNumber(c, slot, c.reader.score(a));
    case SlotOp.evidenceRank:
      return (c) => isPresent(c, a) && putNumber(c, slot, (EVIDENCE as readonly string[]).indexOf(textOf(c, a)));
    case SlotOp.condition:
      return (c) => putTruth(c, slot, c.reader.condition(a));
    case SlotOp.cases:
      return casesReader(slot, lists.subarray(a, b));
    case SlotOp.lookup:
      return lookupReader(program, slot, a, b);
    default:
      return arithmeticReader(op[slot]!, slot, a, b);
  }
}

function arithmeticReader(op: number, slot: number, a: number, b: number): Reader {
  const both = (c: Context): boolean => isPresent(c, a) && isPresent(c, b);
  switch (op) {
    case SlotOp.add:
      return (c) => both(c) && putNumber(c, slot, saturated(c.numbers[a]! + c.numbers[b]!));
    case SlotOp.subtract:
      return (c) => both(c) && putNumber(c, slot, saturated(c.numbers[a]! - c.numbers[b]!));
    case SlotOp.multiply:
      return (c) => both(c) && putNumber(c, slot, saturated(c.numbers[a]! * c.numbers[b]!));
    default:
      return (c) => both(c) && putNumber(c, slot, c.numbers[b] === 0 ? 0 : (100 * c.numbers[a]!) / c.numbers[b]!);
  }
}

/** Of a text or a number with a constant in its place where it is missing, which is what most options are; null for all else. */
function defaultReader({ slots, constants }: Program, slot: number, start: number, end: number): Reader | null {
  const [value, otherwise] = [slots.lists[start]!, slots.lists[start + 1]!];
  if (end !== start + 2 || slots.op[otherwise] !== SlotOp.constant) return null;
  const constant = slots.a[otherwise]!;
  switch (slots.kind[slot]) {
    case ValueKind.text: {
      const text = constants.texts[constant]!;
      return (c) => putText(c, slot, isPresent(c, value) ? textOf(c, value) : text);
    }
    case ValueKind.number: {
      const number = constants.numbers[constant]!;
      return (c) => putNumber(c, slot, isPresent(c, value) ? c.numbers[value] : number);
    }
    default:
      return null;
  }
}

function firstReader(slot: number, options: Int32Array): Reader {
  return (c) => {
    for (let index = 0; index < options.length; index++) {
      if (isPresent(c, options[index]!)) return copySlot(c, slot, options[index]!);
    }
    return false;
  };
}

/** Pairs of a literal and a slot, and a last slot. */
function casesReader(slot: number, cases: Int32Array): Reader {
  const last = cases.length - 1;
  return (c) => {
    for (let index = 0; index < last; index += 2) {
      if (c.reader.condition(cases[index]!)) return copySlot(c, slot, cases[index + 1]!);
    }
    return copySlot(c, slot, cases[last]!);
  };
}

function lookupReader(program: Program, slot: number, key: number, table: number): Reader {
  const { slots, otherwise } = program.slots.tables[table]!;
  return (c) => isPresent(c, key) && copySlot(c, slot, slots.get(scalarOf(c, key)) ?? otherwise);
}
