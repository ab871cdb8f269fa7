/** A lens on each test: run it. */
import type { CodeLens } from "vscode-languageserver";
import { toRange } from "./positions.ts";
import type { OpenDocument } from "./workspace.ts";

/** Runs one test; its arguments are the document's URI and the test's name. */
export const RUN_TEST = "edgepolicy.runTest";

/** The lenses of a document. */
export function codeLenses({ uri, source, parsed }: OpenDocument): CodeLens[] {
  return parsed.file.declarations.flatMap((declaration) => {
    if (declaration.kind !== "test") return [];
    const { value, span } = declaration.name;
    return [
      { range: toRange(source, span), command: { title: "run test", command: RUN_TEST, arguments: [uri, value] } },
    ];
  });
}
