/** The canonical format: one text for all spellings of a policy, with its comments kept where they stand. */
import type { AstDeclarationNode, AstFile } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import * as declarations from "./format/declarations.ts";
import * as decisions from "./format/decisions.ts";
import { blankLine, type Doc, hardLine } from "./format/doc.ts";
import { print, SourceComments } from "./format/printer.ts";
import { layRows, type Row } from "./format/rows.ts";
import { scenarioRow } from "./format/scenarios.ts";
import { testRow } from "./format/tests.ts";
import { parse } from "./parser.ts";

/** What formatting gave. */
export interface FormatResult {
  /** Null where the text has syntax errors: what was not understood is not rewritten. */
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Formats a policy file. Formatting twice gives the same as formatting once, and the result means what the text did. */
export function format(text: string): FormatResult {
  const { file, diagnostics } = parse(text);
  if (diagnostics.some(({ severity }) => severity === "error")) return { text: null, diagnostics };
  return { text: formatFile(file, new SourceComments(text, file.comments)), diagnostics };
}

function formatFile(file: AstFile, comments: SourceComments): string {
  const rows = file.declarations.map((declaration) => rowOf(declaration, comments));
  const docs: Doc[] = [];
  for (const [index, doc] of layRows(rows, comments, 0).entries()) {
    if (index > 0) docs.push(rows[index]?.family === rows[index - 1]?.family ? hardLine : blankLine);
    docs.push(doc);
  }
  return print(docs, comments);
}

function rowOf(declaration: AstDeclarationNode, comments: SourceComments): Row {
  switch (declaration.kind) {
    case "policy":
      return declarations.policyRow(declaration, comments);
    case "import":
      return declarations.importRow(declaration);
    case "trust":
      return declarations.trustRow(declaration);
    case "identity":
      return declarations.identityRow(declaration, comments);
    case "clients":
      return declarations.clientsRow(declaration);
    case "list_declaration":
      return declarations.listRow(declaration);
    case "route":
      return declarations.routeRow(declaration, comments);
    case "group":
      return declarations.groupRow(declaration);
    case "fact":
      return declarations.factRow(declaration);
    case "class":
      return declarations.classRow(declaration);
    case "table":
      return declarations.tableRow(declaration, comments);
    case "window":
      return declarations.windowRow(declaration);
    case "let":
      return declarations.letRow(declaration);
    case "signal":
      return decisions.signalRow(declaration);
    case "score":
      return decisions.scoreRow(declaration, comments);
    case "limit":
      return decisions.limitRow(declaration);
    case "rule":
      return decisions.ruleRow(declaration, comments);
    case "rollout":
      return decisions.rolloutRow(declaration, comments);
    case "invariant":
      return decisions.invariantRow(declaration);
    case "test":
      return testRow(declaration, comments);
    case "scenario":
      return scenarioRow(declaration, comments);
  }
}
