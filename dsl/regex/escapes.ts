/** What follows a backslash in a pattern, inside a class and outside. */
import { fold, negate, PERL_CLASSES } from "./character-classes.ts";
import type { PatternCursor } from "./cursor.ts";
import { type CharacterSet, negated } from "./parts.ts";
import { propertyRanges } from "./properties.ts";

const CONTROL_ESCAPES: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** Two octal digits alone could be meant as a reference to a group, so only three are a number, and any after a zero. */
const OCTAL = /0[0-7]{0,2}|[1-7][0-7]{2}/y;
const HEX = /(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/y;
const PROPERTY = /\\([pP])(?:\{(\^?)(\w*)\}|([A-Z]))/y;

/** `\d`, `\pL` and the like; null where something else stands. */
export function namedClass(cursor: PatternCursor): CharacterSet | null {
  if (cursor.peek() !== "\\") return null;
  const letter = cursor.peek(1);
  if (letter === "p" || letter === "P") return property(cursor);
  const lower = letter.toLowerCase();
  const ranges = Object.hasOwn(PERL_CLASSES, lower) ? PERL_CLASSES[lower] : undefined;
  if (ranges === undefined) return null;
  cursor.at += 2;
  // Folded before they are negated, as in RE2.
  const spelt = cursor.flags.ignoreCase ? fold(ranges) : ranges;
  return { ranges: letter === lower ? spelt : negate(spelt), byCharacter: false };
}

function property(cursor: PatternCursor): CharacterSet {
  const start = cursor.at;
  const found = cursor.takesMatch(PROPERTY);
  if (found === null)
    cursor.fail("EP1207", "`\\p` needs the name of a class", "write `\\pL` or `\\p{Greek}`", start, start + 2);
  const [whole, letter, caret, inBraces, single] = found;
  const ranges = propertyRanges(inBraces ?? single ?? "");
  if (ranges === null)
    cursor.fail(
      "EP1207",
      `\`${whole}\` is no class`,
      "known are categories such as `L`, `Lu` or `Nd`, and scripts such as `Greek`",
      start,
    );
  const set = { ranges: cursor.flags.ignoreCase ? fold(ranges) : ranges, byCharacter: true };
  return (letter === "P") === (caret === "^") ? set : negated(set);
}

/** The character that an escape stands for; the backslash at `start` has been passed. */
export function escapedCharacter(cursor: PatternCursor, start: number): number {
  const octal = cursor.takesMatch(OCTAL);
  if (octal !== null) return Number.parseInt(octal[0], 8);
  const character = cursor.next();
  if (character === "")
    cursor.fail("EP1207", "the pattern ends in the middle of an escape", "write `\\\\` for a backslash", start);
  if (/[1-9]/.test(character))
    cursor.fail(
      "EP1205",
      `\`\\${character}\` is a back-reference, which is not supported`,
      "no pattern may take more than linear time",
      start,
    );
  if (Object.hasOwn(CONTROL_ESCAPES, character)) return CONTROL_ESCAPES[character] ?? 0;
  if (character === "x") return hexCharacter(cursor, start);
  if (/[A-Za-z0-9]/.test(character))
    cursor.fail(
      "EP1206",
      `\`\\${character}\` is not supported`,
      "escapes are `\\d \\w \\s \\b \\pL \\t \\n \\xHH` and marks such as `\\.`",
      start,
    );
  return character.charCodeAt(0);
}

function hexCharacter(cursor: PatternCursor, start: number): number {
  const digits = cursor.takesMatch(HEX);
  if (digits === null)
    cursor.fail("EP1207", "`\\x` needs two digits, or some in braces", "write `\\x41` or `\\x{e9}`", start);
  const code = Number.parseInt(digits[1] ?? digits[2] ?? "0", 16);
  if (code > 0x10ffff)
    cursor.fail("EP1207", `\`\\${digits[0]}\` is no character`, "the last one is `\\x{10FFFF}`", start);
  return code;
}
