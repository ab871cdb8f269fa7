/** The table of contents. */
import { type Html, html } from "./html.ts";
import type { Chapter } from "./sections.ts";

/** Scenarios from which on their sections are not listed. */
const MANY = 4;

export function contents(chapters: readonly Chapter[]): Html {
  return html`<nav class="contents" aria-label="Contents"><ol>${chapters.map(
    ({ id, reported: { result }, sections }) =>
      html`<li><a href="#${id}">${result.scenario}</a> ${mark(result.held)}${sectionList(id, sections, chapters.length)}</li>`,
  )}<li><a href="#assumptions">What the simulation leaves out</a></li></ol></nav>`;
}

function mark(held: boolean): Html {
  return held
    ? html`<span class="good">✓<span class="unseen"> holds</span></span>`
    : html`<span class="bad">✗<span class="unseen"> fails</span></span>`;
}

function sectionList(chapter: string, sections: Chapter["sections"], chapters: number): Html | null {
  if (chapters >= MANY) return null;
  return html`
<ol class="${chapters === 1 ? "inner" : "inner optional"}">${sections.map(({ id, title }) => html`<li><a href="#${chapter}-${id}">${title}</a></li>`)}</ol>`;
}
