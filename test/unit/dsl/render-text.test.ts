import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../dsl/diagnostic.ts";
import { renderDiagnostics } from "../../../dsl/render-text.ts";
import { makeSource } from "../../../dsl/source.ts";

function diagnostic(start: number, end: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: "EP1301",
    severity: "error",
    message: "wrong",
    span: { file: 0, start, end },
    help: "",
    notes: [],
    fix: null,
    ...more,
  };
}

function render(text: string, ...diagnostics: readonly Diagnostic[]): string {
  return renderDiagnostics(diagnostics, [makeSource("a.edgepolicy", text)], { color: false });
}

describe("a rendered diagnostic", () => {
  it("has an excerpt with carets, notes with theirs, and help", () => {
    const text = "let a = b\nlet c = d\nlet a = e\n";
    const notes = [{ message: "first declared here", span: { file: 0, start: 4, end: 5 } }];
    expect(render(text, diagnostic(24, 25, { message: "`a` is declared twice", help: "rename one", notes }))).toBe(
      [
        "error[EP1301]: `a` is declared twice",
        "  --> a.edgepolicy:3:5",
        "   |",
        " 3 | let a = e",
        "   |     ^",
        "note: first declared here",
        "  --> a.edgepolicy:1:5",
        "   |",
        " 1 | let a = b",
        "   |     ^",
        "   = help: rename one",
        "",
      ].join("\n"),
    );
  });

  it("parts diagnostics by an empty line and widens the gutter", () => {
    const text = `${"\n".repeat(9)}xx`;
    expect(render(text, diagnostic(9, 11), diagnostic(0, 0))).toBe(
      "error[EP1301]: wrong\n   --> a.edgepolicy:10:1\n    |\n 10 | xx\n    | ^^\n\nerror[EP1301]: wrong\n  --> a.edgepolicy:1:1\n   |\n 1 |\n   | ^\n",
    );
  });

  it("keeps carets under wide, combining and tabbed text", () => {
    expect(render("\t漢e\u0301x", diagnostic(4, 5))).toContain(" 1 |     漢e\u0301x\n   |        ^\n");
  });

  it("marks a span of several lines to the end of its first", () => {
    expect(render("ab(\ncd)", diagnostic(2, 6))).toContain(" 1 | ab(\n   |   ^\n");
  });

  it("cuts long lines around the span", () => {
    const text = `${"a".repeat(500)}!${"b".repeat(500)}`;
    const lines = render(text, diagnostic(500, 501)).split("\n");
    expect(lines[3]?.length).toBeLessThan(130);
    expect(lines[3]?.[lines[4]?.indexOf("^") ?? 0]).toBe("!");
  });

  it("prints no control characters of the text, the message or the path", () => {
    const sources = [makeSource("a\u001B[2J", "\u001B[31m x\u202E")];
    const shown = renderDiagnostics([diagnostic(0, 1, { message: "\u0007 wrong" })], sources, { color: false });
    // oxlint-disable-next-line no-control-regex -- looking for them
    expect(shown).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
  });

  it("is coloured on request, and says the same", () => {
    const sources = [makeSource("a", "let a")];
    const shown = renderDiagnostics([diagnostic(4, 5, { help: "help" })], sources, { color: true });
    expect(shown).toContain("\u001B[1;31merror[EP1301]\u001B[0m");
    // oxlint-disable-next-line no-control-regex -- the colours themselves
    expect(shown.replaceAll(/\u001B\[[\d;]*m/g, "")).toBe(
      renderDiagnostics([diagnostic(4, 5, { help: "help" })], sources, { color: false }),
    );
  });

  it("goes without a place where its source is not known", () => {
    expect(renderDiagnostics([diagnostic(4, 5, { help: "look" })], [], { color: false })).toBe(
      "error[EP1301]: wrong\n   = help: look\n",
    );
  });
});
