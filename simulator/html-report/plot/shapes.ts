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
  return Html.trusted(shortPath(path(withEnd(ys)) ?? ""));
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
  return Html.trusted(shortPath(paths.join("")));
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

type Point = readonly [x: string, y: string];

/**
 * The same path in a fourth of the text: steps go along one axis at a time, so each is one number, and points between two steps in one direction
 * are left out.
 */
function shortPath(path: string): string {
  return path.replace(/M([^MZ]*)/g, (_, text: string) => {
    const [first = ["0", "0"], ...rest] = text.split("L").map((pair): Point => {
      const [x = "0", y = "0"] = pair.split(",");
      return [x, y];
    });
    return `M${first[0]} ${first[1]}${stepsFrom(first, rest)}`;
  });
}

function stepsFrom(first: Point, rest: readonly Point[]): string {
  let [x, y] = first;
  const steps: (readonly [axis: "H" | "V", to: string])[] = [];
  for (const [nextX, nextY] of rest) {
    const step = nextX === x ? (["V", nextY] as const) : (["H", nextX] as const);
    if (nextX === x && nextY === y) continue;
    if (steps.at(-1)?.[0] === step[0]) steps.pop();
    steps.push(step);
    [x, y] = [nextX, nextY];
  }
  return steps.map(([axis, to]) => axis + to).join("");
}
