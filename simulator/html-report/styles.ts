/**
 * The page's style sheet. Colours are pairs for light and dark; their contrast with the ground is at least 4.5 for text and 3 for marks.
 * One file, because a style sheet is read as a whole. It stands in code so that building needs to copy nothing.
 */
export const STYLES = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fcfbf8, #16181b);
  --raised: light-dark(#f4f2ec, #1e2125);
  --ink: light-dark(#1d2024, #e9e7e2);
  --quiet: light-dark(#595d64, #a6a9af);
  --line: light-dark(#dedbd2, #33373d);
  --link: light-dark(#155e86, #7cc0e4);
  --good: light-dark(#1c6a3c, #80cf9c);
  --bad: light-dark(#a8242b, #f4958f);
  --warn: light-dark(#8a5300, #e8b063);
  --offered: light-dark(#e3e0d8, #3a3e45);
  --offered-line: light-dark(#85817a, #8c9097);
  --through: light-dark(#176f94, #62bce0);
  --allow: light-dark(#6398b2, #437289);
  --slow: light-dark(#3f7d58, #83c79b);
  --challenge: light-dark(#6a48a6, #bda4f3);
  --throttle: light-dark(#b06312, #eba95c);
  --block: light-dark(#a8242b, #ef8a84);
  --window: light-dark(rgb(168 36 43 / 6%), rgb(244 149 143 / 8%));
  --text: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  --code: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
:root:has(#theme-light:checked) { color-scheme: light; }
:root:has(#theme-dark:checked) { color-scheme: dark; }
*, ::before, ::after { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
body {
  margin: 0 auto; max-width: 78rem; padding: 1.25rem clamp(1rem, 4vw, 2.5rem) 5rem;
  background: var(--ground); color: var(--ink);
  font: 400 1rem/1.55 var(--text); font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
h1, h2, h3, h4 { line-height: 1.2; text-wrap: balance; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.7rem; font-weight: 650; letter-spacing: -0.015em; }
h3 { font-size: 1.2rem; font-weight: 650; letter-spacing: -0.005em; margin-bottom: 0.75rem; }
h4 { font-size: 1rem; font-weight: 650; margin: 1.75rem 0 0.35rem; }
h3 + h4 { margin-top: 0; }
p { margin: 0.5rem 0; max-width: 68ch; text-wrap: pretty; }
ul, ol { margin: 0.5rem 0; padding-left: 1.25rem; max-width: 68ch; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
code { font: 0.92em/1.4 var(--code); overflow-wrap: anywhere; }
b, strong { font-weight: 650; }
.good, .bad, .warn { font-weight: 600; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.warn { color: var(--warn); }
.quiet, .note, .kind, .kicker { color: var(--quiet); }
.note { font-size: 0.9rem; }
.kind { font-weight: 400; font-size: 0.9rem; }
.doc { color: var(--quiet); }
.label { font-size: 0.9rem; font-weight: 600; margin: 1rem 0 0.25rem; }
.unseen {
  position: absolute; width: 1px; height: 1px; margin: -1px; padding: 0; border: 0;
  overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.skip { position: absolute; left: 1rem; top: -4rem; padding: 0.5rem 1rem; background: var(--ground); }
.skip:focus { top: 0.5rem; z-index: 2; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
main:focus { outline: none; }
.patterns { position: absolute; }

.masthead { border-bottom: 1px solid var(--line); padding-bottom: 1.5rem; }
.top { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; justify-content: space-between; align-items: center; }
.kicker { margin: 0; font-size: 0.9rem; }
.verdict { font-size: clamp(1.9rem, 5.5vw, 3rem); font-weight: 700; letter-spacing: -0.025em; margin: 1.5rem 0 0.5rem; display: flex; gap: 0.35em; }
.verdict.is-good .sign { color: var(--good); }
.verdict.is-bad .sign { color: var(--bad); }
.lede { font-size: 1.2rem; margin: 0.25rem 0 0.75rem; }
.lede code { display: inline-block; max-width: 100%; }
.meta { font-size: 0.9rem; margin-top: 0.75rem; }
.theme { border: 1px solid var(--line); border-radius: 6px; padding: 0; margin: 0; display: flex; font-size: 0.85rem; overflow: hidden; }
.theme input { position: absolute; opacity: 0; pointer-events: none; }
.theme label { padding: 0.3rem 0.7rem; color: var(--quiet); cursor: pointer; min-height: 1.75rem; }
.theme label + input + label { border-left: 1px solid var(--line); }
.theme input:checked + label { background: var(--raised); color: var(--ink); font-weight: 600; }
.theme:has(:focus-visible) { outline: 3px solid var(--link); outline-offset: 2px; }

.contents { font-size: 0.95rem; padding: 1rem 0; border-bottom: 1px solid var(--line); }
.contents ol { list-style: none; padding: 0; margin: 0; max-width: none; }
.contents > ol > li { padding: 0.2rem 0; }
.contents a { color: var(--ink); text-decoration: none; display: inline-block; padding: 0.15rem 0; overflow-wrap: anywhere; }
.contents a:hover { text-decoration: underline; }
.contents > ol > li > a { font-weight: 600; }
.contents .inner a { color: var(--quiet); }
.contents .inner a:hover { color: var(--ink); }
.contents .inner { display: flex; flex-wrap: wrap; gap: 0 1rem; }
.contents .optional { display: none; }
.chapter { padding-top: 2.25rem; }
.chapter + .chapter { margin-top: 3rem; border-top: 1px solid var(--line); }
.part { padding-top: 2.5rem; }
.verdict-line { font-size: 1.05rem; margin-top: 0.6rem; display: flex; flex-wrap: wrap; gap: 0 0.6rem; }
@media (min-width: 64rem) {
  .columns { display: grid; grid-template-columns: 13.5rem minmax(0, 1fr); gap: 3.5rem; }
  .contents { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; border: 0; padding-top: 2.5rem; }
  .contents .inner, .contents .optional { display: block; padding: 0.1rem 0 0.5rem 0.75rem; margin-left: 0.1rem; border-left: 1px solid var(--line); }
}

table { border-collapse: collapse; width: 100%; margin: 0.25rem 0 1rem; font-size: 0.95rem; line-height: 1.4; }
caption { text-align: left; }
.caption { font-size: 0.9rem; color: var(--quiet); padding-bottom: 0.5rem; }
th, td { text-align: left; vertical-align: baseline; padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-size: 0.85rem; color: var(--quiet); vertical-align: bottom; }
.number { text-align: right; }
td.number, td > .good, td > .warn, td > .bad { white-space: nowrap; }
.stack tbody th, .stack td:not(.number) { overflow-wrap: anywhere; }
th .doc { display: block; font-size: 0.85rem; }
.scroll { overflow-x: auto; max-height: 26rem; overflow-y: auto; border: 1px solid var(--line); border-radius: 6px; margin-top: 0.5rem; }
.wide { font-size: 0.85rem; margin: 0; }
.wide th:not(:first-child), .wide td { text-align: right; }
.wide th, .wide td { padding: 0.25rem 0.9rem; white-space: nowrap; }
.wide thead th { position: sticky; top: 0; background: var(--ground); border-bottom: 0; box-shadow: inset 0 -1px var(--line); }
.wide tbody tr:last-child > * { border-bottom: 0; }
@media (max-width: 43.99rem) {
  .stack, .stack .caption, .stack tbody, .stack tr, .stack th, .stack td { display: block; width: 100%; }
  .stack thead { display: block; position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr { padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
  .stack tr > * { border: 0; padding: 0.1rem 0; }
  .stack tbody th { padding-bottom: 0.25rem; text-align: left; }
  .stack td, .stack tbody th[data-label] { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline; text-align: right; }
  .stack [data-label]::before { content: attr(data-label); color: var(--quiet); font-size: 0.9rem; text-align: left; flex: none; }
  .stack td.number { white-space: normal; }
  .stack td:has(.none) { display: none; }
  .wide th, .wide td { padding: 0.25rem 0.45rem; }
  .wide thead th { white-space: normal; }
}

.room { display: inline-block; vertical-align: middle; overflow: visible; }
.room .ground { stroke: var(--line); }
.room .bar { fill: currentColor; }
.room .whisker { stroke: currentColor; stroke-width: 1.5; fill: none; }
.room .tick { stroke: var(--ink); stroke-width: 2; }
.room.is-good { color: var(--good); }
.room.is-bad { color: var(--bad); }
.room.is-warn { color: var(--warn); }

.stories { padding-left: 1.5rem; }
.stories > li { padding: 0.35rem 0 0.6rem; }
.stories > li::marker { color: var(--quiet); }
.stories p { margin: 0.1rem 0; }
.command { margin: 0.35rem 0 0.75rem; padding: 0.5rem 0.75rem; background: var(--raised); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.85rem; max-width: 100%; }
.command code { font-size: 1em; user-select: all; }
.command span { display: inline-block; max-width: 100%; }
.hash { font-size: 0.85rem; overflow-wrap: anywhere; }

.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 1.1rem 2rem; margin: 0.75rem 0 0; }
.facts div { border-top: 1px solid var(--line); padding-top: 0.5rem; }
.facts dt, .pairs dt { font-size: 0.85rem; color: var(--quiet); }
.facts dd { margin: 0; }
.facts dd b { display: block; font-size: 1.3rem; letter-spacing: -0.01em; line-height: 1.3; }
.facts dd > span { font-size: 0.9rem; color: var(--quiet); }
.facts + .note { margin-top: 1.25rem; }
.pairs { margin: 0; }
.pairs div { display: grid; grid-template-columns: 6rem minmax(0, 1fr); padding: 0.15rem 0; align-items: baseline; }
.pairs dd { margin: 0; }

figure { margin: 1.75rem 0 0; }
figcaption .name { font-size: 1rem; overflow-wrap: anywhere; }
figcaption .says { display: block; font-size: 0.9rem; color: var(--quiet); }
.timeline { display: block; width: 100%; height: auto; margin: 0.5rem 0 0.25rem; }
.timeline.narrow { display: none; }
@media (max-width: 43.99rem) { .timeline.narrow { display: block; } .timeline.wide { display: none; } }
.axis { font: 11.5px var(--text); font-variant-numeric: tabular-nums; fill: var(--quiet); }
.grid { stroke: var(--line); stroke-width: 1; fill: none; }
.window { fill: var(--window); }
.window-edge { stroke: var(--bad); stroke-dasharray: 3 3; stroke-width: 1; fill: none; opacity: 0.8; }
.offered { fill: var(--offered); }
.offered-line { stroke: var(--offered-line); stroke-width: 1.25; fill: none; }
.admitted { stroke: var(--through); stroke-width: 2.25; fill: none; }
.refused { stroke: var(--block); stroke-width: 1.75; stroke-dasharray: 2 2.5; fill: none; }
.v-allow { fill: var(--allow); }
.v-slow { fill: url(#p-slow); }
.v-challenge { fill: url(#p-challenge); }
.v-throttle { fill: url(#p-throttle); }
.v-block { fill: var(--block); }
.mark-slow { fill: var(--slow); }
.line-challenge { stroke: var(--challenge); stroke-width: 2; }
.line-throttle { stroke: var(--throttle); stroke-width: 2; }
.wash-slow, .wash-challenge, .wash-throttle { fill: var(--ground); }
.swatch { vertical-align: -1px; margin-right: 0.35rem; }
.key { list-style: none; padding: 0; margin: 0.75rem 0; display: flex; flex-wrap: wrap; gap: 0.15rem 1.1rem; font-size: 0.9rem; max-width: none; }
.key-verdicts { color: var(--quiet); }

details { margin: 0.35rem 0; }
summary { cursor: pointer; color: var(--link); font-size: 0.9rem; padding: 0.3rem 0; width: fit-content; }
.assumptions { padding-left: 0; list-style: none; }
.assumptions li { padding: 0.4rem 0; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .contents, .theme, .skip { display: none; }
  .columns { display: block; }
  figure, tr, .stories > li { break-inside: avoid; }
}
@media (forced-colors: active) { .swatch, .timeline, .room { forced-color-adjust: none; background: Canvas; } }
`;
