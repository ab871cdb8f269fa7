/** How wide text is on a terminal: tabs, wide and combining characters, and what may not be printed at all; and lines of a width. */

/** Columns between tab stops in excerpts. */
const TAB = 4;

/** Wide in East Asian typography or as emoji (the W and F blocks of Unicode's EastAsianWidth.txt, joined into ranges). */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Zero-width space, non-joiner and joiner, and the variation selector of emoji. */
const INVISIBLE: ReadonlySet<number> = new Set([0x200b, 0x200c, 0x200d, 0xfe0f]);

/** Columns that one character takes, given as its code point. */
function widthOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^[\p{Mn}\p{Me}]$/u.test(character) || INVISIBLE.has(code)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** Columns of a text that begins in column `start` (from 0), tabs included. */
export function displayWidth(text: string, start = 0): number {
  let column = start;
  for (const character of text) column += character === "\t" ? TAB - (column % TAB) : widthOf(character);
  return column - start;
}

/** The text as it can be printed: tabs as spaces, and control characters, which could drive the terminal, as `\uFFFD`. */
export function printable(text: string, start = 0): string {
  let shown = "";
  let column = start;
  for (const character of text) {
    const width = character === "\t" ? TAB - (column % TAB) : widthOf(character);
    shown += character === "\t" ? " ".repeat(width) : withoutControl(character);
    column += width;
  }
  return shown;
}

// oxlint-disable-next-line no-control-regex -- finding them is the point
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\uFEFF]/g;

/** Control characters (but newlines), direction marks and lone surrogates replaced. */
export function withoutControl(text: string): string {
  return text.replace(CONTROL, "\uFFFD").toWellFormed();
}

/** Cuts a sentence into lines of at most `width` characters, at its blanks; a longer word has a line of its own. */
export function wrapText(text: string, width: number): string[] {
  return fillLines(text.split(" "), width);
}

/** Lines of at most `width` characters, as many pieces in each as fit, with blanks between them; a longer piece has a line of its own. */
export function fillLines(pieces: readonly string[], width: number): string[] {
  const [first = "", ...others] = pieces;
  const lines = [first];
  for (const piece of others) {
    const longer = `${lines.at(-1) ?? ""} ${piece}`;
    if (longer.length > width) lines.push(piece);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
