/** Literals: twice a condition, plus one where it is negated. The first condition always holds. */

/** The literals of the condition that always holds, and of its negation. */
export const TRUE = 0;
export const FALSE = 1;

export function negate(literal: number): number {
  return literal ^ 1;
}
