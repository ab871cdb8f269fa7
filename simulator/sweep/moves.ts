/** How far a number is moved: by factors, and to what people would write. */
import { literalText, readLiteral } from "./literal-text.ts";
import type { PolicyLiteral } from "./literals.ts";
import type { LiteralChange } from "./variants.ts";

/** The literal times `factor`, as it would be written; none where that is what stands there. */
export function moved(literal: PolicyLiteral, factor: number): readonly LiteralChange[] {
  const text = movedText(literal.kind, literal.value, factor);
  return text === null ? [] : [{ literal, text }];
}

/** `value` times `factor`, rounded to two digits; null where that is what it was. */
export function movedText(kind: PolicyLiteral["kind"], value: number, factor: number): string | null {
  const target = kind === "int" ? stepped(value, factor) : value * factor;
  const capped = kind === "percent" ? Math.min(100, target) : target;
  const text = literalText(kind, kind === "int" ? capped : Number(capped.toPrecision(2)));
  return readLiteral(kind, text) === value ? null : text;
}

/** Whole numbers move by one at least. */
function stepped(value: number, factor: number): number {
  const target = Math.round(value * factor);
  if (target !== value) return target;
  return factor > 1 ? value + 1 : Math.max(0, value - 1);
}
