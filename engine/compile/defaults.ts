/**
 * Tests of `x ?? "…"`: whether a value is there is asked of `x` itself wherever that makes no difference. Such tests are most tests of
 * headers, since a header may be missing, and so they need no slot for the value with its default.
 */
import { SlotOp, TestOp, ValueKind } from "../layout.ts";
import { fitsGlob } from "../regex/glob.ts";
import type { ConstantPool } from "./constants.ts";
import type { SlotBuilder } from "./slots.ts";

/** The slot that a test with a constant asks: `x` where the default does not pass, because a test of a missing value does not hold. */
export function testedSlot(slots: SlotBuilder, pool: ConstantPool, op: number, slot: number, constant: number): number {
  if (slots.op(slot) !== SlotOp.first || slots.kind(slot) !== ValueKind.text) return slot;
  const [value, otherwise, ...more] = slots.operands(slot) as [number, number, ...number[]];
  if (more.length > 0 || slots.op(otherwise) !== SlotOp.constant) return slot;
  const text = pool.texts.values[slots.constantOf(otherwise)]!;
  return passes(pool, op, text, constant) === false ? value : slot;
}

/** Whether a text passes a test; null where that is not known, as of a list that a file can replace. */
function passes(
  { texts, globs, patterns, members }: ConstantPool,
  op: number,
  text: string,
  constant: number,
): boolean | null {
  switch (op) {
    case TestOp.textEquals:
      return text === texts.values[constant];
    case TestOp.inTexts:
      return members.sets[constant]?.includes(text) ?? null;
    case TestOp.startsWith:
      return text.startsWith(texts.values[constant]!);
    case TestOp.endsWith:
      return text.endsWith(texts.values[constant]!);
    case TestOp.contains:
      return text.includes(texts.values[constant]!);
    case TestOp.like:
      return fitsGlob(globs.values[constant]!, text);
    case TestOp.matches:
      return patterns.values[constant]!.test(text);
    default:
      return null;
  }
}
