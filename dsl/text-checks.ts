/** What is checked of a text before it is read as a policy: size, and characters that no policy may hold. */
import type { ILexingError } from "chevrotain";
import { METHODS, type Span } from "../engine/index.ts";
import type { BuildContext } from "./build-ast/context.ts";
import type { Fix } from "./diagnostic.ts";

const BYTE_ORDER_MARK = "\uFEFF";
/** Control characters but tab and line ends, and the marks that turn the direction of text around (CVE-2021-42574). */
// oxlint-disable-next-line no-control-regex -- finding them is the point
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;
/** From this many on a file is taken for something that is not text at all. */
const BINARY = 20;

/**
 * Reports what is wrong with a text as a whole.
 *
 * @returns The text to read, of the same length, with what was reported replaced by spaces; null if there is nothing to read.
 */
export function checkText(text: string, bytesMax: number, context: BuildContext): string | null {
  if (isTooLarge(text, bytesMax)) {
    context.error(
      "EP1001",
      `the file is larger than ${sizeText(bytesMax)}`,
      context.span(0, 0),
      'move long lists to files: `list NAME : TYPE from "file"`',
    );
    return null;
  }
  const unmarked = text.startsWith(BYTE_ORDER_MARK) ? dropMark(text, context) : text;
  return replaceForbidden(unmarked, context);
}

function isTooLarge(text: string, bytesMax: number): boolean {
  if (text.length > bytesMax) return true;
  return text.length * 3 > bytesMax && new TextEncoder().encode(text).length > bytesMax;
}

function sizeText(bytes: number): string {
  return bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2} MiB` : `${bytes} bytes`;
}

function dropMark(text: string, context: BuildContext): string {
  context.error(
    "EP1002",
    "the file begins with a byte-order mark",
    context.span(0, 1),
    "save it as UTF-8 without one",
    { span: context.span(0, 1), text: "" },
  );
  return ` ${text.slice(1)}`;
}

/** Reports forbidden characters once, at the first, however many there are. */
function replaceForbidden(text: string, context: BuildContext): string | null {
  FORBIDDEN.lastIndex = 0;
  const first = FORBIDDEN.exec(text);
  if (first === null) return text;
  const count = text.match(FORBIDDEN)?.length ?? 1;
  const span: Span = context.span(first.index, first.index + 1);
  if (first[0] === "\0" || count >= BINARY) {
    context.error("EP1003", "the file is not text", span, "a policy is a UTF-8 text file");
    return null;
  }
  const others = count === 1 ? "" : `, the first of ${count}`;
  context.error(
    "EP1003",
    `${codeName(first[0])} may not stand in a policy${others}`,
    span,
    "delete it, or write it in a string as `\\u{…}`",
  );
  return text.replace(FORBIDDEN, " ");
}

function codeName(character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return `the invisible character U+${code}`;
}

/** Marks of other languages and what is written here instead. */
const CHARACTER_HELP: Readonly<Record<string, string>> = {
  "&": "conditions are joined with `and`",
  "!": "conditions are negated with `not`, values compared with `!=`",
  "#": "comments begin with `//`",
  "'": "strings stand in double quotes",
  "`": "strings stand in double quotes",
  "“": 'strings stand in straight double quotes: `"`',
  "”": 'strings stand in straight double quotes: `"`',
  "/": "a regular expression stands after `matches`, a rate is `10 per 1s`; comments begin with `//`",
  ";": "nothing ends a clause or a declaration: leave it out",
  "\u00A0": "this is a non-breaking space: type a space",
};

/** What a path without quotes follows: a method, but not one that is compared. */
const AFTER_METHOD = new RegExp(`(?<!(?:\\bis|\\bnot|[=!]=)\\s*)\\b(?:${METHODS.join("|")})\\s+$`);
/** The longest method, what it may be compared by, and some blanks. */
const METHOD_REACH = 32;

/** The word around an offset, and where it begins, if it is a path that lacks its quotes. */
function barePathAt(offset: number, text: string): { readonly start: number; readonly path: string } | null {
  let start = offset;
  while (start > 0 && !/\s/.test(text[start - 1] ?? "")) start--;
  if (text[start] !== "/" || !AFTER_METHOD.test(text.slice(Math.max(0, start - METHOD_REACH), start))) return null;
  return { start, path: /^[^\s"]*/.exec(text.slice(start))?.[0] ?? "" };
}

/** Reports characters that are no tokens. */
export function reportCharacters(problem: ILexingError, text: string, context: BuildContext): void {
  const bare = text[problem.offset] === "/" ? barePathAt(problem.offset, text) : null;
  if (bare === null) return reportCharacter(problem, text, context);
  // Each of its slashes is a problem of its own to the lexer.
  if (problem.offset !== bare.start) return;
  const [span, meant] = [context.span(bare.start, bare.start + bare.path.length), `"${bare.path}"`];
  context.error("EP1004", "paths stand in double quotes", span, `write \`${meant}\``, { span, text: meant });
}

function reportCharacter(problem: ILexingError, text: string, context: BuildContext): void {
  const run = text.slice(problem.offset, problem.offset + problem.length);
  const [first = ""] = run;
  const shown = run.length > 20 ? `${run.slice(0, 20)}…` : run;
  const span = context.span(problem.offset, problem.offset + problem.length);
  context.error(
    "EP1004",
    `unexpected \`${shown}\``,
    span,
    CHARACTER_HELP[first] ?? "such characters stand in strings and comments only",
    characterFix(run, span, text),
  );
}

/** The text for marks that can only have been meant for one thing, set apart from its neighbours. */
function characterFix(run: string, span: Span, text: string): Fix | null {
  if (/^;+$/.test(run)) return { span, text: "" };
  if (/^\u00A0+$/.test(run)) return { span, text: " " };
  if (run !== "&" && run !== "&&") return null;
  const [before, after] = [text[span.start - 1] ?? " ", text[span.end] ?? " "];
  return { span, text: `${/\s/.test(before) ? "" : " "}and${/\s/.test(after) ? "" : " "}` };
}
