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
