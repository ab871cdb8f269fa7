/** "Did you mean": the known name nearest to an unknown one. */

const MAX_LENGTH = 64;
/** At most this many candidates of a fitting length are compared. */
const MAX_COMPARED = 500;

/**
 * The candidate with the smallest edit distance (insert, delete, replace, swap neighbours), if it is near enough to be
 * meant: at most a third of the longer name, and never everything. Of equally near ones that which begins alike for longer
 * (`limt` is `limit` before it is `list`), then the earlier one.
 */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  let compared = 0;
  if (name.length > MAX_LENGTH) return null;
  for (const candidate of candidates) {
    if (candidate.length > MAX_LENGTH) continue;
    const allowed = Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (Math.abs(candidate.length - name.length) > allowed) continue;
    compared += 1;
    if (compared > MAX_COMPARED) break;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance > allowed) continue;
    if (
      distance < bestDistance ||
      (distance === bestDistance && beginsAlike(name, candidate) > beginsAlike(name, best))
    ) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** How many letters two names have in common from the first on. */
function beginsAlike(name: string, candidate: string | null): number {
  let count = 0;
  while (count < name.length && name[count] === candidate?.[count]) count += 1;
  return count;
}

/** `did you mean …?` for the nearest candidate, or the given text where none is near. */
export function didYouMean(name: string, candidates: Iterable<string>, otherwise = ""): string {
  const meant = nearest(name, candidates);
  return meant === null ? otherwise : `did you mean \`${meant}\`?`;
}

/** Optimal string alignment distance over two rolling rows and the one before. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
