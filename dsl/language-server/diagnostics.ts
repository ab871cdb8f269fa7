/** What is wrong, by file, as the protocol wants it. */
import { type Diagnostic as LspDiagnostic, DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver";
import { CODES } from "../codes.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Analysis } from "./analysis.ts";
import { toUri } from "./paths.ts";
import type { SourceFile } from "../source.ts";
import { toRange } from "./positions.ts";

/** Titles of lints about what can go: editors fade such places. */
const UNUSED = /\bnever used$/;
const TITLES: ReadonlyMap<string, string> = new Map(CODES.map(({ code, title }) => [code, title]));

/** The diagnostics of a policy by path; every file that took part has an entry, so that mended ones are cleared. */
export function diagnosticsByFile(analysis: Analysis): ReadonlyMap<string, readonly LspDiagnostic[]> {
  const shown = analysis.lone === null ? analysis.result.sources : [analysis.lone.source];
  const files = new Map<string, LspDiagnostic[]>(shown.map(({ path }) => [path, []]));
  for (const { diagnostic, source } of analysis.problems)
    files.get(source.path)?.push(toLsp(diagnostic, source, analysis.result.sources));
  return files;
}

function toLsp(diagnostic: Diagnostic, source: SourceFile, sources: readonly SourceFile[]): LspDiagnostic {
  const help = diagnostic.help === "" ? "" : `\nhelp: ${diagnostic.help}`;
  const notes = diagnostic.notes.flatMap(({ message, span }) => {
    const place = sources[span.file];
    return place === undefined ? [] : [{ message, location: { uri: toUri(place.path), range: toRange(place, span) } }];
  });
  const unused = UNUSED.test(TITLES.get(diagnostic.code) ?? "");
  return {
    range: toRange(source, diagnostic.span),
    severity: diagnostic.severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code: diagnostic.code,
    source: "edgepolicy",
    message: `${diagnostic.message}${help}`,
    ...(notes.length > 0 ? { relatedInformation: notes } : {}),
    ...(unused ? { tags: [DiagnosticTag.Unnecessary] } : {}),
  };
}
