import fc from "fast-check";
import * as structured from "structured-headers";
import { describe, expect, it } from "vitest";
import {
  type FieldType,
  strictField,
  strictMembers,
} from "../../../../../server/identity/http-signature/structured-field.ts";
import { check } from "../../../../helpers/property.ts";

describe("a structured field in its one spelling", () => {
  it.each<[FieldType, string, string]>([
    // RFC 9421 §2.1.1.
    ["dictionary", " a=1,    b=2;x=1;y=2,   c=(a   b   c)", "a=1, b=2;x=1;y=2, c=(a b c)"],
    ["dictionary", "a=?1, b=?0, c;x=?1;y=?0, d=( ), e=();q", "a, b=?0, c;x;y=?0, d=(), e=();q"],
    ["dictionary", "a=1 \t,\tb=2", "a=1, b=2"],
    ["dictionary", "", ""],
    ["list", "", ""],
    ["list", "text/html;q=1.0,  */*;q=0.10", "text/html;q=1.0, */*;q=0.1"],
    ["list", '"a, b" , ( 1  2 );p;  q="\\"" ,x', '"a, b", (1 2);p;q="\\"", x'],
    ["item", " 007 ", "7"],
    ["item", "-0", "0"],
    ["item", "-010", "-10"],
    ["item", "000", "0"],
    ["item", "1.0", "1.0"],
    ["item", "1.500", "1.5"],
    ["item", "-00.250", "-0.25"],
    ["item", "-0.000", "0.0"],
    ["item", "999999999999999", "999999999999999"],
    ["item", "999999999999.999", "999999999999.999"],
    ["item", ":YQ:", ":YQ==:"],
    ["item", ":YR==:", ":YQ==:"],
    ["item", "::", "::"],
    ["item", "@01618884473", "@1618884473"],
    ["item", "@-0", "@0"],
    ["item", '%"%c3%a9%61 %25%22"', '%"%c3%a9a %25%22"'],
    ["item", 'application/json; charset="utf-8"', 'application/json;charset="utf-8"'],
  ])("%s: %s", (type, text, strict) => {
    expect(strictField(type, text)).toBe(strict);
    expect(strictField(type, strict)).toBe(strict);
  });

  it.each<[FieldType, string]>([
    ["dictionary", "a=1,"],
    ["dictionary", ",a=1"],
    ["dictionary", "a=1,,b"],
    ["dictionary", "a =1"],
    ["dictionary", "a= 1"],
    ["dictionary", "A=1"],
    ["dictionary", "a=1 b=2"],
    // RFC 9651 lets the last one count; not every reader does.
    ["dictionary", "a=1, b, a=2"],
    ["list", "x;p=1;p=2"],
    ["list", "(a b"],
    ["list", "(a,b)"],
    ["list", '("a""b")'],
    ["list", "a)"],
    ["list", "((a))"],
    ["item", ""],
    ["item", "a, b"],
    ["item", "a b"],
    ["item", "1."],
    ["item", "1.2345"],
    ["item", "1.2.3"],
    ["item", "--1"],
    ["item", "1e3"],
    ["item", "1000000000000000"],
    ["item", "1000000000000.1"],
    ["item", '"a'],
    ["item", '"\\a"'],
    ["item", '"\u00e9"'],
    ["item", ":a:"],
    ["item", ":YQ=a:"],
    ["item", ":YQ"],
    ["item", "?2"],
    ["item", "@1.5"],
    ["item", '%"%C3%A9"'],
    ["item", '%"%c3"'],
    ["item", "\ta"],
    ["item", "a;B"],
    ["list", Array.from({ length: 1_025 }, () => "a").join(",")],
  ])("is none that is no %s: %s", (type, text) => {
    expect(strictField(type, text)).toBeNull();
  });

  it("has members that stand alone (RFC 9421 §2.1.2)", () => {
    expect([...(strictMembers(" a=1, b=2;x=1;y=2, c=(a   b    c), d, e=1.0") ?? [])]).toEqual([
      ["a", "1"],
      ["b", "2;x=1;y=2"],
      ["c", "(a b c)"],
      ["d", "?1"],
      ["e", "1.0"],
    ]);
    expect(strictMembers("a, b=")).toBeNull();
  });

  /** The library keeps no decimal apart from an integer, and lets the last of two keys count; nothing else may differ. */
  const piece = fc.constantFrom(
    ...'a b1 * *x x/y 1 -2 0.5 12.25 ?0 ?1 :YQ==: :YWJj: @5 ( ) ; , = " \\'.split(" "),
    " ",
    "\t",
    '"t, ="',
    '%"%c3%a9"',
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  const library: Readonly<Record<FieldType, (text: string) => string>> = {
    dictionary: (field) => structured.serializeDictionary(structured.parseDictionary(field)),
    list: (field) => structured.serializeList(structured.parseList(field)),
    item: (field) => structured.serializeItem(structured.parseItem(field)),
  };
  it.each(Object.keys(library) as FieldType[])("is that of another implementation: %s", (type) => {
    check(
      fc.property(text, (field) => {
        let expected: string | null = null;
        try {
          expected = library[type](field);
        } catch {
          // It is none.
        }
        const strict = strictField(type, field);
        const keys = field.match(/[a-z*][a-z0-9_.*-]*/g) ?? [];
        if (strict === null && new Set(keys).size < keys.length) return;
        expect(strict).toBe(expected);
      }),
    );
  });

  it("takes time in proportion to hostile text", () => {
    for (const hostile of ["(", "a;", '"\\"', '%"%', "a=(1 ", ":AA", "@0", "0"]) {
      expect(strictField("list", hostile.repeat(20_000))).toBeNull();
    }
  });
});
