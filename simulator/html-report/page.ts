/** The page: who reads it from the top has the verdict first, then what it rests on, then how to see it again, then what it leaves out. */
import { assumptionsSection } from "./assumptions.ts";
import { contents } from "./contents.ts";
import { type Detail, DETAILS, MOST_BYTES } from "./detail.ts";
import { head } from "./head.ts";
import { type Html, html } from "./html.ts";
import type { ReportInput } from "./input.ts";
import { patternDefinitions } from "./plot/verdict-style.ts";
import { type Chapter, type Section, sectionsOf } from "./sections.ts";
import { moreNote } from "./table.ts";
import { themeChoice } from "./theme.ts";
import { ScenarioError } from "../scenario-error.ts";
import { formatCount } from "./numbers.ts";
import { pageVerdict, scenarioVerdict } from "./verdict.ts";

/**
 * The page with as much detail as fits.
 *
 * @throws {@link ScenarioError} where not even the least does, which only names of enormous length bring about.
 */
export function renderPage(input: ReportInput): string {
  let page = "";
  for (const detail of DETAILS) {
    page = pageWith(input, detail);
    if (Buffer.byteLength(page) < MOST_BYTES) return page;
  }
  throw new ScenarioError(
    `the report has ${formatCount(Buffer.byteLength(page))} bytes with the least detail, and ${formatCount(MOST_BYTES)} are the most; ` +
      "shorten the longest names of the policy",
  );
}

function pageWith(input: ReportInput, detail: Detail): string {
  const chapters = chaptersOf(input, detail);
  return `<!doctype html>\n${html`<html lang="en">
${head(titleOf(input))}
<body>
<a class="skip" href="#report">Skip to the report</a>
${patternDefinitions()}
<header class="masthead"><div class="top"><p class="kicker">Simulation report</p>${themeChoice()}</div>
${pageVerdict(input)}</header>
<div class="columns">
${contents(chapters)}
<main id="report" tabindex="-1">
${chapters.map((chapter) => chapterMarkup(chapter))}
${moreNote(input.scenarios.length - chapters.length)}
<section class="chapter" aria-labelledby="assumptions"><h2 id="assumptions">What the simulation leaves out</h2>
${assumptionsSection()}</section>
</main>
</div>
</body>
</html>`.toString()}\n`;
}

/** The answer is in it, so that a row of tabs shows which one fails. */
function titleOf({ policy, scenarios }: ReportInput): string {
  return `${scenarios.every(({ result }) => result.held) ? "✓" : "✗"} ${policy.name}: simulation report`;
}

/** Failing scenarios are told before others, where not all are, but in the order of the policy. */
function chaptersOf(input: ReportInput, detail: Detail): readonly Chapter[] {
  const failingFirst = [...input.scenarios].sort((a, b) => Number(a.result.held) - Number(b.result.held));
  const told = new Set(failingFirst.slice(0, detail.chapters));
  const whole = new Set(failingFirst.slice(0, detail.scenarios));
  return input.scenarios
    .filter((reported) => told.has(reported))
    .map((reported, i) => ({
      id: `s${i + 1}`,
      reported,
      sections: sectionsOf(input, reported, detail, whole.has(reported)),
    }));
}

function chapterMarkup({ id, reported, sections }: Chapter): Html {
  return html`<section class="chapter" aria-labelledby="${id}"><h2 id="${id}">${reported.result.scenario}</h2>
${scenarioVerdict(reported.result)}
${sections.map((section) => sectionMarkup(id, section))}</section>
`;
}

function sectionMarkup(chapter: string, { id, title, body }: Section): Html {
  return html`<section class="part"><h3 id="${chapter}-${id}">${title}</h3>
${body}</section>
`;
}
