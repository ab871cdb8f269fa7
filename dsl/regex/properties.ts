/** Unicode's general categories and scripts, as patterns name them in `\pL` and `\p{Greek}`: those of the host's version of Unicode. */
import type { Range, Ranges } from "./character-classes.ts";

const CATEGORIES = new Set(
  "C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs".split(" "),
);
const CHARACTERS = 0x110000;
/** Characters that are searched together; all of a block are one unit, or all are two. Halves of pairs are a block, and are no characters. */
const BLOCK = 2_048;
const FIRST_HALF = 0xd800;
/** Planes in which Unicode has assigned nothing. */
const EMPTY_PLANES = 0x40000;
const END_OF_EMPTY_PLANES = 0xe0000;
const ANY: Ranges = [
  [0, FIRST_HALF - 1],
  [0xe000, CHARACTERS - 1],
];

const known = new Map<string, Ranges | null>();

/** The characters of a category or script, or of `Any`; null where Unicode has none of the name. */
export function propertyRanges(name: string): Ranges | null {
  let ranges = known.get(name);
  if (ranges === undefined) known.set(name, (ranges = collect(name)));
  return ranges;
}

function collect(name: string): Ranges | null {
  if (name === "Any") return ANY;
  // RE2's `C` has no characters that Unicode has not assigned.
  if (name === "C") return runsOf("[\\p{Cc}\\p{Cf}\\p{Co}]");
  const source = CATEGORIES.has(name) ? `\\p{gc=${name}}` : `\\p{Script=${name}}`;
  try {
    return runsOf(source);
  } catch {
    return null;
  }
}

function runsOf(source: string): Ranges {
  const member = new RegExp(`${source}+`, "gu");
  const runs: [number, number][] = [];
  for (let first = 0; first < CHARACTERS; first += BLOCK) {
    if (first === FIRST_HALF) continue;
    if (first === EMPTY_PLANES) first = END_OF_EMPTY_PLANES;
    const text = String.fromCodePoint(...Array.from({ length: BLOCK }, (_, index) => first + index));
    const width = text.length / BLOCK;
    for (const { index, 0: found } of text.matchAll(member)) {
      const from = first + index / width;
      extend(runs, [from, from + found.length / width - 1]);
    }
  }
  return runs;
}

function extend(runs: [number, number][], [from, to]: Range): void {
  const last = runs.at(-1);
  if (last?.[1] === from - 1) last[1] = to;
  else runs.push([from, to]);
}
