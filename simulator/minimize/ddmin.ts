/** Delta debugging: makes a list that fails as short as it can be. */

/**
 * `ddmin` (A. Zeller and R. Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28(2), 2002, §3.2): tries the list
 * without each of its parts, of ever smaller ones, down to single items. What is left is 1-minimal: without any one of its items it does not
 * fail. Parts by themselves are not tried: of halves that is the same, and of smaller ones it seldom fails.
 *
 * @param fails - Whether a shorter list, in the order of the given one, still fails. The given one must; it is not tried.
 */
export function ddmin<T>(items: readonly T[], fails: (subset: readonly T[]) => boolean): readonly T[] {
  if (items.length === 0 || fails([])) return [];
  let current = items;
  let parts = 2;
  while (current.length >= 2) {
    const before = current.length;
    current = withoutParts(partsOf(current, parts), fails);
    if (current.length < before) parts = Math.max(2, Math.min(current.length, parts - 1));
    else if (parts >= before) break;
    else parts = Math.min(before, 2 * parts);
  }
  return current;
}

/** Leaves out each chunk in turn, and goes on from there where the rest still fails. */
function withoutParts<T>(chunks: readonly (readonly T[])[], fails: (subset: readonly T[]) => boolean): readonly T[] {
  let kept = [...chunks];
  for (const chunk of chunks) {
    const rest = kept.filter((each) => each !== chunk);
    if (rest.length > 0 && fails(rest.flat())) kept = rest;
  }
  return kept.flat();
}

/** The list in `count` parts of about equal length. */
function partsOf<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  return Array.from({ length: count }, (_, part) =>
    items.slice(Math.floor((part * items.length) / count), Math.floor(((part + 1) * items.length) / count)),
  ).filter((chunk) => chunk.length > 0);
}
