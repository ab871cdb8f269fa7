/** Unicode's general categories and scripts, as patterns name them in `\pL` and `\p{Greek}`: those of the host's version of Unicode. */
import type { Range, Ranges } from "./regex-classes.ts";

const CATEGORIES = new Set(
  "C Cc Cf Co Cs L Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs".split(" "),
);
const CHARACTERS = 0x110000;
/** Characters that are asked about together: most blocks are all of a class, or none is. */
const BLOCK = 256;
/** Halves of pairs are no characters. */
const FIRST_HALF = 0xd800;
const END_OF_HALVES = 0xe000;

const known = new Map<string, Ranges | null>();

/** The characters of a category or script, or of `Any`; null where Unicode has none of the name. */
export function propertyRanges(name: string): Ranges | null {
  let ranges = known.get(name);
  if (ranges === undefined) known.set(name, (ranges = collect(name)));
  return ranges;
}

function collect(name: string): Ranges | null {
  if (name === "Any") return runsOf("[^]");
  const source = CATEGORIES.has(name) ? `\\p{gc=${name}}` : `\\p{Script=${name}}`;
  try {
    return runsOf(source);
  } catch {
    return null;
  }
}

function runsOf(source: string): Ranges {
  const some = new RegExp(source, "u");
  const every = new RegExp(`^${source}+$`, "u");
  const runs: [number, number][] = [];
  for (let first = 0; first < CHARACTERS; first += BLOCK) {
    if (first === FIRST_HALF) first = END_OF_HALVES;
    const block = Array.from({ length: BLOCK }, (_, index) => String.fromCodePoint(first + index));
    const text = block.join("");
    if (!some.test(text)) continue;
    if (every.test(text)) extend(runs, [first, first + BLOCK - 1]);
    else for (const [index, each] of block.entries()) if (some.test(each)) extend(runs, [first + index, first + index]);
  }
  return runs;
}

function extend(runs: [number, number][], [from, to]: Range): void {
  const last = runs.at(-1);
  if (last?.[1] === from - 1) last[1] = to;
  else runs.push([from, to]);
}
