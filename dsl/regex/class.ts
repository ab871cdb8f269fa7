/** A class of a pattern, `[…]`: its characters in ranges. */
import { fold, LAST_UNIT, negate, normalize, POSIX_CLASSES, type Range } from "./character-classes.ts";
import type { PatternCursor } from "./cursor.ts";
import { escapedCharacter, namedClass } from "./escapes.ts";
import { type CharacterSet, negated } from "./parts.ts";

const POSIX = /\[:(\^?)(\w+):\]/y;

/** Reads a class, whose bracket at `start` has been passed. */
export function readClass(cursor: PatternCursor, start: number): CharacterSet {
  const left = cursor.takes("^");
  const collected: Range[] = [];
  let byCharacter = false;
  for (let first = true; first || cursor.peek() !== "]"; first = false) {
    if (cursor.done)
      cursor.fail("EP1207", "this class is not closed", "write `\\[` for the character", start, start + 1);
    const item = classItem(cursor);
    collected.push(...item.ranges);
    byCharacter ||= item.byCharacter;
  }
  cursor.at++;
  const set = { ranges: normalize(collected), byCharacter };
  return left ? negated(set) : set;
}

function classItem(cursor: PatternCursor): CharacterSet {
  const start = cursor.at;
  const named = classInClass(cursor);
  if (named !== null) return named;
  const from = classCharacter(cursor);
  let to = from;
  if (cursor.peek() === "-" && cursor.peek(1) !== "]" && cursor.peek(1) !== "") {
    cursor.at++;
    if (classInClass(cursor) !== null)
      cursor.fail("EP1207", "a range ends in a class", "put `-` first or last for the character", start);
    to = classCharacter(cursor);
  }
  if (to < from)
    cursor.fail("EP1207", `the range \`${cursor.source.slice(start, cursor.at)}\` runs backwards`, "", start);
  const range: Range = [from, to];
  return { ranges: cursor.flags.ignoreCase ? fold([range]) : [range], byCharacter: to > LAST_UNIT };
}

/** `[:alpha:]`, `\d` or `\pL` inside a class; null where something else stands. */
function classInClass(cursor: PatternCursor): CharacterSet | null {
  const start = cursor.at;
  const posix = cursor.takesMatch(POSIX);
  if (posix === null) return namedClass(cursor);
  const ranges = Object.hasOwn(POSIX_CLASSES, posix[2] ?? "") ? POSIX_CLASSES[posix[2] ?? ""] : undefined;
  if (ranges === undefined)
    cursor.fail("EP1207", `\`${posix[0]}\` is no class`, `known are ${Object.keys(POSIX_CLASSES).join(" ")}`, start);
  const spelt = cursor.flags.ignoreCase ? fold(ranges) : ranges;
  return { ranges: posix[1] === "" ? spelt : negate(spelt), byCharacter: false };
}

function classCharacter(cursor: PatternCursor): number {
  const start = cursor.at;
  if (cursor.takes("\\")) return checked(cursor, escapedCharacter(cursor, start), start);
  const code = cursor.source.codePointAt(start) ?? 0;
  cursor.at += code > LAST_UNIT ? 2 : 1;
  return checked(cursor, code, start);
}

function checked(cursor: PatternCursor, code: number, start: number): number {
  if (code >= 0xd800 && code <= 0xdfff)
    cursor.fail("EP1206", "half of a character is none", "write the whole character, as in `\\x{1F600}`", start);
  return code;
}
