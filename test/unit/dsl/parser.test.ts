import { describe, expect, it } from "vitest";
import { format } from "../../../dsl/format.ts";
import { parse } from "../../../dsl/parser.ts";
import { conformanceTexts, everyDeclaration, wholeExample } from "../../helpers/policy-texts.ts";

/** Cases whose policies are written not to parse. */
const MALFORMED: ReadonlySet<string> = new Set([
  "diag-every-number-has-a-unit",
  "diag-bounds-of-keys-and-logs",
  "lex-network-host-bits",
  "lex-regex-is-re2",
  "lex-nesting-bound",
]);

function problems(text: string): readonly string[] {
  return parse(text).diagnostics.map(({ code, message }) => `${code} ${message}`);
}

describe("known policies", () => {
  it("parse without a problem: every declaration, and the whole example", () => {
    expect(problems(everyDeclaration())).toEqual([]);
    expect(problems(wholeExample())).toEqual([]);
    expect(parse(wholeExample()).file.declarations).toHaveLength(39);
  });

  for (const { name, texts } of conformanceTexts().filter((item) => item.texts.length > 0)) {
    it(`${name} ${MALFORMED.has(name) ? "is refused" : "parses"}`, () => {
      const found = texts.flatMap(problems);
      if (MALFORMED.has(name)) expect(found).not.toEqual([]);
      else expect(found).toEqual([]);
    });
  }
});

describe("conformance of the formatter", () => {
  for (const { name, same, comments } of conformanceTexts().filter((item) => item.same.length > 0)) {
    it(name, () => {
      const formatted = same.map((text) => format(text).text);
      expect(formatted).not.toContain(null);
      for (const text of formatted) expect(format(text ?? "").text).toBe(text);
      if (comments)
        expect(formatted.every((text) => text?.includes("// who") && text.includes("/// Refuses posts."))).toBe(true);
      else expect(new Set(formatted).size).toBe(1);
    });
  }
});

describe("spans", () => {
  it("are those of the words themselves, in the file given", () => {
    const text = "rule a when b == 10 then block 403";
    const { file } = parse(text, { file: 3 });
    const [rule] = file.declarations;
    if (rule?.kind !== "rule" || rule.when === null) throw new Error("no rule");
    const shown = [rule.span, rule.name.span, rule.when.span, rule.action.span].map(({ start, end }) =>
      text.slice(start, end),
    );
    expect(shown).toEqual([text, "a", "b == 10", "block 403"]);
    expect(rule.span.file).toBe(3);
  });
});

describe("limits", () => {
  it("hold the size in bytes, not characters", () => {
    const text = `// ${"é".repeat(600_000)}`;
    expect(text.length).toBeLessThan(1024 ** 2);
    expect(problems(text)).toEqual(["EP1001 the file is larger than 1 MiB"]);
    expect(problems(`// ${"é".repeat(500_000)}`)).toEqual([]);
  });

  it("hold nesting at 64 levels of brackets of any kind", () => {
    const nested = (depth: number): string => `let a = ${"(".repeat(depth)}b${")".repeat(depth)}`;
    expect(problems(nested(64))).toEqual([]);
    expect(problems(nested(65))).toEqual(["EP1005 brackets nest more than 64 levels"]);
    expect(problems(`let a = ${"[(".repeat(33)}b${")]".repeat(33)}`)).toEqual([
      "EP1005 brackets nest more than 64 levels",
    ]);
  });

  it("cost the one declaration that breaks them", () => {
    const { file } = parse(`let a = b\nlet c = ${"(".repeat(9999)}\nlet d = e`);
    expect(
      file.declarations.map(
        (declaration) => "name" in declaration && "text" in declaration.name && declaration.name.text,
      ),
    ).toEqual(["a", "d"]);
    expect(file.unread.map(({ text }) => text)).toEqual(["c"]);
  });

  it("can be set", () => {
    expect(parse("let a = ((b))", { limits: { nestingMax: 1 } }).diagnostics[0]?.code).toBe("EP1005");
    expect(parse("let a = b", { limits: { bytesMax: 3 } }).diagnostics[0]?.message).toBe(
      "the file is larger than 3 bytes",
    );
    expect(parse("§ § §", { limits: { diagnosticsMax: 1 } }).diagnostics).toHaveLength(2);
  });

  it("hold chains of operators, without a deep tree", () => {
    expect(problems(`let a = 1${" + 1".repeat(63)} > 0`)).toEqual([]);
    expect(problems(`let a = 1${" + 1".repeat(64)} > 0`)).toEqual(["EP1006 more than 64 terms in a row"]);
    expect(problems(`let a = ${"not ".repeat(8)}b`)).toEqual([]);
    expect(problems(`let a = ${"not ".repeat(9)}b`)).toEqual(["EP1006 9 `not` in a row"]);
  });
});

describe("texts that are none", () => {
  it("are reported once", () => {
    expect(problems("\u0000\u0001\u0002")).toEqual(["EP1003 the file is not text"]);
    expect(problems("\u0007".repeat(1000))).toEqual(["EP1003 the file is not text"]);
    expect(problems("let a = b\u001B\nlet c = d\u001B")).toEqual([
      "EP1003 the invisible character U+001B may not stand in a policy, the first of 2",
    ]);
    expect(problems("let a = b // \u202E")).toEqual([
      "EP1003 the invisible character U+202E may not stand in a policy",
    ]);
  });

  it("are read past a byte-order mark", () => {
    const { file, diagnostics } = parse("\uFEFFlet a = b");
    expect(diagnostics.map(({ code, fix }) => [code, fix])).toEqual([
      ["EP1002", { span: { file: 0, start: 0, end: 1 }, text: "" }],
    ]);
    expect(file.declarations).toHaveLength(1);
  });

  it("may be empty, or comments alone", () => {
    expect(parse("").file.declarations).toEqual([]);
    expect(parse("// a\n/// b").file.comments.map(({ doc }) => doc)).toEqual([false, true]);
  });
});

describe("recovery", () => {
  it("reports every problem of a file, in order", () => {
    const text =
      'let a = 10sec\nrule b when then block\nlist c : network = [10.0.0.1/8]\nlet d = "x\nlimit e per ip allow 5 per 60\n';
    expect(parse(text).diagnostics.map(({ code }) => code)).toEqual(["EP1106", "EP1301", "EP1109", "EP1101", "EP1105"]);
  });

  it("finds the next declaration after a bracket that is never closed", () => {
    const { file } = parse('policy "p" {\n  owner "t"\nrule a when (b then block\nrule c then allow\n');
    expect(file.declarations.map(({ kind }) => kind)).toEqual(["rule"]);
  });

  it("finds it on the same line too", () => {
    const { file, diagnostics } = parse("rule a then blck rule b then allow let c = d rule e thn block let f = g");
    expect(file.declarations.map(({ kind }) => kind)).toEqual(["rule", "let", "let"]);
    expect(diagnostics).toHaveLength(2);
  });

  it("keeps a declaration that is complete before what does not belong", () => {
    const { file, diagnostics } = parse("rule a then allow whatever\nlet b = c");
    expect(file.declarations).toHaveLength(2);
    expect(diagnostics.map(({ code }) => code)).toEqual(["EP1303"]);
  });

  it("reports a stray character or an open string, and not what follows from it", () => {
    expect(problems("rule a when b && c then block")).toEqual(["EP1004 unexpected `&&`"]);
    expect(problems('rule a when b == "c then block')).toEqual(["EP1101 this string is not closed"]);
  });
});
