/**
 * Two charts in one SVG, written by hand: what a decision takes by the number of rules, and what engines take side by side. Both axes
 * of the first are logarithmic, as are the bars of the second, because what is compared differs by a factor of thousands.
 */

/** A line of the first chart. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** A bar of the second. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  /** Whether it is ours. */
  readonly own: boolean;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const WIDTH = 900;
const LINES: Box = { left: 70, top: 50, width: 640, height: 300 };
const BAR_HEIGHT = 22;
const BARS_LEFT = 200;
const BARS_TOP = 430;
const BARS_WIDTH = 580;
/** Colours that people with any colour vision tell apart (Paul Tol's muted scheme), then greys. */
const COLORS = [
  "#332288",
  "#88ccee",
  "#44aa99",
  "#117733",
  "#999933",
  "#ddcc77",
  "#cc6677",
  "#882255",
  "#aa4499",
  "#555555",
];
const OWN = "#117733";
const OTHER = "#bbbbbb";

/** The whole picture. */
export function chartsSvg(
  lines: readonly Series[],
  linesTitle: string,
  bars: readonly Bar[],
  barsTitle: string,
): string {
  const height = BARS_TOP + bars.length * BAR_HEIGHT + 50;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...lineChart(lines, linesTitle),
    ...barChart(bars, barsTitle),
    "</svg>",
  ].join("\n")}\n`;
}

function lineChart(series: readonly Series[], title: string): readonly string[] {
  const points = series.flatMap((each) => each.points);
  const x = scaleOf(
    points.map((point) => point.x),
    LINES.left,
    LINES.left + LINES.width,
  );
  const y = scaleOf(
    points.map((point) => point.y),
    LINES.top + LINES.height,
    LINES.top,
  );
  const bottom = LINES.top + LINES.height;
  return [
    heading(title, LINES.left, LINES.top - 20),
    ...y.ticks.flatMap((tick) => [
      rule(LINES.left, y.at(tick), LINES.left + LINES.width, y.at(tick)),
      text(nanosText(tick), LINES.left - 8, y.at(tick) + 4, "end"),
    ]),
    ...x.ticks.flatMap((tick) => [
      rule(x.at(tick), LINES.top, x.at(tick), bottom),
      text(`${tick.toLocaleString("en")} rules`, x.at(tick), bottom + 18, "middle"),
    ]),
    ...series.flatMap(({ points: own }, index) => {
      const path = own.map((point) => `${round(x.at(point.x))},${round(y.at(point.y))}`).join(" ");
      return [`<polyline points="${path}" fill="none" stroke="${COLORS[index % COLORS.length]}" stroke-width="2"/>`];
    }),
    ...legend(series),
  ];
}

function legend(series: readonly Series[]): readonly string[] {
  const left = LINES.left + LINES.width + 20;
  return series.flatMap(({ name }, index) => {
    const top = LINES.top + 10 + index * 20;
    const color = COLORS[index % COLORS.length];
    return [
      `<line x1="${left}" y1="${top}" x2="${left + 20}" y2="${top}" stroke="${color}" stroke-width="3"/>`,
      text(name, left + 28, top + 4, "start"),
    ];
  });
}

function barChart(bars: readonly Bar[], title: string): readonly string[] {
  const scale = scaleOf(
    bars.map((bar) => bar.value),
    BARS_LEFT,
    BARS_LEFT + BARS_WIDTH,
  );
  const bottom = BARS_TOP + bars.length * BAR_HEIGHT;
  return [
    heading(title, LINES.left, BARS_TOP - 20),
    ...scale.ticks.flatMap((tick) => [
      rule(scale.at(tick), BARS_TOP, scale.at(tick), bottom),
      text(nanosText(tick), scale.at(tick), bottom + 18, "middle"),
    ]),
    ...bars.flatMap(({ name, value, own }, index) => {
      const top = BARS_TOP + index * BAR_HEIGHT;
      const width = round(scale.at(value) - BARS_LEFT);
      return [
        text(name, BARS_LEFT - 8, top + 15, "end"),
        `<rect x="${BARS_LEFT}" y="${top + 3}" width="${width}" height="${BAR_HEIGHT - 6}" fill="${own ? OWN : OTHER}"/>`,
        text(nanosText(value), BARS_LEFT + width + 6, top + 15, "start"),
      ];
    }),
  ];
}

interface Scale {
  /** Powers of ten. */
  readonly ticks: readonly number[];
  readonly at: (value: number) => number;
}

/** A logarithmic scale from the power of ten below the least value to the one above the largest. */
function scaleOf(values: readonly number[], from: number, to: number): Scale {
  const least = Math.floor(Math.log10(Math.min(...values)));
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index)),
    at: (value) => from + ((Math.log10(value) - least) / (most - least)) * (to - from),
  };
}

/** A duration with its unit: `530 ns`, `1.2 µs`, `2.6 ms`. */
export function nanosText(nanos: number): string {
  if (nanos < 1_000) return `${Math.round(nanos)} ns`;
  const [value, unit] = nanos < 1e6 ? [nanos / 1e3, "µs"] : [nanos / 1e6, "ms"];
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${unit}`;
}

function heading(title: string, x: number, y: number): string {
  return `<text x="${x}" y="${y}" font-size="15" font-weight="bold">${escaped(title)}</text>`;
}

function text(content: string, x: number, y: number, anchor: "start" | "middle" | "end"): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#ddd"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
