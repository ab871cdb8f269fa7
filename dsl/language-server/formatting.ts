/** Formatting: the canonical format, as edits of what differs and of nothing else, so that cursors and folds stay. */
import type { TextEdit } from "vscode-languageserver";
import { format } from "../format.ts";
import type { SourceFile } from "../source.ts";
import { toRange } from "./positions.ts";
import type { OpenDocument } from "./workspace.ts";

/** Edits that bring a document into the canonical format; none where it has syntax errors. */
export function formatting({ source, isPolicy }: OpenDocument): TextEdit[] {
  const { text } = isPolicy ? format(source.text) : { text: null };
  return text === null ? [] : [...minimalEdits(source, text)];
}

/** Edits that make one text of another. Where they differ in white space alone, each edit replaces one run of it. */
export function minimalEdits(source: SourceFile, wanted: string): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  const { text } = source;
  let from = 0;
  let to = 0;
  while (from < text.length || to < wanted.length) {
    const end = spaceEnd(text, from);
    const wantedEnd = spaceEnd(wanted, to);
    if (text.slice(from, end) !== wanted.slice(to, wantedEnd))
      edits.push({ range: toRange(source, { start: from, end }), newText: wanted.slice(to, wantedEnd) });
    [from, to] = [end, wantedEnd];
    // Past white space both have the same, or the rest is replaced.
    if (text[from] !== wanted[to]) return [...edits, ...restEdit(source, from, wanted.slice(to))];
    if (from < text.length) [from, to] = [from + 1, to + 1];
  }
  return edits;
}

function spaceEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && /\s/.test(text.charAt(end))) end++;
  return end;
}

/** The rest of the text, but for what it ends with in common. */
function restEdit(source: SourceFile, from: number, wanted: string): readonly TextEdit[] {
  const rest = source.text.slice(from);
  let common = 0;
  const most = Math.min(rest.length, wanted.length);
  while (common < most && rest.at(-1 - common) === wanted.at(-1 - common)) common++;
  const end = source.text.length - common;
  return [{ range: toRange(source, { start: from, end }), newText: wanted.slice(0, wanted.length - common) }];
}
