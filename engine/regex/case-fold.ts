/** Upper and lower case as one, as far as literals in patterns without case need it: the letters of ASCII, and what folds to them. */

/** U+212A and U+017F, the only units past ASCII that fold to letters of it. */
const KELVIN = 0x212a;
const LONG_S = 0x017f;

/** The one unit that stands for all cases of a letter; every other unit stands for itself. */
export function foldUnit(unit: number): number {
  if (unit >= 65 && unit <= 90) return unit + 32;
  if (unit === KELVIN) return 107;
  return unit === LONG_S ? 115 : unit;
}

/** The units that {@link foldUnit} makes into `unit`, itself first. */
export function unfoldUnit(unit: number): readonly number[] {
  if (unit < 97 || unit > 122) return [unit];
  if (unit === 107) return [unit, unit - 32, KELVIN];
  return unit === 115 ? [unit, unit - 32, LONG_S] : [unit, unit - 32];
}
