import { describe, expect, it } from "vitest";
import { SYNTAX_CODES } from "../../../../dsl/codes/syntax.ts";
import { parse } from "../../../../dsl/parser.ts";

describe("codes of syntax", () => {
  it("are unique, in order and explained", () => {
    const codes = SYNTAX_CODES.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
    for (const { title, explanation } of SYNTAX_CODES) {
      expect(title).toMatch(/^[a-z]|^`/);
      expect(explanation).toMatch(/\.$/);
    }
  });

  it("EP1007: too many problems, after so many as are listed", () => {
    const { diagnostics } = parse("§ \n".repeat(300));
    expect(diagnostics).toHaveLength(201);
    expect(diagnostics.at(-1)).toMatchObject({
      code: "EP1007",
      message: "100 more problems in this file are not listed",
    });
  });
});
