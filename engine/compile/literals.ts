/** Literals: twice a condition, plus one where it is negated. The first condition always holds. */

/** The literals of the condition that always holds, and of its negation. */
export const TRUE = 0;
export const FALSE = 1;

export function negate(literal: number): number {
  return literal ^ 1;
}

/** The literals, each once, in order. */
export function sortedDistinct(literals: readonly number[]): number[] {
  return literals.toSorted((x, y) => x - y).filter((literal, at, sorted) => literal !== sorted[at - 1]);
}
