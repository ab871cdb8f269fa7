import { expect, it } from "vitest";
import { diagnosticsToJson } from "../../../dsl/render-json.ts";
import { makeSource } from "../../../dsl/source.ts";

it("counts lines and columns from one and is ok without errors", () => {
  const sources = [makeSource("a.edgepolicy", "let a\n= b")];
  const base = {
    code: "EP3001",
    severity: "warning",
    message: "odd",
    span: { file: 0, start: 4, end: 7 },
    help: "h",
    notes: [],
    fix: null,
  } as const;
  expect(diagnosticsToJson([base], sources)).toEqual({
    ok: true,
    diagnostics: [
      {
        code: "EP3001",
        severity: "warning",
        file: "a.edgepolicy",
        line: 1,
        column: 5,
        endLine: 2,
        endColumn: 2,
        message: "odd",
        help: "h",
      },
    ],
  });
  expect(
    diagnosticsToJson([{ ...base, severity: "error", span: { file: 3, start: 0, end: 0 } }], sources),
  ).toMatchObject({ ok: false, diagnostics: [{ file: "", line: 1 }] });
});

it("tells the other places that a diagnostic speaks of", () => {
  const sources = [makeSource("a.edgepolicy", "let a = b\n"), makeSource("b.edgepolicy", "\nlet a = c")];
  const twice = {
    code: "EP2002",
    severity: "error",
    message: "`a` is declared twice",
    span: { file: 1, start: 5, end: 6 },
    help: "h",
    notes: [{ message: "here first", span: { file: 0, start: 4, end: 5 } }],
    fix: null,
  } as const;
  expect(diagnosticsToJson([twice], sources).diagnostics[0]).toMatchObject({
    file: "b.edgepolicy",
    line: 2,
    notes: [{ message: "here first", file: "a.edgepolicy", line: 1, column: 5, endLine: 1, endColumn: 6 }],
  });
});
