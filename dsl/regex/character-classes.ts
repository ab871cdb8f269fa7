/**
 * Character classes of regular expressions as sorted, disjoint ranges of UTF-16 code units or characters: named classes as RE2 defines
 * them (github.com/google/re2/wiki/Syntax), negation, and case folding by Unicode's simple folding.
 */

export type Range = readonly [number, number];
export type Ranges = readonly Range[];

export const LAST_UNIT = 0xffff;
const LAST_CHARACTER = 0x10ffff;
const HALVES: Range = [0xd800, 0xdfff];

const DIGIT: Ranges = [[48, 57]];
const WORD: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
/** RE2's `\s` has no vertical tab. */
const SPACE: Ranges = [
  [9, 10],
  [12, 13],
  [32, 32],
];

/** `.` where the flag `s` stands. */
export const ALL: Ranges = [[0, LAST_UNIT]];

/** `.`: anything but a newline. */
export const ANY: Ranges = [
  [0, 9],
  [11, LAST_UNIT],
];

/** `\d \w \s`; capitals are their negations. */
export const PERL_CLASSES: Readonly<Record<string, Ranges>> = { d: DIGIT, w: WORD, s: SPACE };

/** `[[:alpha:]]` and the others; all are ASCII. */
export const POSIX_CLASSES: Readonly<Record<string, Ranges>> = {
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  alpha: [
    [65, 90],
    [97, 122],
  ],
  ascii: [[0, 127]],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit: DIGIT,
  graph: [[33, 126]],
  lower: [[97, 122]],
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  upper: [[65, 90]],
  word: WORD,
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
};

/** Sorts ranges and joins those that touch. */
export function normalize(ranges: Ranges): Ranges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** Every unit and character that normalized ranges do not hold. */
export function negate(ranges: Ranges): Ranges {
  const rest: Range[] = [];
  let next = 0;
  for (const [from, to] of ranges) {
    if (from > next) rest.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST_CHARACTER) rest.push([next, LAST_CHARACTER]);
  return rest;
}

/** Ranges as far as they are units. */
export function unitsOf(ranges: Ranges): Ranges {
  const last = ranges.at(-1);
  if (last === undefined || last[1] <= LAST_UNIT) return ranges;
  return ranges.flatMap(([from, to]): Range[] => (from > LAST_UNIT ? [] : [[from, Math.min(to, LAST_UNIT)]]));
}

/** Normalized ranges without halves of pairs. */
export function withoutHalves(ranges: Ranges): Ranges {
  return negate(normalize([...negate(ranges), HALVES]));
}

/** Adds the other cases of every unit; characters past the basic plane have none here. */
export function fold(ranges: Ranges): Ranges {
  const added: Range[] = [...ranges];
  const table = orbitTable();
  for (const [from, to] of ranges) {
    const units = to - from < table.size ? eachOf(from, to) : table.keys();
    for (const unit of units) {
      if (unit >= from && unit <= to) for (const other of table.get(unit) ?? []) added.push([other, other]);
    }
  }
  return normalize(added);
}

function* eachOf(from: number, to: number): Generator<number> {
  for (let unit = from; unit <= to; unit++) yield unit;
}

let orbits: ReadonlyMap<number, readonly number[]> | undefined;

/** For each unit with other cases, those cases. About 2,700 units have some; the table is made at the first use. */
function orbitTable(): ReadonlyMap<number, readonly number[]> {
  orbits ??= makeOrbits();
  return orbits;
}

function makeOrbits(): ReadonlyMap<number, readonly number[]> {
  const classes = new Map<number, number[]>();
  for (let unit = 0; unit <= LAST_UNIT; unit++) {
    const folded = simpleFold(unit);
    const members = classes.get(folded);
    if (members === undefined) classes.set(folded, [unit]);
    else members.push(unit);
  }
  const table = new Map<number, readonly number[]>();
  for (const members of classes.values()) {
    if (members.length > 1)
      for (const unit of members)
        table.set(
          unit,
          members.filter((other) => other !== unit),
        );
  }
  return table;
}

/** The lower case of the upper case, where both are one unit: this is simple folding but for the two Turkish letters. */
function simpleFold(unit: number): number {
  if (unit === DOTTED_I || unit === DOTLESS_I || (unit >= 0xd800 && unit <= 0xdfff)) return unit;
  const upper = String.fromCharCode(unit).toUpperCase();
  const lower = (upper.length === 1 ? upper : String.fromCharCode(unit)).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : unit;
}

const DOTTED_I = 0x130;
const DOTLESS_I = 0x131;
