import { describe, expect, it } from "vitest";
import { SYNTAX_CODES } from "../../../../dsl/codes/syntax.ts";
import { parse } from "../../../../dsl/parser.ts";

/** A text for every code, of which it is the first. */
const EXAMPLES: Readonly<Record<string, string>> = {
  EP1001: " ".repeat(1024 ** 2 + 1),
  EP1002: "\uFEFFlet a = b",
  EP1003: "let a = b \u0001",
  EP1004: "let a = §",
  EP1005: `let a = ${"(".repeat(65)}b${")".repeat(65)}`,
  EP1006: `let a = ${"not ".repeat(9)}b`,
  EP1101: 'let a = "b',
  EP1102: 'let a = "\\q"',
  EP1103: "let a = 1__0",
  EP1104: "let a = 99999999999999999",
  EP1105: "rule a then slow 5",
  EP1106: "rule a then slow 5sec",
  EP1107: "rule a then slow 5%",
  EP1108: "let a = ip in 300.0.0.0/8",
  EP1109: "let a = ip in 10.0.0.1/8",
  EP1110: "let a = now > 2027-13-01",
  EP1201: "let a = b matches /c",
  EP1202: "let a = b matches /c/g",
  EP1203: `let a = b matches /${"c".repeat(1001)}/`,
  EP1204: "let a = b matches /(?=c)/",
  EP1205: "let a = b matches /(c)\\1/",
  EP1206: "let a = b matches /\\pL/",
  EP1207: "let a = b matches /(/",
  EP1208: "let a = b matches /c{1001}/",
  EP1301: "rule a when then allow",
  EP1302: "foo",
  EP1303: "let a = b c",
  EP1304: "score a {",
  EP1305: 'rule a then allow because "b" because "c"',
  EP1306: "rule a then exempt",
  EP1307: "let A = b",
  EP1308: "let a = 1 < b < 2",
  EP1309: "let a = b == not c",
};

describe("codes of syntax", () => {
  it("are unique, in order and explained", () => {
    const codes = SYNTAX_CODES.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
    for (const { title, explanation } of SYNTAX_CODES) {
      expect(title).toMatch(/^[a-z]|^`/);
      expect(explanation).toMatch(/\.$/);
    }
  });

  for (const { code, title } of SYNTAX_CODES.filter((entry) => entry.code !== "EP1007")) {
    it(`${code}: ${title}`, () => {
      expect(parse(EXAMPLES[code] ?? "").diagnostics[0]?.code).toBe(code);
    });
  }

  it("EP1007: too many problems, after so many as are listed", () => {
    const { diagnostics } = parse("§ \n".repeat(300));
    expect(diagnostics).toHaveLength(201);
    expect(diagnostics.at(-1)).toMatchObject({
      code: "EP1007",
      message: "100 more problems in this file are not listed",
    });
  });
});
