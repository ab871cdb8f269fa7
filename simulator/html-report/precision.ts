/** How sure a refusal is: of what is refused, the attacks, at shares of attacks that are found in practice. */
import type { ScenarioResult } from "../measures/scenario-result.ts";
import { type Html, html } from "./html.ts";
import { formatPercent } from "./numbers.ts";
import { table } from "./table.ts";

export function precisionSection({ precision }: ScenarioResult): Html {
  return html`<p>The scenario's own mix says little about this: the rarer attacks are, the more of what is refused is honest.</p>
${table({
  caption: "Attacks among what is refused",
  columns: [
    { head: "Where attacks are, of all requests", named: true },
    { head: "Attacks among refusals", number: true },
    { head: "At least, at 95 %", number: true },
  ],
  rows: precision.map(({ attackPercent, percent, atLeast }) => [
    formatPercent(attackPercent),
    formatPercent(percent),
    // Rounded down, as a bound has to be.
    `${Math.floor(100 * atLeast) / 100} %`,
  ]),
  most: precision.length,
})}`;
}
