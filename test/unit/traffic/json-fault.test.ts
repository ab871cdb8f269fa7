import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFault } from "../../../traffic/json-fault.ts";
import { check } from "../../helpers/property.ts";

describe("what is wrong with JSON", () => {
  it.each([
    ["", "expected a value, found the end at column 1"],
    ["{", "expected a name in double quotes or `}`, found the end at column 2"],
    ['{"a": 1,', "expected a name in double quotes, found the end at column 9"],
    ['{"a": 1,}', "expected a name in double quotes, found `}` at column 9"],
    ["{a: 1}", "expected a name in double quotes or `}`, found `a` at column 2"],
    ['{"a" 1}', "expected `:`, found `1` at column 6"],
    ['{"a": 1 "b": 2}', 'expected `,` or `}`, found `"` at column 9'],
    ["[1 2]", "expected `,` or `]`, found `2` at column 4"],
    ["[", "expected a value or `]`, found the end at column 2"],
    ["[1,]", "expected a value, found `]` at column 4"],
    ["[1}", "expected `,` or `]`, found `}` at column 3"],
    ['{"a": undefined}', "expected a value, found `undefined` at column 7"],
    ["{\"a\": 'x'}", "expected a value, found `'` at column 7"],
    ['{\n  "a": GET\n}', "expected a value, found `GET` at line 2, column 8"],
    ['{"a": 1}\n', null],
    ['{"a": 1\n', "expected `,` or `}`, found the end at column 8"],
    ["01", "expected nothing more, found `1` at column 2"],
    ["1.", "expected nothing more, found `.` at column 2"],
    ["{} {}", "expected nothing more, found `{` at column 4"],
    ['"a', 'expected a closing `"`, found the end at column 3'],
    ['"a\tb"', "expected an escape in the place of this character, found U+0009 at column 3"],
    ['"\\x"', "expected an escape such as `\\n`, `\\\\` or `\\u00e9`, found `\\` at column 2"],
    ["\uFEFF{}", "expected a value, found U+FEFF at column 1"],
    ["😀", "expected a value, found `😀` at column 1"],
  ])("%j: %s", (text, said) => {
    expect(jsonFault(text)).toBe(said);
  });

  it("is nothing exactly where `JSON.parse` takes a text, whatever is changed in it", () => {
    const characters = fc.constantFrom(...Array.from("{}[]\",:\\ \n01-.eEu+tfn'a\u0001\uFEFF"));
    const change = fc.record({ at: fc.nat(200), cut: fc.nat(2), put: characters });
    const texts = fc
      .tuple(fc.json({ maxDepth: 4 }), fc.array(change, { maxLength: 3 }), fc.constantFrom(undefined, 2))
      .map(([json, changes, indent]) => mutated(JSON.stringify(JSON.parse(json), null, indent), changes));
    check(
      fc.property(texts, (text) => {
        expect(jsonFault(text) === null).toBe(isJson(text));
      }),
      { runs: 2_000 },
    );
  });

  it("is found however deep a text nests", () => {
    expect(jsonFault("[".repeat(1_000_000))).toMatch(/^expected a value or `]`, found the end/);
  });
});

function mutated(text: string, changes: readonly { at: number; cut: number; put: string }[]): string {
  let changed = text;
  for (const { at, cut, put } of changes) {
    const from = at % (changed.length + 1);
    changed = changed.slice(0, from) + put + changed.slice(from + cut);
  }
  return changed;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
