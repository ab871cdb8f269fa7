/**
 * Tests of `x ?? "…"`: whether a value is there is asked of `x` itself wherever that makes no difference. Such tests are most tests of
 * headers, since a header may be missing, and so they need no slot for the value with its default.
 */
import { SlotOp, TestOp } from "../layout.ts";
import { fitsGlob } from "../regex/glob.ts";
import { leastLength } from "../regex/required-literals.ts";
import type { ConstantPool } from "./constants.ts";
import type { SlotBuilder } from "./slots.ts";

/** The slot that a test with a constant asks: `x` where the default does not pass, because a test of a missing value does not hold. */
export function testedSlot(slots: SlotBuilder, pool: ConstantPool, op: number, slot: number, constant: number): number {
  if (slots.op(slot) !== SlotOp.first) return slot;
  const [value, otherwise] = slots.operands(slot) as [number, number];
  if (slots.op(otherwise) !== SlotOp.constant) return slot;
  return mayPass(pool, op, pool.texts.values[slots.constantOf(otherwise)]!, constant) ? slot : value;
}

/** Whether a text passes a test, or may come to: a file can replace what is in a list. */
function mayPass(
  { texts, globs, patterns, members }: ConstantPool,
  op: number,
  text: string,
  constant: number,
): boolean {
  switch (op) {
    case TestOp.textEquals:
      return text === texts.values[constant];
    case TestOp.inTexts:
      return members.sets[constant]?.includes(text) ?? true;
    case TestOp.startsWith:
      return text.startsWith(texts.values[constant]!);
    case TestOp.endsWith:
      return text.endsWith(texts.values[constant]!);
    case TestOp.contains:
      return text.includes(texts.values[constant]!);
    case TestOp.like:
      return fitsGlob(globs.values[constant]!, text);
    default: {
      // Making the pattern ready takes long, and what it requires is known without that.
      const { sought } = patterns.values[constant]!;
      return sought === null || text.length >= leastLength(sought.texts);
    }
  }
}
