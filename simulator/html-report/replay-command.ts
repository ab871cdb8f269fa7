/** The command that shows a run again. */
import { quoted } from "../report/text.ts";
import { Html, html } from "./html.ts";

export interface Replayed {
  readonly file: string;
  readonly scenario: string;
  readonly seed: number;
  /** Where it is more than one seed, from `seed` on. */
  readonly seeds?: number;
  /** Whether it prints the smallest test that shows a failure. */
  readonly minimize?: boolean;
}

/** Breaks between its arguments alone, where the line is too short for it. */
export function replayCommand({ file, scenario, seed, seeds, minimize = false }: Replayed): Html {
  const options = [
    `--scenario ${scenario}`,
    `--seed ${seed}`,
    ...(seeds === undefined ? [] : [`--seeds ${seeds}`]),
    ...(minimize ? ["--minimize"] : []),
  ];
  const words = ["edgepolicy simulate", quoted(file), ...options];
  return html`<pre class="command"><code>${words.map((word, i) => html`${i === 0 ? "" : " "}<span>${Html.text(word)}</span>`)}</code></pre>`;
}
