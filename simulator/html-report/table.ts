/** Tables: with a caption, heads of rows and columns, numbers in columns of their own; on a narrow screen a row is a block of its own. */
import { type Html, html, type Part } from "./html.ts";

export interface Column {
  readonly head: string;
  /** Numbers stand at the right. */
  readonly number?: boolean;
  /** Of the first column: whether its cells do not say by themselves what they are, so that its head stands before each on a narrow screen. */
  readonly named?: boolean;
}

export interface TableOptions {
  readonly caption: string;
  /** The first one heads each row. */
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Part[])[];
  /** Rows that are shown; how many more there are is said below. */
  readonly most: number;
  /** Whether the caption is for screen readers alone, because a heading or a fold says the same. */
  readonly quiet?: boolean;
}

/** A table whose rows become blocks where the screen is narrow. Roles are named because browsers forget those of tables laid out otherwise. */
export function table({ caption, columns, rows, most, quiet }: TableOptions): Html {
  const shown = rows.slice(0, most);
  return html`<table role="table" class="stack"><caption class="${quiet === true ? "unseen" : "caption"}">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(headCell)}</tr></thead>
<tbody role="rowgroup">${shown.map((row) => html`<tr role="row">${row.map((cell, i) => bodyCell(cell, columns[i], i))}</tr>\n`)}</tbody></table>
${moreNote(rows.length - shown.length)}`;
}

/** A table of many numbers, all but the heads of its rows, which keeps its shape and scrolls by itself. */
export function wideTable(options: TableOptions): Html {
  const { caption, columns, rows } = options;
  return html`<div class="scroll" role="group" tabindex="0" aria-label="${caption}"><table class="wide"><caption class="unseen">${caption}</caption>
<thead><tr>${columns.map(({ head }) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>\n`)}</tbody></table></div>`;
}

function headCell({ head, number }: Column): Html {
  return html`<th role="columnheader" scope="col"${numeric(number)}>${head}</th>`;
}

function bodyCell(cell: Part, column: Column | undefined, place: number): Html {
  if (place === 0) {
    const label = column?.named === true ? html` data-label="${column.head}"` : null;
    return html`<th role="rowheader" scope="row"${label}><span>${cell}</span></th>`;
  }
  return html`<td role="cell" data-label="${column?.head ?? ""}"${numeric(column?.number)}><span>${cell}</span></td>`;
}

const NUMBER = html` class="number"`;

function numeric(is: boolean | undefined): Html | null {
  return is === true ? NUMBER : null;
}

/** Says what a list leaves out; nothing where that is nothing. */
export function moreNote(more: number): Html | null {
  return more <= 0
    ? null
    : html`<p class="note">${more} more are left out here; <code>--format json</code> has all.</p>`;
}

/** What is folded until somebody asks for it. */
export function fold(summary: Part, body: Part): Html {
  return html`<details><summary>${summary}</summary>
${body}</details>`;
}
