/** Find references: every place of a name in a policy, its imports and its inventory. */
import type { DocumentHighlight, Location, Position } from "vscode-languageserver";
import { DocumentHighlightKind } from "vscode-languageserver";
import type { Analysis } from "./analysis.ts";
import { locate } from "./definition.ts";
import { findAt } from "./lookup.ts";
import { toOffset, toRange } from "./positions.ts";
import type { OpenDocument } from "./workspace.ts";

/** Places of the name at a position, with its declarations where they are asked for. */
export function references(
  document: OpenDocument,
  analysis: Analysis,
  position: Position,
  withDeclarations: boolean,
): Location[] {
  const found = findAt(document, analysis, toOffset(document.source, position));
  if (found === null) return [];
  const places = analysis.occurrences.of(found.meaning).filter(({ declares }) => withDeclarations || !declares);
  return places.flatMap(({ span }) => locate(span, analysis));
}

/** Places of the name at a position within the same file. */
export function highlights(document: OpenDocument, analysis: Analysis, position: Position): DocumentHighlight[] {
  const found = findAt(document, analysis, toOffset(document.source, position));
  if (found === null) return [];
  const file = analysis.fileOf(document.path);
  return analysis.occurrences
    .of(found.meaning)
    .filter(({ span }) => span.file === file)
    .map(({ span, declares }) => ({
      range: toRange(document.source, span),
      kind: declares ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}
