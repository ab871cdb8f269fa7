import { describe, expect, it } from "vitest";
import { isWord, K, lexer, RESERVED } from "../../../dsl/tokens.ts";

function kinds(text: string): readonly string[] {
  return lexer.tokenize(text).tokens.map((token) => `${token.tokenType.name} ${token.image}`);
}

describe("the lexer", () => {
  it("takes the longest word: a keyword is no beginning of a name, nor of another keyword", () => {
    expect(kinds("allow allow_x allows on once at_ rule1")).toEqual([
      "ALLOW allow",
      "Name allow_x",
      "Name allows",
      "ON on",
      "ONCE once",
      "Name at_",
      "Name rule1",
    ]);
  });

  it("lets every keyword but the reserved ones be a name", () => {
    const reserved: readonly string[] = RESERVED;
    for (const word of Object.keys(K)) {
      const [token] = lexer.tokenize(word).tokens;
      expect([word, token !== undefined && isWord(token)]).toEqual([word, !reserved.includes(word)]);
    }
  });

  it("tells addresses, networks, times and numbers apart", () => {
    expect(
      kinds("2001:db8::/32 ::1 ::ffff:1.2.3.4 fe80::1 203.0.113.9 10.0.0.0/8 2027-01-31 02:00 10m 0.5% 1_000"),
    ).toEqual([
      "Address 2001:db8::/32",
      "Address ::1",
      "Address ::ffff:1.2.3.4",
      "Address fe80::1",
      "Address 203.0.113.9",
      "Address 10.0.0.0/8",
      "Time 2027-01-31",
      "TimeOfDay 02:00",
      "Numeral 10m",
      "Numeral 0.5%",
      "Numeral 1_000",
    ]);
  });

  it("takes no colon after an address for a part of it", () => {
    expect(kinds("2001:db8::1: 2, ::1: 3, fe80::: 4, ::: 5, 1:2:3:4:5:6:7:8: 6, ::1:")).toEqual([
      ...["Address 2001:db8::1", "Colon :", "Numeral 2", "Comma ,"],
      ...["Address ::1", "Colon :", "Numeral 3", "Comma ,"],
      ...["Address fe80::", "Colon :", "Numeral 4", "Comma ,"],
      ...["Address ::", "Colon :", "Numeral 5", "Comma ,"],
      ...["Address 1:2:3:4:5:6:7:8", "Colon :", "Numeral 6", "Comma ,"],
      ...["Address ::1", "Colon :"],
    ]);
  });

  it("keeps a colon between names what it is", () => {
    expect(kinds("{ab:cd}")).toEqual(["LeftBrace {", "Name ab", "Colon :", "Name cd", "RightBrace }"]);
  });

  it("reads a regular expression after matches alone", () => {
    expect(kinds("a matches /b [/] \\/ c/i and")).toEqual([
      "Name a",
      "MATCHES matches",
      "RegexLiteral /b [/] \\/ c/i",
      "AND and",
    ]);
    expect(lexer.tokenize("a == /b/").errors).not.toEqual([]);
  });

  it("ends an open regular expression or string with its line", () => {
    expect(kinds('a matches /b\nrule "c\nlet')).toEqual([
      "Name a",
      "MATCHES matches",
      "RegexLiteral /b",
      "RULE rule",
      'OpenString "c',
      "LET let",
    ]);
  });

  it("takes a comment after matches for a comment", () => {
    expect(kinds("a matches // b\n/c/")).toEqual(["Name a", "MATCHES matches", "RegexLiteral /c/"]);
  });
});
