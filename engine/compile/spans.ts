/** Sets of whole numbers from 0 on, as ascending intervals that do not meet: first, last, first, last, and so on. */
export type Spans = readonly number[];

/** The numbers in both. */
export function intersectSpans(a: Spans, b: Spans): Spans {
  const both: number[] = [];
  for (let at = 0, other = 0; at < a.length && other < b.length; ) {
    const first = Math.max(a[at]!, b[other]!);
    const last = Math.min(a[at + 1]!, b[other + 1]!);
    if (first <= last) both.push(first, last);
    if (a[at + 1]! < b[other + 1]!) at += 2;
    else other += 2;
  }
  return both;
}

/** The numbers below `size` that are not in `spans`. */
export function invertSpans(spans: Spans, size: number): Spans {
  const rest: number[] = [];
  let next = 0;
  for (let at = 0; at < spans.length; at += 2) {
    if (spans[at]! > next) rest.push(next, spans[at]! - 1);
    next = spans[at + 1]! + 1;
  }
  if (next < size) rest.push(next, size - 1);
  return rest;
}

/** The numbers in any of some intervals, in any order; those whose last is before their first are empty. */
export function uniteSpans(intervals: readonly (readonly [first: number, last: number])[]): Spans {
  const united: number[] = [];
  const filled = intervals.filter(([first, last]) => first <= last);
  for (const [first, last] of filled.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const end = united.length - 1;
    if (end > 0 && first <= united[end]! + 1) united[end] = Math.max(united[end]!, last);
    else united.push(first, last);
  }
  return united;
}
