/** Go to definition: of names across files, of clients in the inventory, and of the files that a policy names. */
import type { Location, Position } from "vscode-languageserver";
import type { Span } from "../../engine/index.ts";
import type { Analysis } from "./analysis.ts";
import { findAt } from "./lookup.ts";
import { toUri } from "./paths.ts";
import { toOffset, toRange } from "./positions.ts";
import type { OpenDocument, Workspace } from "./workspace.ts";

/** Where the name at a position is declared; empty where it is not declared in a file. */
export function definition(
  document: OpenDocument,
  analysis: Analysis,
  position: Position,
  workspace: Workspace,
): Location[] {
  const offset = toOffset(document.source, position);
  const file = fileNamedAt(document, offset, workspace);
  if (file !== null) return [file];
  const found = findAt(document, analysis, offset);
  if (found === null) return [];
  return analysis.occurrences
    .of(found.meaning)
    .flatMap(({ span, declares }) => (declares ? locate(span, analysis) : []));
}

/** The place of a span; none where its file took no part. */
export function locate(span: Span, { result }: Analysis): readonly Location[] {
  const source = result.sources[span.file];
  return source === undefined ? [] : [{ uri: toUri(source.path), range: toRange(source, span) }];
}

const START = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** The file that an import, a list or `clients from` names at an offset. */
function fileNamedAt({ parsed, path }: OpenDocument, offset: number, { files }: Workspace): Location | null {
  for (const declaration of parsed.file.declarations) {
    const named =
      declaration.kind === "import" || declaration.kind === "clients"
        ? declaration.path
        : declaration.kind === "list_declaration"
          ? declaration.file
          : null;
    if (named !== null && named.span.start <= offset && offset <= named.span.end)
      return { uri: toUri(files.resolve(path, named.value)), range: START };
  }
  return null;
}
