/**
 * A picture of one run: the attack above, the honest traffic below, each with what was offered as a line and what was let through as
 * an area. Two panels with scales of their own, because an attack may be a hundred times the honest traffic, or a hundredth.
 */

/** One panel. */
export interface Panel {
  readonly title: string;
  readonly kind: "attack" | "honest";
  /** Requests in equal parts of the run. */
  readonly offered: readonly number[];
  readonly admitted: readonly number[];
}

const WIDTH = 760;
const LEFT = 56;
const RIGHT = 24;
const PANEL_HEIGHT = 120;
const PANEL_GAP = 54;
const TOP = 34;
const PLOT_WIDTH = WIDTH - LEFT - RIGHT;
/** Ticks of the horizontal axis, and most of the vertical one. */
const TIME_TICKS = 6;
const VALUE_TICKS = 4;

/**
 * One set of colours for light and dark pages, since a picture in a page is told the system's theme and not the page's: each has at
 * least a contrast of 4 to 1 with white and with black, and orange and blue are told apart with any colour vision.
 */
const STYLE = `<style>
text { font: 12px system-ui, sans-serif; fill: #767676 }
.title { font-weight: 600 }
.grid { stroke: #767676; stroke-opacity: 0.3 }
.line { fill: none; stroke-width: 1.5 }
.area { fill-opacity: 0.4 }
.attack.line { stroke: #d9480f }
.attack.area { fill: #d9480f }
.honest.line { stroke: #1c7ed6 }
.honest.area { fill: #1c7ed6 }
</style>`;

/**
 * Draws the panels.
 *
 * @param title - What the picture shows, for those who cannot see it.
 * @param runMicros - Length of the run.
 */
export function trafficPlot(title: string, panels: readonly Panel[], runMicros: number): string {
  const height = TOP + panels.length * (PANEL_HEIGHT + PANEL_GAP) - 20;
  const drawn = panels.flatMap((panel, i) => panelLines(panel, TOP + i * (PANEL_HEIGHT + PANEL_GAP), runMicros));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    STYLE,
    ...drawn,
    "</svg>",
  ].join("\n")}\n`;
}

function panelLines(panel: Panel, top: number, runMicros: number): readonly string[] {
  const seconds = runMicros / 1e6 / Math.max(1, panel.offered.length);
  const offered = panel.offered.map((count) => count / seconds);
  const admitted = panel.admitted.map((count) => count / seconds);
  const step = niceStep(Math.max(...offered, ...admitted) / VALUE_TICKS);
  const most = step * Math.max(1, Math.ceil(Math.max(...offered, ...admitted) / step));
  const bottom = top + PANEL_HEIGHT;
  const y = (value: number): number => bottom - (value / most) * PANEL_HEIGHT;
  return [
    `<text class="title" x="${LEFT}" y="${top - 10}">${escaped(panel.title)}</text>`,
    `<text x="${WIDTH - RIGHT}" y="${top - 10}" text-anchor="end">requests a second: line offered, area let through</text>`,
    ...valueAxis(step, most, y),
    ...timeAxis(bottom, runMicros),
    `<path class="${panel.kind} area" d="${stairs(admitted, y)}V${bottom}H${LEFT}Z"/>`,
    `<path class="${panel.kind} line" d="${stairs(offered, y)}"/>`,
  ];
}

function valueAxis(step: number, most: number, y: (value: number) => number): readonly string[] {
  const ticks = Array.from({ length: Math.round(most / step) + 1 }, (_, i) => i * step);
  return ticks.flatMap((value) => [
    `<line class="grid" x1="${LEFT}" y1="${digits(y(value))}" x2="${WIDTH - RIGHT}" y2="${digits(y(value))}"/>`,
    `<text x="${LEFT - 8}" y="${digits(y(value) + 4)}" text-anchor="end">${Number(value.toPrecision(6))}</text>`,
  ]);
}

function timeAxis(bottom: number, runMicros: number): readonly string[] {
  const { unit, length } = timeUnit(runMicros);
  const step = niceStep(length / TIME_TICKS);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => {
    const value = Number((i * step).toPrecision(6));
    const x = digits(LEFT + (value / length) * PLOT_WIDTH);
    return `<text x="${x}" y="${bottom + 17}" text-anchor="middle">${value}${value === 0 ? "" : ` ${unit}`}</text>`;
  });
}

/** The unit in which a run's length is a number of two digits or so. */
function timeUnit(runMicros: number): { readonly unit: string; readonly length: number } {
  const minutes = runMicros / 60e6;
  if (minutes > 180) return { unit: "h", length: minutes / 60 };
  return minutes > 3 ? { unit: "min", length: minutes } : { unit: "s", length: minutes * 60 };
}

/** The values as a staircase, a step for each. */
function stairs(values: readonly number[], y: (value: number) => number): string {
  const width = PLOT_WIDTH / Math.max(1, values.length);
  const steps = values.map((value, i) => `V${digits(y(value))}H${digits(LEFT + (i + 1) * width)}`);
  return `M${LEFT},${digits(y(0))}${steps.join("")}`;
}

/** The least of 1, 2 and 5 times a power of ten that is not below `least`. */
function niceStep(least: number): number {
  if (!(least > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function digits(value: number): number {
  return Number(value.toFixed(1));
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
