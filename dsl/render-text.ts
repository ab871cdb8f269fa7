/** Diagnostics as text for people: the message, an excerpt with carets, notes with theirs, and the help. */
import type { Span } from "../engine/index.ts";
import type { Diagnostic, Severity } from "./diagnostic.ts";
import { lineText, positionAt, type SourceFile } from "./source.ts";
import { displayWidth, printable, withoutControl } from "./text-width.ts";

/** How diagnostics are shown. */
export interface RenderOptions {
  /** Whether to use ANSI colours. */
  readonly color: boolean;
}

/** Widest excerpt. Longer lines are cut around the span, so that a policy on one line gives no page of text. */
const EXCERPT_MAX = 120;
/** How much of a cut line stands before the span. */
const LEAD = 40;

/**
 * Renders diagnostics one after the other, with an empty line between them; empty where there are none.
 *
 * @param sources - By the file number of spans. Without its source a diagnostic is shown without a place.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceFile[],
  options: RenderOptions,
): string {
  const paint = options.color ? ansi : plain;
  return diagnostics.map((diagnostic) => renderOne(diagnostic, sources, paint)).join("\n");
}

/** The line of a span with its place and carets, as diagnostics show it; empty where there is no such source. */
export function renderExcerpt(span: Span, sources: readonly SourceFile[]): string {
  return excerpt(span, sources, gutterWidth([span], sources), "error", plain)
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

type Style = Severity | "frame" | "strong" | "help";
type Paint = (text: string, style: Style) => string;

const CODES: Readonly<Record<Style, string>> = {
  error: "1;31",
  warning: "1;33",
  frame: "34",
  strong: "1",
  help: "36",
};

function ansi(text: string, style: Style): string {
  return `\u001B[${CODES[style]}m${text}\u001B[0m`;
}

function plain(text: string): string {
  return text;
}

function renderOne(diagnostic: Diagnostic, sources: readonly SourceFile[], paint: Paint): string {
  const { severity, code, notes, help } = diagnostic;
  const gutter = gutterWidth([diagnostic.span, ...notes.map((note) => note.span)], sources);
  const title = `${paint(`${severity}[${code}]`, severity)}: ${paint(withoutControl(diagnostic.message), "strong")}`;
  const lines = [title, ...excerpt(diagnostic.span, sources, gutter, severity, paint)];
  for (const note of notes) {
    lines.push(`${paint("note", "frame")}: ${withoutControl(note.message)}`);
    lines.push(...excerpt(note.span, sources, gutter, "frame", paint));
  }
  if (help !== "")
    lines.push(`${" ".repeat(gutter + 1)} ${paint("=", "frame")} ${paint("help", "help")}: ${withoutControl(help)}`);
  return `${lines.join("\n")}\n`;
}

/** Digits of the largest line number shown. */
function gutterWidth(spans: readonly Span[], sources: readonly SourceFile[]): number {
  const numbers = spans.map((span) => {
    const source = sources[span.file];
    return source === undefined ? 1 : positionAt(source, span.start).line;
  });
  return String(Math.max(...numbers)).length;
}

function excerpt(
  span: Span,
  sources: readonly SourceFile[],
  gutter: number,
  style: Style,
  paint: Paint,
): readonly string[] {
  const source = sources[span.file];
  if (source === undefined) return [];
  const { line, column } = positionAt(source, span.start);
  const pad = " ".repeat(gutter);
  const place = `${pad} ${paint("-->", "frame")} ${withoutControl(source.path)}:${line}:${column}`;
  if (source.text === "") return [place];
  const { text, carets } = markedLine(lineText(source, line), column - 1, span.end - span.start);
  const bar = paint("|", "frame");
  return [
    place,
    `${pad}  ${bar}`,
    ` ${paint(String(line).padStart(gutter), "frame")} ${bar} ${text}`.trimEnd(),
    `${pad}  ${bar} ${carets.replace(/\^+/, (run) => paint(run, style))}`,
  ];
}

/** A line as it is shown and the carets below it. A span that goes on past the line is marked to its end. */
function markedLine(line: string, start: number, length: number): { text: string; carets: string } {
  const end = Math.min(line.length, start + Math.max(length, 1));
  const short = line.length <= EXCERPT_MAX && displayWidth(line) <= EXCERPT_MAX;
  const from = short ? 0 : Math.max(0, start - LEAD);
  // No more than can be shown is looked at: a line may be a megabyte.
  const until = from + EXCERPT_MAX + 1;
  const lead = from === 0 ? "" : "…";
  const before = printable(line.slice(from, start), lead.length);
  const marked = printable(line.slice(start, Math.min(end, until)), displayWidth(before) + lead.length);
  const shown = lead + printable(line.slice(from, until), lead.length);
  const text = cut(shown, EXCERPT_MAX);
  const offset = displayWidth(lead + before);
  const carets = Math.max(1, Math.min(displayWidth(marked), EXCERPT_MAX - offset));
  return { text, carets: " ".repeat(offset) + "^".repeat(carets) };
}

function cut(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  for (const character of text) {
    if (displayWidth(kept + character) >= columns) break;
    kept += character;
  }
  return `${kept}…`;
}
