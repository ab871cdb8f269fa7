/** Seeds, hash and the command: how anybody gets the same numbers again. */
import { seedsText } from "../report/text.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";
import type { Detail } from "./detail.ts";
import { type Html, html } from "./html.ts";
import { formatCount } from "./numbers.ts";
import { replayCommand } from "./replay-command.ts";
import { fold, table } from "./table.ts";
import { fails } from "./words.ts";

export function seedsSection(result: ScenarioResult, file: string, detail: Detail): Html {
  const { scenario, seeds, decisionsHash, gates } = result;
  const first = seeds[0] ?? 1;
  const inRow = seeds.every((seed, i) => seed === first + i);
  const failed = gates.find(fails) ?? gates.find(({ held }) => !held);
  return html`<dl class="pairs"><div><dt>Seeds</dt><dd>${seedsText(seeds)}</dd></div>
<div><dt>Decisions</dt><dd><code class="hash">sha256 ${decisionsHash}</code></dd></div></dl>
${inRow ? html`<p class="label">The whole run</p>${replayCommand({ file, scenario, seed: first, seeds: seeds.length })}` : null}
${
  failed === undefined
    ? null
    : html`<p class="label">The worst seed of <code>${failed.text}</code></p>${replayCommand({ file, scenario, seed: failed.worst.seed })}
<p class="label">What fails in it, as the smallest tests</p>${replayCommand({ file, scenario, seed: failed.worst.seed, minimize: true })}`
}
${fold(
  "Decision hash of each seed",
  table({
    caption: "Decision hash of each seed",
    columns: [{ head: "Seed", named: true }, { head: "Requests", number: true }, { head: "SHA-256 of the decisions" }],
    rows: result.runs.map((run) => [
      String(run.seed),
      formatCount(run.requests),
      html`<code class="hash">${run.decisionsHash}</code>`,
    ]),
    most: detail.rows,
    quiet: true,
  }),
)}`;
}
