/** Patterns that take lines apart: the same as the host's `RegExp`, in linear time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linePattern } from "../../../../traffic/mapping/line-pattern.ts";
import { PatternMachine } from "../../../../traffic/mapping/pattern-machine.ts";
import { groupsOf, parsePattern } from "../../../../traffic/mapping/pattern-syntax.ts";

function groups(source: string, line: string): unknown {
  const pattern = linePattern(source);
  if (typeof pattern === "string") throw new Error(pattern);
  const texts = pattern.match(line);
  return texts === null ? null : Object.fromEntries(pattern.groups.map((name, index) => [name, texts[index]]));
}

describe("a pattern", () => {
  it("takes a line apart", () => {
    const source = String.raw`(?<ip>\S+) \S+ (?<user>\S+) \[(?<time>[^\]]+)\] "(?<request>[^"]*)" (?<status>\d{3})(?: (?<size>\d+|-))?.*`;
    expect(groups(source, '192.0.2.1 - bob [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 17 "-"')).toEqual({
      ip: "192.0.2.1",
      user: "bob",
      time: "17/May/2015:10:05:03 +0000",
      request: "GET / HTTP/1.1",
      status: "200",
      size: "17",
    });
    expect(groups(source, "192.0.2.1 - bob")).toBeNull();
  });

  it("has to fit the whole line", () => {
    expect([groups("(?<a>a)", "ab"), groups("(?<a>a)", "ba"), groups("^(?<a>a)$", "a")]).toEqual([
      null,
      null,
      { a: "a" },
    ]);
  });

  it("takes time linear in the line where a backtracking matcher would not", () => {
    for (const source of ["(?<a>(?:a|a)*)b", "(?<a>a*)a*a*a*b", "(?<x>.*?) (?<y>.*?) (?<z>.*?) (?<w>.*?)!"]) {
      expect(groups(source, "a ".repeat(5_000)), source).toBeNull();
      expect(groups(source, "a".repeat(30_000)), source).toBeNull();
    }
  });
});

const atoms = fc.constantFrom("a", "b", " ", ".", "[ab]", "[^a]", "\\S", "\\d", "\\x61");
const quantifier = fc.constantFrom("", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}?");
/** Patterns whose groups are named by numbers once they are written out. */
const source = fc
  .letrec<{ part: string; piece: string }>((tie) => ({
    piece: fc.oneof(
      { weight: 4, arbitrary: fc.tuple(atoms, quantifier).map(([atom, times]) => atom + times) },
      { weight: 1, arbitrary: fc.tuple(tie("part"), quantifier).map(([part, times]) => `(?:${part})${times}`) },
      {
        weight: 1,
        arbitrary: fc.tuple(tie("part"), fc.constantFrom("", "?")).map(([part, times]) => `(?<#>${part})${times}`),
      },
    ),
    part: fc.oneof(
      { depthSize: "small" },
      fc.array(tie("piece"), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join("")),
      fc.tuple(tie("piece"), tie("piece")).map(([one, other]) => `${one}|${other}`),
    ),
  }))
  .part.map((text) => {
    let number = 0;
    return `${text}(?<#>.?)`.replace(/#/g, () => `g${number++}`);
  });

it("captures what the host's RegExp captures", () => {
  fc.assert(
    fc.property(
      source,
      fc.array(fc.string({ unit: fc.constantFrom("a", "b", " ", "1"), maxLength: 8 }), { minLength: 5, maxLength: 5 }),
      (text, lines) => {
        let node;
        try {
          node = parsePattern(text);
        } catch {
          // A named group within a repeat, or a repeat of what may be empty: refused.
          return;
        }
        const names = groupsOf(node);
        const machine = new PatternMachine(node, names);
        const native = new RegExp(`^(?:${text})$`, "s");
        for (const line of lines) {
          const found = native.exec(line);
          expect(machine.match(line), `${text} on ${JSON.stringify(line)}`).toEqual(
            found === null ? null : names.map((name) => found.groups?.[name]),
          );
        }
      },
    ),
    { seed: 20_260_304, numRuns: 2_000 },
  );
});

describe("patterns that are refused", () => {
  it.each([
    ["a", /no named group/],
    ["(?<a>a)(?<a>b)", /two groups `a`/],
    ["(?<a>x)+", /cannot be repeated; put the repeat inside/],
    ["(?=a)(?<a>b)", /look-around is not supported/],
    ["(?<a>\\1)", /`\\1` is not supported/],
    ["(?<a>\\p{L})", /`\\p` is not supported/],
    ["(?<a>a", /not closed/],
    ["(?<a>[a)", /class is not closed/],
    ["(?<a>[z-a])", /is no class/],
    ["(?<a>a**)", /cannot be repeated/],
    ["(?<a>(?:a*)*)", /what is repeated may be empty/],
    ["^*(?<a>a)", /what is repeated may be empty/],
    ["(?<a>a{9999})", /repeats more than 256 times/],
    ["(?<a>(?:a{200}){200})", /stands for more than/],
    ["(?<a>a))", /closes no group/],
    [`(?<a>${"a".repeat(2_000)})`, /longer than/],
    [`${"(".repeat(40)}(?<a>a)${")".repeat(40)}`, /nest more than/],
  ])("%s", (text, message) => {
    expect(linePattern(text)).toMatch(message);
  });
});
