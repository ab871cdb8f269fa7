import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { searches } from "../../../../engine/reference/pattern.ts";
import { Automaton, Room } from "../../../../engine/regex/automaton.ts";
import { mostWork, nativePattern, staysLinear } from "../../../../engine/regex/backtracking.ts";
import { compilePattern } from "../../../../engine/regex/instructions.ts";
import { PatternMatcher } from "../../../../engine/regex/matcher.ts";
import { trimPattern } from "../../../../engine/regex/trim-pattern.ts";
import { arbitrarySource, arbitraryText, countBacktracking, patternOf } from "../../../helpers/patterns.ts";
import { check, scaled } from "../../../helpers/property.ts";

const linear = (source: string): boolean => staysLinear(trimPattern(patternOf(source)));

test("the host's RegExp, the automaton and the reference agree on every pattern", () => {
  check(
    fc.property(
      arbitrarySource,
      fc.boolean(),
      fc.array(arbitraryText, { minLength: 1, maxLength: 5 }),
      (source, ignoreCase, texts) => {
        const root = patternOf(source, ignoreCase);
        const trimmed = trimPattern(root);
        const matcher = new PatternMatcher({ source, ignoreCase, root });
        const automaton = new Automaton(trimmed, new Room());
        const native = staysLinear(trimmed) ? nativePattern(trimmed) : null;
        for (const text of texts) {
          const matches = searches(root, text);
          expect([source, text, matcher.test(text)]).toEqual([source, text, matches]);
          expect([source, text, automaton.test(text, 0)]).toEqual([source, text, matches]);
          if (native !== null) expect([source, text, native.test(text)]).toEqual([source, text, matches]);
        }
      },
    ),
    { runs: 1_500 },
  );
});

test("a pattern that is found linear takes no more steps than are promised", () => {
  let found = 0;
  check(
    fc.property(arbitrarySource, fc.array(arbitraryText, { minLength: 1, maxLength: 5 }), (source, texts) => {
      const trimmed = trimPattern(patternOf(source));
      if (!staysLinear(trimmed)) return;
      found++;
      for (const text of texts) {
        const most = mostWork(compilePattern(trimmed)) * (text.length + 1);
        expect([source, text, countBacktracking(trimmed, text, most) <= most]).toEqual([source, text, true]);
      }
    }),
    { runs: 1_500 },
  );
  expect(found).toBeGreaterThan(scaled(400));
});

describe("patterns that backtracking is slow at are left to the automaton", () => {
  test.each([
    "x(a*)*b",
    "^(a*)*b",
    "^(a|a)*b",
    "^(a|a?)+b",
    "^a*a*a*b",
    "x.*.*x=",
    "c.*.*x",
    "^(x+x+)+y",
    "^(a|aa)+b",
    "^([a-z]+)*!",
    "b[a-z]+!",
    "[ab]a*!",
    "a.{20}b",
    "^(.*,){20}P",
    "(?:a?){20}a{20}$",
    "^(?:\\ba*|a*)*b",
  ])("%s", (source) => expect(linear(source)).toBe(false));
});

describe("ordinary patterns are given to RegExp", () => {
  test.each([
    "^/v[0-9]+/orders/[^/]+$",
    "^[a-z0-9._-]+@[a-z0-9.-]+$",
    "^(?:[a-z]+\\.)+example\\.com$",
    "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}$",
    "curl/[0-9]+\\.[0-9]+",
    "\\b(?:sqlmap|nikto|nmap|nessus)\\b",
    ".*bot.*",
    "\\.(?:php|asp|cgi)$",
    "union\\s+select",
    "^.*\\.js$",
    "[0-9]+",
  ])("%s", (source) => expect(linear(source)).toBe(true));
});

test("what a backtracking matcher is slow at is answered on long texts, and RegExp is given none that are too long", () => {
  const text = "a".repeat(300_000);
  for (const [source, tail, matches] of [
    ["x(a*)*b", "!", false],
    ["^(a|a)*b", "!", false],
    ["^a*a*a*b", "b", true],
    ["^(a+a+)+y", "y", true],
    ["^[a-z]+!$", "!", true],
    ["^(?:a|b)+$", "", true],
  ] as const) {
    expect(new PatternMatcher({ source, ignoreCase: false, root: patternOf(source) }).test(text + tail)).toBe(matches);
  }
});

describe("a pattern as RegExp reads it", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["^(?:ab){1,2}$", ["ab", "abab"], ["", "ababab", "ab{1,2}"]],
    ["^(?:ab){2,}$", ["abab", "ababab"], ["ab", "ab{2,}"]],
    ["^a", ["ab"], ["ba"]],
    ["a$", ["ba"], ["ab"]],
    ["\\ba", ["-a"], ["ba"]],
    ["\\Ba", ["ba"], ["-a"]],
    ["[a-cx]\\u{2028}", ["b\u2028", "x\u2028"], ["d\u2028", "-\u2028"]],
    ["(?:|a)b", ["b", "ab"], ["a"]],
  ])("/%s/", (source, matching, others) => {
    const native = nativePattern(patternOf(source.replace("\\u{2028}", "\u2028")));
    expect([...matching, ...others].filter((text) => native.test(text))).toEqual(matching);
  });

  test("a choice of nothing matches nothing, and an empty pattern everything", () => {
    const nothing = nativePattern({ kind: "choice", items: [] });
    expect(["", "a"].map((text) => nothing.test(text))).toEqual([false, false]);
    expect(nativePattern({ kind: "empty" }).test("a")).toBe(true);
  });
});

test("a pattern of more than 256 instructions is not looked at", () => {
  const sizeOf = (length: number): number => compilePattern(patternOf(`^${"x".repeat(length)}`)).kinds.length;
  const most = Array.from({ length: 256 }, (_, length) => length).find((length) => sizeOf(length) === 256)!;
  expect([linear(`^${"x".repeat(most)}`), linear(`^${"x".repeat(most + 1)}`)]).toEqual([true, false]);
});
