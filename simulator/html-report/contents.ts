/** The table of contents. */
import { type Html, html } from "./html.ts";
import type { Chapter } from "./sections.ts";

export function contents(chapters: readonly Chapter[]): Html {
  const alone = chapters.length === 1;
  return html`<nav class="contents" aria-label="Contents"><ol>${chapters.map(
    ({ id, reported: { result }, sections }) => html`<li><a href="#${id}">${result.scenario}</a> ${mark(result.held)}
<ol class="${alone ? "inner" : "inner optional"}">${sections.map((section) => html`<li><a href="#${id}-${section.id}">${section.title}</a></li>`)}</ol></li>`,
  )}<li><a href="#assumptions">What the simulation leaves out</a></li></ol></nav>`;
}

function mark(held: boolean): Html {
  return held
    ? html`<span class="good">✓<span class="unseen"> holds</span></span>`
    : html`<span class="bad">✗<span class="unseen"> fails</span></span>`;
}
