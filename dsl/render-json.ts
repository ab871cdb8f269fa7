/** Diagnostics as JSON for programs. */
import type { Span } from "../engine/index.ts";
import type { Diagnostic, Note, Severity } from "./diagnostic.ts";
import { positionAt, type SourceFile } from "./source.ts";

/** A place in a file. Lines and columns count from 1; the end is exclusive. `file` is empty where there is none. */
interface JsonPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Another place that a diagnostic speaks of, such as the first of two declarations of a name. */
export interface JsonNote extends JsonPlace {
  readonly message: string;
}

/** One diagnostic. */
export interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly help: string;
  /** Left out where there are none. */
  readonly notes?: readonly JsonNote[];
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

function toJson(
  { code, severity, span, message, help, notes }: Diagnostic,
  sources: readonly SourceFile[],
): JsonDiagnostic {
  const told = { code, severity, ...placeOf(span, sources), message, help };
  return notes.length === 0 ? told : { ...told, notes: notesToJson(notes, sources) };
}

/** Notes with their places. */
export function notesToJson(notes: readonly Note[], sources: readonly SourceFile[]): readonly JsonNote[] {
  return notes.map(({ message, span }) => ({ message, ...placeOf(span, sources) }));
}

function placeOf(span: Span, sources: readonly SourceFile[]): JsonPlace {
  const source = sources[span.file];
  const start = source === undefined ? { line: 1, column: 1 } : positionAt(source, span.start);
  const end = source === undefined ? start : positionAt(source, span.end);
  return {
    file: source?.path ?? "",
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}
