/** A curve as text: one column for each value, the one that stands there marked. */
const EIGHTHS = " ▁▂▃▄▅▆▇█";

/** One figure over the values; null where there is none. */
export interface Curve {
  readonly title: string;
  readonly values: readonly (number | null)[];
  /** The highest value as it is written at the axis. */
  readonly format: (value: number) => string;
}

/** Lines of a figure. */
const HEIGHT = 5;

/**
 * Draws curves below each other over the same values.
 *
 * @param labels - What is written below each column.
 * @param marked - Index of the column that is marked with `▲`.
 */
export function drawCurves(curves: readonly Curve[], labels: readonly string[], marked: number): readonly string[] {
  const cell = labels.reduce((most, label) => Math.max(most, label.length), 3) + 1;
  const axes = curves.map((curve) => curve.format(highest(curve)));
  const margin = axes.reduce((most, axis) => Math.max(most, axis.length), 1);
  const drawn = curves.flatMap((curve, i) => [curve.title, ...drawCurve(curve, axes[i] ?? "", margin, cell), ""]);
  const under = (texts: readonly string[]): string =>
    `${" ".repeat(margin + 1)}${texts.map((text) => text.padStart(cell)).join("")}`.trimEnd();
  return [...drawn.slice(0, -1), under(labels), under(labels.map((_, i) => (i === marked ? "▲" : "")))];
}

function highest({ values }: Curve): number {
  return values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

function drawCurve(curve: Curve, axis: string, margin: number, cell: number): readonly string[] {
  const most = highest(curve) || 1;
  return Array.from({ length: HEIGHT }, (_, row) => {
    const label = row === 0 ? axis : row === HEIGHT - 1 ? "0" : "";
    const cells = curve.values.map((value) => block(value, most, HEIGHT - 1 - row).padStart(cell));
    return `${label.padStart(margin)}┤${cells.join("")}`.trimEnd();
  });
}

/** What a bar shows in one row, counted from the bottom; anything above nothing shows at least a little. */
function block(value: number | null, most: number, row: number): string {
  if (value === null) return row === 0 ? "×" : "";
  const eighths = value <= 0 ? 0 : Math.max(1, Math.round((8 * HEIGHT * value) / most));
  const here = Math.min(8, Math.max(0, eighths - 8 * row));
  return here === 0 ? "" : (EIGHTHS[here] ?? "").repeat(2);
}
