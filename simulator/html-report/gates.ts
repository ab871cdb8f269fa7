/** What was expected, what came of it, and how far the one is from the other. */
import { scaleLinear } from "d3-scale";
import type { GateResult } from "../measures/expectations.ts";
import { comparison, gateValue } from "../report/gates.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";
import type { Detail } from "./detail.ts";
import { type Html, html } from "./html.ts";
import { plural } from "./numbers.ts";
import { table } from "./table.ts";
import { heldMark } from "./words.ts";

/** Seeds from which on a bootstrap over them says something. */
const ENOUGH_SEEDS = 5;

export function gatesSection({ gates, seeds }: ScenarioResult, detail: Detail): Html {
  if (gates.length === 0) return html`<p>The scenario expects nothing, so nothing can fail.</p>`;
  const columns = [
    { head: "Expectation" },
    { head: "Measured", number: true },
    { head: "95 % bound compared", number: true },
    { head: "Held" },
    { head: "Worst seed", number: true },
    { head: "Room" },
  ];
  const few = `Fewer than ${ENOUGH_SEEDS} seeds: a bound says little about the spread between them.`;
  return html`${table({
    caption: `Expectations over ${plural(seeds.length, "seed")}`,
    columns,
    rows: gates.map(gateRow),
    most: detail.rows,
  })}
<p class="note">An expectation holds if its one-sided 95 % bound over the seeds does, not only the measured value; one with = must hold in every
seed. One that is advisory fails nothing. “Room” shows the measured value as a bar, its bound as a whisker, and what was expected as a tick.</p>
${seeds.length < ENOUGH_SEEDS ? html`<p class="note">${few}</p>` : null}`;
}

function gateRow(gate: GateResult): readonly (Html | string)[] {
  return [
    html`<code>${gate.text}</code>${gate.advisory ? html` <span class="kind">advisory</span>` : null}`,
    gateValue(gate, gate.measured),
    comparison(gate),
    heldMark(gate.held, gate.advisory),
    html`${gateValue(gate, gate.worst.value)} <span class="quiet">seed&nbsp;${gate.worst.seed}</span>`,
    room(gate),
  ];
}

const WIDTH = 120;
const HEIGHT = 14;

/** Measured value, bound and threshold on one scale; what is said in the other columns, for the eye alone. */
function room({ measured, bound, value, held, advisory }: GateResult): Html {
  if (measured === null || bound === null || value <= 0) return html`<span class="quiet none">–</span>`;
  const x = scaleLinear()
    .domain([0, 1.15 * Math.max(value, measured, bound)])
    .range([0, WIDTH]);
  const at = (of: number): number => Math.round(10 * x(of)) / 10;
  const [low, high] = [Math.min(at(measured), at(bound)), Math.max(at(measured), at(bound))];
  return html`<svg class="room ${held ? "is-good" : advisory ? "is-warn" : "is-bad"}" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true" focusable="false"><path class="ground" d="M0 7H${WIDTH}"/><rect class="bar" y="4" width="${Math.max(1, at(measured))}" height="6"/><path class="whisker" d="M${low} 7H${high}M${at(bound)} 3V11"/><path class="tick" d="M${at(value)} 0V14"/></svg>`;
}
