/** The answer first: whether the policy does what is expected of it, and what that is in a few sentences. */
import type { GateResult } from "../measures/expectations.ts";
import type { AttackSummary, ScenarioResult } from "../measures/scenario-result.ts";
import { Html, html, shortened } from "./html.ts";
import type { ReportInput } from "./input.ts";
import { seedsText } from "../report/text.ts";
import { formatCount, formatDuration, formatMean, formatPercent, plural } from "./numbers.ts";
import { fails } from "./words.ts";

/** The head of the page: of the policy over all scenarios. */
export function pageVerdict({ policy, version, scenarios }: ReportInput): Html {
  const gates = scenarios.flatMap(({ result }) => result.gates);
  const failed = gates.filter(fails).length;
  const requests = scenarios.reduce((sum, { result }) => sum + result.requests, 0);
  const over = scenarios.length === 1 ? "" : ` in ${plural(scenarios.length, "scenario")}`;
  return html`<h1 class="verdict ${failed === 0 ? "is-good" : "is-bad"}"><span class="sign" aria-hidden="true">${failed === 0 ? "✓" : "✗"}</span> <span>${policy.name} ${verdictWords(gates.length, failed)}</span></h1>
<p class="lede">${countWords(gates, over)}${failed === 0 ? "." : html`: ${listed(failing(scenarios))}`}</p>
<p class="quiet meta">Policy version ${policy.version} · ${formatCount(requests)} simulated requests · edgepolicy ${version}</p>`;
}

/** What fails: expectations, of several scenarios those with any. */
function failing(scenarios: ReportInput["scenarios"]): readonly string[] {
  if (scenarios.length > 1) return scenarios.filter(({ result }) => !result.held).map(({ result }) => result.scenario);
  return scenarios.flatMap(({ result }) => result.gates.filter(fails).map(({ text }) => text));
}

/** Names that the head lists. */
const NAMED = 6;

function listed(texts: readonly string[]): Html {
  const named = texts.slice(0, NAMED).map((text, i) => html`${i === 0 ? "" : ", "}<code>${text}</code>`);
  return html`${named}${texts.length > NAMED ? ` and ${texts.length - NAMED} more` : ""}.`;
}

function verdictWords(gates: number, failed: number): string {
  if (gates === 0) return "was run, and nothing is expected of it";
  return failed === 0 ? "holds" : "does not hold";
}

function countWords(gates: readonly GateResult[], over = ""): string {
  const binding = gates.filter(({ advisory }) => !advisory).length;
  const failed = gates.filter(fails).length;
  const told = gates.filter(({ held, advisory }) => !held && advisory).length;
  const advice = told === 0 ? "" : `; ${told} advisory ${told === 1 ? "one does" : "ones do"} not`;
  if (gates.length === 0) return `No expectation${over}`;
  if (failed > 0) return `${failed} of ${plural(binding, "expectation")}${over} ${failed === 1 ? "fails" : "fail"}`;
  if (binding === 0) return `No expectation${over} must hold${advice}`;
  return `${binding === 1 ? "The one expectation" : `All ${binding} expectations`}${over} hold${binding === 1 ? "s" : ""}${advice}`;
}

/** Characters of a scenario's doc comment that are shown. */
const MOST_DOC = 2_000;

/** The head of one scenario. */
export function scenarioVerdict(result: ScenarioResult): Html {
  const { gates, held, doc, seeds, runMicros, requests } = result;
  return html`<p class="verdict-line">${held ? html`<span class="good">✓ ${gates.length === 0 ? "Ran" : "Holds"}</span>` : html`<span class="bad">✗ Fails</span>`}
<span>${countWords(gates)}.</span></p>
${docParagraphs(doc)}
<p>${harmSentence(result)} ${result.attacks.map((attack) => attackSentence(attack, result))}</p>
<p class="quiet meta">${formatDuration(runMicros)} a seed · ${plural(seeds.length, "seed")} (${seedsText(seeds)}) · ${formatCount(requests)} requests</p>`;
}

function docParagraphs(doc: string): readonly Html[] {
  const paragraphs = shortened(doc, MOST_DOC).split(/\n\s*\n/);
  return paragraphs
    .map((text) => text.replace(/\s+/g, " ").trim())
    .filter((text) => text !== "")
    .map((text) => html`<p class="doc">${Html.text(text)}</p>`);
}

function harmSentence({ populations }: ScenarioResult): Html {
  const clients = populations.reduce((sum, one) => sum + one.clients, 0);
  if (clients === 0) return html`There were no honest callers.`;
  if (populations.every(({ requests }) => requests === 0)) return html`The honest callers sent nothing.`;
  const harmed = populations.filter(({ refused }) => refused > 0);
  if (harmed.length === 0) return html`<b>Nobody honest was refused</b>, of ${plural(clients, "client")}.`;
  const worst = harmed.reduce((a, b) => (b.harmed.most > a.harmed.most ? b : a));
  return html`<b>Up to ${formatCount(worst.harmed.most)} of ${plural(worst.clients, "client")} of ${worst.name} ${worst.harmed.most === 1 ? "was" : "were"} refused</b> something.`;
}

function attackSentence(attack: AttackSummary, { seeds }: ScenarioResult): Html {
  const { name, offered, admittedPercent, succeeded, containedMicros, neverContained } = attack;
  if (offered === 0) return html`<b>${name}</b> sent nothing. `;
  const contained =
    containedMicros === null
      ? "never contained"
      : `contained after ${formatDuration(containedMicros.mean)}${neverContained === 0 ? "" : `, but not in ${neverContained} of ${plural(seeds.length, "seed")}`}`;
  return html`<b>${name}</b> got ${formatPercent(admittedPercent)} of its requests through, ${successText(succeeded.mean)}, and was ${contained}. `;
}

function successText(mean: number): string {
  if (mean === 0) return "never succeeded";
  return `succeeded ${formatMean(mean)} ${mean === 1 ? "time" : "times"} a seed`;
}
