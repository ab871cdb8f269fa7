/** Stepped lines and areas as SVG paths, which are numbers and letters only: one step for each interval. */
import { area, curveStepAfter, line } from "d3-shape";
import { Html } from "../html.ts";

/** One interval's lower and upper end of an area, in units of the plot; null where there is nothing. */
export type Band = readonly [low: number, high: number] | null;

/** The upper edge of intervals that begin at `xs`, the last of which is the end of the last interval. */
export function stepLine(xs: readonly number[], ys: readonly number[]): Html {
  const path = line<number>(
    (_, i) => xs[i] ?? 0,
    (y) => y,
  )
    .curve(curveStepAfter)
    .digits(1);
  return Html.trusted(path(withEnd(ys)) ?? "");
}

/** Filled intervals that begin at `xs`. */
export function stepArea(xs: readonly number[], bands: readonly Band[]): Html {
  const shape = area<Band>()
    .y0((band) => band?.[0] ?? 0)
    .y1((band) => band?.[1] ?? 0)
    .curve(curveStepAfter)
    .digits(1);
  const paths = runsOf(bands).map(([from, to]) => {
    shape.x((_, i) => xs[from + i] ?? 0);
    return shape(withEnd(bands.slice(from, to))) ?? "";
  });
  return Html.trusted(paths.join(""));
}

/** A step holds until the next point, so the last interval needs one more. */
function withEnd<T>(items: readonly T[]): T[] {
  return [...items, ...items.slice(-1)];
}

/** Runs of intervals in which there is something, from one to before another. */
function runsOf(bands: readonly Band[]): readonly (readonly [from: number, to: number])[] {
  const runs: [number, number][] = [];
  for (const [i, band] of bands.entries()) {
    if (band === null) continue;
    const last = runs.at(-1);
    if (last?.[1] === i) last[1] = i + 1;
    else runs.push([i, i + 1]);
  }
  return runs;
}
