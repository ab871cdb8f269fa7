/** Text of others in GitHub-flavoured Markdown: shown as it is, whatever it holds. */
import { visible } from "../report/words.ts";

/**
 * What Markdown, its tables, GitHub's extensions (mentions, issue numbers, mathematics, emoji) or HTML read as more than itself. As numeric
 * references it is text and nothing else (CommonMark 0.31 §2.5), inside `code` elements too. An underscore within a word is no mark; what
 * begins with `www.` or `http:` would become a link by itself (GFM §6.9).
 */
const MEANS_MORE = /[&<>`|*[\]~@#\\$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=\/)|(?<=www)\./gi;

/** `text` as a cell or part of a sentence. */
export function markdownText(text: string): string {
  return visible(text).replace(MEANS_MORE, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** `text` in the type of code. */
export function markdownCode(text: string): string {
  return text === "" ? "" : `<code>${markdownText(text)}</code>`;
}

/**
 * Lines of text inside `pre`, as they stand.
 *
 * @param mostLines - Further ones are left out, which is said.
 */
export function preformatted(text: string, mostLines: number): string {
  const lines = text.trimEnd().split("\n");
  const shown = lines.slice(0, mostLines).map((line) => visible(line.slice(0, LONGEST_LINE)));
  const more = lines.length > mostLines ? [`… and ${lines.length - mostLines} lines more`] : [];
  // A blank line would end the HTML block that this stands in (CommonMark §4.6).
  return `<pre>${[...shown, ...more].map((line) => escapeHtml(line) || "&#32;").join("\n")}</pre>`;
}

const LONGEST_LINE = 200;

function escapeHtml(text: string): string {
  return text.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
