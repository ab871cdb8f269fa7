/** Regular expressions for tests: read from their text, generated over few letters, and searched for by counted backtracking. */
import fc from "fast-check";
import { PatternReader } from "../../dsl/regex/pattern.ts";
import type { PatternNode } from "../../engine/index.ts";
import { compilePattern, Instruction } from "../../engine/regex/instructions.ts";

/** The pattern between two slashes, as policies have it. */
export function patternOf(source: string, ignoreCase = false): PatternNode {
  return new PatternReader(source, ignoreCase).read();
}

const leaf = fc.constantFrom(
  ..."aabbc".split(""),
  "[ab]",
  "[^a]",
  ".",
  "\\d",
  "k",
  "\\b",
  "\\B",
  "^",
  "$",
  "(?m:^)",
  "(?m:$)",
  "",
);
const repeats = fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "{2,}", "{0}");

/** Sources of patterns of all kinds, anchored and not. */
export const arbitrarySource: fc.Arbitrary<string> = fc.letrec<{ part: string; group: string }>((tie) => ({
  group: fc.array(tie("part"), { maxLength: 4 }).map((parts) => parts.join("")),
  part: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    { weight: 5, arbitrary: leaf },
    { weight: 2, arbitrary: fc.tuple(tie("group"), repeats).map(([group, repeat]) => `(?:${group})${repeat}`) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom("a", "b", "[ab]", "."), repeats).map((parts) => parts.join("")) },
    { weight: 2, arbitrary: fc.tuple(tie("group"), tie("group")).map(([a, b]) => `(?:${a}|${b})`) },
  ),
})).group;

/** Texts over the letters of the patterns: random ones, and long repetitions. */
export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", "c", "k", "K", "\u212a", "1", "_", "-", "\n", "é"), maxLength: 12 }),
  fc
    .tuple(
      fc.string({ unit: fc.constantFrom("a", "b", "c", "-"), maxLength: 3 }),
      fc.nat(30),
      fc.constantFrom("", "a", "b", "!"),
    )
    .map(([text, count, end]) => text.repeat(count) + end),
);

/** How many steps a backtracking search without any cleverness takes, up to `most`. */
export function countBacktracking(root: PatternNode, text: string, most: number): number {
  const { kinds, x, y, members, classes, start } = compilePattern(root);
  let steps = 0;
  for (let from = 0; from <= text.length; from++) {
    const open: [at: number, place: number][] = [[start, from]];
    for (let next = open.pop(); next !== undefined && steps <= most; next = open.pop()) {
      const [at, place] = next;
      steps++;
      const unit = place < text.length ? classes.of(text.charCodeAt(place)) : -1;
      if (kinds[at] === Instruction.match) return steps;
      if (kinds[at] === Instruction.set) {
        if (unit >= 0 && members[x[at]! * classes.count + unit] === 1) open.push([y[at]!, place + 1]);
      } else if (kinds[at] === Instruction.split) open.push([y[at]!, place], [x[at]!, place]);
      // Assertions are taken to hold but for the start, which is what keeps an attempt from going on.
      else if (kinds[at] !== Instruction.start || place === 0) open.push([x[at]!, place]);
    }
  }
  return steps;
}
