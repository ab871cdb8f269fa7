/** Diagnostics as JSON for programs. */
import type { Diagnostic, Severity } from "./diagnostic.ts";
import { positionAt, type SourceFile } from "./source.ts";

/** One diagnostic. Lines and columns count from 1; the end is exclusive. `file` is empty where there is none. */
export interface JsonDiagnostic {
  readonly code: string;
  readonly severity: Severity;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  readonly help: string;
}

/** What `check --format json` prints. */
export interface JsonReport {
  /** Whether there is no error; warnings do not count. */
  readonly ok: boolean;
  readonly diagnostics: readonly JsonDiagnostic[];
}

/** @param sources - By the file number of spans. */
export function diagnosticsToJson(diagnostics: readonly Diagnostic[], sources: readonly SourceFile[]): JsonReport {
  return {
    ok: diagnostics.every(({ severity }) => severity !== "error"),
    diagnostics: diagnostics.map((diagnostic) => toJson(diagnostic, sources)),
  };
}

function toJson({ code, severity, span, message, help }: Diagnostic, sources: readonly SourceFile[]): JsonDiagnostic {
  const source = sources[span.file];
  const start = source === undefined ? { line: 1, column: 1 } : positionAt(source, span.start);
  const end = source === undefined ? start : positionAt(source, span.end);
  return {
    code,
    severity,
    file: source?.path ?? "",
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    message,
    help,
  };
}
