/** A scenario's timeline: for each attack and population what was offered, let through and refused, and by which verdict. */
import { VERDICTS } from "../../engine/index.ts";
import { percent, type Timeline } from "../measures/measures.ts";
import { mergeBins } from "../report/format.ts";
import type { Detail } from "./detail.ts";
import { type Html, html } from "./html.ts";
import type { ReportedScenario } from "./input.ts";
import { formatDuration, formatMean, formatPercent, plural } from "./numbers.ts";
import { NARROW, WIDE } from "./plot/frame.ts";
import { type TimelineData, timelineData, type Window } from "./plot/timeline-data.ts";
import { timelinePlot } from "./plot/timeline-plot.ts";
import { swatch, VERDICT_WORDS } from "./plot/verdict-style.ts";
import { fold, moreNote, wideTable } from "./table.ts";
import { modelWords } from "./words.ts";

interface Line {
  readonly name: string;
  readonly kind: string;
  /** An attack's plot marks its own time, the others' the time of every attack. */
  readonly attack: boolean;
  readonly timeline: Timeline;
}

export function timelineSection({ scenario, result }: ReportedScenario, detail: Detail): Html {
  const modelOf = (name: string): string =>
    modelWords([...scenario.attacks, ...scenario.populations].find((one) => one.name === name)?.model ?? "");
  const lines: readonly Line[] = [
    ...result.attacks.map(({ name, timeline }) => ({ name, attack: true, kind: `attack, ${modelOf(name)}`, timeline })),
    ...result.populations.map(({ name, timeline }) => ({
      name,
      attack: false,
      kind: `honest callers, ${modelOf(name)}`,
      timeline,
    })),
  ];
  if (lines.length === 0) return html`<p>Nobody sends anything.</p>`;
  const shown = lines.slice(0, detail.plots);
  const windows = scenario.attacks.map(({ name, fromMicros, toMicros }): Window => ({ name, fromMicros, toMicros }));
  const seeds = result.seeds.length;
  const each = formatDuration(result.runMicros / Math.max(1, lines[0]?.timeline.offered.length ?? 1));
  return html`<p class="note">Mean of ${plural(seeds, "seed")}, in steps of ${each}. Above the rates, below the share of each verdict.${windowsText(windows)}</p>
${key(shown)}
${shown.map((line) => {
  const marked = line.attack ? windows.filter(({ name }) => name === line.name) : windows;
  return figure(line, timelineData(line.timeline, result.runMicros, seeds, marked), detail, seeds);
})}
${moreNote(lines.length - shown.length)}`;
}

function windowsText(windows: readonly Window[]): Html | null {
  if (windows.length === 0) return null;
  const each = windows.map(
    ({ name, fromMicros, toMicros }, i) =>
      html`${i === 0 ? "" : "; "}<b>${name}</b> from ${formatDuration(fromMicros)} to ${formatDuration(toMicros)}`,
  );
  return html` Shaded, between dashed lines: ${each}.`;
}

/** Only of what comes up. */
function key(lines: readonly Line[]): Html {
  const seen = VERDICTS.filter((verdict) =>
    lines.some(({ timeline }) => timeline.verdicts[verdict].some((count) => count > 0)),
  );
  return html`<ul class="key">
<li>${swatch("offered")} offered</li><li>${swatch("admitted")} let through</li><li>${swatch("refused")} refused</li>
<li class="key-verdicts">Verdicts:</li>${seen.map((verdict) => html`<li>${swatch(verdict)} ${VERDICT_WORDS[verdict]}</li>`)}</ul>`;
}

function figure({ name, kind, timeline }: Line, data: TimelineData, detail: Detail, seeds: number): Html {
  const says = summary(timeline, data, seeds);
  const label = `${name}, ${kind}, over time. ${says} The data is in the table below.`;
  return html`<figure>
<figcaption><b class="name">${name}</b> <span class="kind">${kind}</span> <span class="says">${says}</span></figcaption>
${timelinePlot(data, WIDE, label)}
${timelinePlot(data, NARROW, label)}
${fold(html`Data <span class="unseen">of the timeline of ${name}</span>`, dataTable(name, timeline, data.runMicros, detail, seeds))}
</figure>`;
}

function summary({ offered, admitted }: Timeline, data: TimelineData, seeds: number): string {
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const [all, through] = [sum(offered), sum(admitted)];
  if (all === 0) return "Sent nothing.";
  const peak = `at most ${formatRate(data.most)}/${data.unit.name}`;
  return `${formatMean(all / Math.max(1, seeds))} requests a seed, ${peak}; ${formatPercent(percent(through, all))} let through.`;
}

function formatRate(rate: number): string {
  return String(Number(rate.toPrecision(rate >= 100 ? 3 : 2)));
}

function dataTable(name: string, timeline: Timeline, runMicros: number, { bins }: Detail, seeds: number): Html {
  const seen = VERDICTS.filter((verdict) => timeline.verdicts[verdict].some((count) => count > 0));
  const columns = [timeline.offered, timeline.admitted, ...seen.map((verdict) => timeline.verdicts[verdict])].map(
    (counts) => mergeBins(counts, bins),
  );
  const rows = columns[0]?.length ?? 0;
  const per = Math.max(1, seeds);
  return wideTable({
    caption: `Requests a seed of ${name}, by time since the run began`,
    columns: [
      { head: "From" },
      ...["Offered", "Let through", ...seen.map((verdict) => VERDICT_WORDS[verdict])].map((head) => ({ head })),
    ],
    rows: Array.from({ length: rows }, (_, row) => [
      formatDuration((row * runMicros) / rows),
      ...columns.map((counts) => formatMean((counts[row] ?? 0) / per)),
    ]),
    most: rows,
  });
}
