/** Literals: twice a condition, plus one where it is negated. The first condition always holds. */

/** The literals of the condition that always holds, and of its negation. */
export const TRUE = 0;
export const FALSE = 1;

export function negate(literal: number): number {
  return literal ^ 1;
}

/** So many are put in order one by one. */
const FEW = 16;

/** The literals, each once, in order. */
export function sortedDistinct(literals: readonly number[]): number[] {
  if (literals.length > FEW) return [...new Set(literals)].sort((x, y) => x - y);
  const sorted: number[] = [];
  for (const literal of literals) {
    let at = sorted.length;
    while (at > 0 && sorted[at - 1]! > literal) at--;
    if (sorted[at - 1] !== literal) sorted.splice(at, 0, literal);
  }
  return sorted;
}
