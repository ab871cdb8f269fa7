/**
 * The plot of one population's or attack's timeline: above, how many requests were offered, let through and refused; below, a band with the
 * share of each verdict. The rates' scale is logarithmic where a linear one would hide the small ones.
 */
import { VERDICTS } from "../../../engine/index.ts";
import { type Html, html } from "../html.ts";
import type { Frame } from "./frame.ts";
import { type Axis, rateAxis, timeAxis } from "./scales.ts";
import { type Band, stepArea, stepLine } from "./shapes.ts";
import type { TimelineData, Window } from "./timeline-data.ts";

/** @param label - What the plot shows, for who does not see it. */
export function timelinePlot(data: TimelineData, frame: Frame, label: string): Html {
  const time = timeAxis(data.runMicros, frame.timeTicks, [frame.left, frame.right]);
  const rate = rateAxis(data.most, data.lowest, [frame.bottom, frame.top]);
  const edges = Array.from({ length: data.offered.length + 1 }, (_, i) =>
    time.at((i * data.runMicros) / data.offered.length),
  );
  return html`<svg class="timeline ${frame.name}" viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${label}">
${data.windows.map((window) => windowMark(window, time, frame))}${rateTicks(rate, frame)}${timeTicks(time, frame)}${curves(data, rate, edges)}${band(data, edges, frame)}
<text class="axis" x="0" y="10">requests/${data.unit.name}${data.lowest === null ? "" : ", log scale"}</text></svg>`;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}

function windowMark({ fromMicros, toMicros }: Window, time: Axis, { top, bandBottom }: Frame): Html {
  const [from, to] = [round(time.at(fromMicros)), round(time.at(toMicros))];
  return html`<rect class="window" x="${from}" y="${top - 6}" width="${round(to - from)}" height="${bandBottom - top + 6}"/><path class="window-edge" d="M${from} ${top - 6}V${bandBottom}M${to} ${top - 6}V${bandBottom}"/>
`;
}

function rateTicks({ at, ticks }: Axis, { left, right }: Frame): readonly Html[] {
  return ticks.map(({ value, label }) => {
    const y = round(at(value));
    return html`<path class="grid" d="M${left} ${y}H${right}"/><text class="axis" x="${left - 6}" y="${y + 3.5}" text-anchor="end">${label}</text>`;
  });
}

function timeTicks({ at, ticks }: Axis, { bandBottom, left, right }: Frame): readonly Html[] {
  return ticks.map(({ value, label }) => {
    const x = round(at(value));
    const anchor = x - left < 8 ? "start" : right - x < 12 ? "end" : "middle";
    return html`<path class="grid" d="M${x} ${bandBottom}v5"/><text class="axis" x="${x}" y="${bandBottom + 18}" text-anchor="${anchor}">${label}</text>`;
  });
}

function curves({ offered, admitted, refused }: TimelineData, { at }: Axis, edges: readonly number[]): Html {
  const floor = at(0);
  const heights = (values: readonly number[]): readonly number[] => values.map((value) => at(value));
  const ground = offered.map((value): Band => (value > 0 ? [floor, at(value)] : null));
  return html`<path class="offered" d="${stepArea(edges, ground)}"/><path class="offered-line" d="${stepLine(edges, heights(offered))}"/>${
    refused.some((value) => value > 0) ? html`<path class="refused" d="${stepLine(edges, heights(refused))}"/>` : null
  }<path class="admitted" d="${stepLine(edges, heights(admitted))}"/>`;
}

/** Shares of the verdicts, stacked from the mildest at the bottom to the strictest. */
function band({ verdicts }: TimelineData, edges: readonly number[], { bandTop, bandBottom }: Frame): readonly Html[] {
  const all = verdicts.allow.map((_, i) => VERDICTS.reduce((sum, verdict) => sum + (verdicts[verdict][i] ?? 0), 0));
  const below = all.map(() => 0);
  const y = (count: number, of: number): number => bandBottom - ((bandBottom - bandTop) * count) / of;
  return VERDICTS.filter((verdict) => verdicts[verdict].some((count) => count > 0)).map((verdict) => {
    const bands = verdicts[verdict].map((count, i): Band => {
      const [low, of] = [below[i] ?? 0, all[i] ?? 0];
      below[i] = low + count;
      return count === 0 ? null : [y(low, of), y(low + count, of)];
    });
    return html`<path class="v-${verdict}" d="${stepArea(edges, bands)}"/>`;
  });
}
