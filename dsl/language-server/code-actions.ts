/** Code actions: the certain fixes of diagnostics, one by one and all at once. */
import { type CodeAction, CodeActionKind, type Range, type TextEdit } from "vscode-languageserver";
import type { Diagnostic, Fix } from "../diagnostic.ts";
import type { Analysis } from "./analysis.ts";
import { diagnosticsByFile } from "./diagnostics.ts";
import { toOffset, toRange } from "./positions.ts";
import type { OpenDocument } from "./workspace.ts";

/** What an editor asked for: actions of these kinds, or of every kind. */
export interface ActionRequest {
  readonly range: Range;
  readonly only: readonly string[] | undefined;
}

/** Mends everything in a file that has a certain fix. */
export const FIX_ALL: string = `${CodeActionKind.SourceFixAll}.edgepolicy`;

/** The actions for a range of a document. */
export function codeActions(document: OpenDocument, analysis: Analysis, { range, only }: ActionRequest): CodeAction[] {
  const fixable = fixableIn(document, analysis);
  const wanted = (kind: string): boolean =>
    only === undefined || only.some((one) => kind === one || kind.startsWith(`${one}.`));
  const [start, end] = [toOffset(document.source, range.start), toOffset(document.source, range.end)];
  const near = fixable.filter(({ span }) => span.start <= end && start <= span.end);
  const actions = wanted(CodeActionKind.QuickFix) ? near.map((one) => quickFix(one, document, analysis)) : [];
  const all = compatible(fixable.map(({ fix }) => fix));
  if (wanted(FIX_ALL) && all.length > 0) actions.push(fixAll(all, document));
  return actions;
}

type Fixable = Diagnostic & { readonly fix: Fix };

function fixableIn({ path }: OpenDocument, { problems }: Analysis): readonly Fixable[] {
  return problems
    .filter(({ source, diagnostic: { fix, span } }) => source.path === path && fix?.span.file === span.file)
    .map(({ diagnostic }) => diagnostic)
    .filter((diagnostic): diagnostic is Fixable => diagnostic.fix !== null);
}

function quickFix({ code, span, help, fix }: Fixable, document: OpenDocument, analysis: Analysis): CodeAction {
  const range = toRange(document.source, span);
  const shown = diagnosticsByFile(analysis).get(document.path) ?? [];
  const diagnostics = shown.filter((one) => one.code === code && sameRange(one.range, range));
  return {
    title: titleOf(help, fix, document),
    kind: CodeActionKind.QuickFix,
    isPreferred: true,
    diagnostics,
    edit: { changes: { [document.uri]: [editOf(fix, document)] } },
  };
}

function sameRange(a: Range, b: Range): boolean {
  return (
    a.start.line === b.start.line &&
    a.start.character === b.start.character &&
    a.end.line === b.end.line &&
    a.end.character === b.end.character
  );
}

const MAX_TITLE = 60;

function titleOf(help: string, { span, text }: Fix, { source }: OpenDocument): string {
  const before = source.text.slice(span.start, span.end);
  const title =
    text === "" ? `remove \`${before}\`` : before === "" ? `insert \`${text.trim()}\`` : `write \`${text.trim()}\``;
  return title.length <= MAX_TITLE && !title.includes("\n") ? title : help === "" ? "mend it" : help;
}

function fixAll(fixes: readonly Fix[], document: OpenDocument): CodeAction {
  return {
    title: "mend everything that has a certain fix",
    kind: FIX_ALL,
    edit: { changes: { [document.uri]: fixes.map((fix) => editOf(fix, document)) } },
  };
}

function editOf({ span, text }: Fix, { source }: OpenDocument): TextEdit {
  return { range: toRange(source, span), newText: text };
}

/** Fixes in the order of the text, without those that touch an earlier one. */
function compatible(fixes: readonly Fix[]): readonly Fix[] {
  const sorted = [...fixes].sort((a, b) => a.span.start - b.span.start);
  const kept: Fix[] = [];
  for (const fix of sorted) {
    const last = kept.at(-1);
    if (last === undefined || last.span.end < fix.span.start) kept.push(fix);
  }
  return kept;
}
