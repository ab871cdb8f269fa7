/** Rename: a name in all files of a policy and in its inventory. What would not compile any more is refused with the reason. */
import type { Position, Range, TextEdit, WorkspaceEdit } from "vscode-languageserver";
import { RESERVED as ATTRIBUTE_WORDS } from "../check/attributes.ts";
import { isReserved } from "../tokens.ts";
import type { AstIdentity, AstMember } from "../ast.ts";
import type { Analysis } from "./analysis.ts";
import { findAt, type Found } from "./lookup.ts";
import type { Meaning, Occurrence } from "./meaning.ts";
import { toUri } from "./paths.ts";
import { toOffset, toRange } from "./positions.ts";
import { claimsIn } from "./symbols.ts";
import type { OpenDocument } from "./workspace.ts";

/** What was asked for, or why it cannot be done. */
export type Renaming<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** The name that would be renamed at a position. */
export function prepareRename(
  document: OpenDocument,
  analysis: Analysis,
  position: Position,
): Renaming<{ range: Range; placeholder: string }> {
  const found = renamable(document, analysis, position);
  if (!found.ok) return found;
  const { span, meaning } = found.value;
  return { ok: true, value: { range: toRange(document.source, span), placeholder: meaning.name } };
}

/** The edits that give the name at a position another one. */
export function rename(
  document: OpenDocument,
  analysis: Analysis,
  position: Position,
  newName: string,
): Renaming<WorkspaceEdit> {
  const found = renamable(document, analysis, position);
  if (!found.ok) return found;
  const refusal = refusalOf(newName, found.value.meaning, analysis);
  if (refusal !== null) return refuse(refusal);
  return { ok: true, value: { changes: editsFor(found.value.meaning, newName, analysis) } };
}

function refuse(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

function renamable(document: OpenDocument, analysis: Analysis, position: Position): Renaming<Found> {
  const found = findAt(document, analysis, toOffset(document.source, position));
  if (found === null) return refuse("no name that a policy declares stands here");
  const { kind, name } = found.meaning;
  if (kind === "attribute" || kind === "aggregate" || kind === "type" || kind === "member")
    return refuse(`\`${name}\` is a word of the language`);
  if (kind === "client") return refuse("ids of clients are never changed or reused: logs and credentials name them");
  const places = analysis.occurrences.of(found.meaning);
  if (!places.some(({ declares, span }) => declares && span.end > span.start))
    return refuse(`\`${name}\` is not declared`);
  const broken = brokenFile(analysis);
  return broken === null ? { ok: true, value: found } : refuse(`mend the syntax errors of ${broken} first`);
}

/** A file of the policy with a declaration that could not be read, in which the name could stand. */
function brokenFile(analysis: Analysis): string | null {
  const { sources } = analysis.result;
  const index = sources.findIndex((_, file) => (analysis.parseOf(file)?.file.unread.length ?? 0) > 0);
  return sources[index]?.path ?? null;
}

/** Why a name cannot be given; null where it can. */
function refusalOf(newName: string, { kind, name, owner }: Meaning, { symbols, result }: Analysis): string | null {
  if (!/^[a-z][a-z0-9_]*$/.test(newName))
    return `\`${newName}\` is not a name: names are lower case and begin with a letter`;
  if (isReserved(newName)) return `\`${newName}\` is a keyword`;
  if (newName === name) return null;
  if (kind === "label" || kind === "actor") {
    const taken =
      kind === "label" ? labelsOf(owner, result.declarations.all) : actorsOf(owner, result.declarations.all);
    return taken.includes(newName) ? `\`${owner}\` has a \`${newName}\` already` : null;
  }
  if (kind !== "claim" && ATTRIBUTE_WORDS.has(newName)) return `\`${newName}\` is an attribute of the language`;
  if (kind === "claim") return symbols.claims.has(newName) ? `there is a claim \`${newName}\` already` : null;
  const declared = symbols.declared.get(newName);
  if (declared !== undefined) return `there is a ${declared.kind} \`${newName}\` already`;
  return symbols.fields.has(newName) ? `there is a field \`${newName}\` already` : null;
}

type Declarations = Analysis["result"]["declarations"]["all"];

function labelsOf(name: string, declarations: Declarations): readonly string[] {
  return declarations.flatMap((one) =>
    one.kind === "class" && one.name.text === name
      ? [...one.cases.map(({ label }) => label.text), one.otherwise.text]
      : [],
  );
}

function actorsOf(name: string, declarations: Declarations): readonly string[] {
  return declarations.flatMap((one) =>
    one.kind === "scenario" && one.name.text === name ? one.actors.map((actor) => actor.name.text) : [],
  );
}

function editsFor(what: Meaning, newName: string, analysis: Analysis): Record<string, TextEdit[]> {
  const changes: Record<string, TextEdit[]> = {};
  for (const occurrence of analysis.occurrences.of(what)) {
    const { span } = occurrence;
    const source = analysis.sourceOf(span.file);
    // A parameter of GraphQL has no name of its own in the text.
    if (source === undefined || span.start === span.end) continue;
    const edits = (changes[toUri(source.path)] ??= []);
    edits.push({ range: toRange(source, span), newText: newName });
    const path = jsonPathOf(occurrence, what, analysis);
    if (path !== null)
      edits.push({ range: toRange(source, { start: path, end: path }), newText: ` from "${what.name}"` });
  }
  return changes;
}

/** Where a field or claim that was read by its name must now say what it is read from; null where it says so, or is none. */
function jsonPathOf({ span, declares }: Occurrence, { kind }: Meaning, { result }: Analysis): number | null {
  if (!declares || (kind !== "field" && kind !== "claim")) return null;
  const within = (outer: Occurrence["span"]): boolean =>
    outer.file === span.file && outer.start <= span.start && span.end <= outer.end;
  for (const declaration of result.declarations.all) {
    if (!within(declaration.span)) continue;
    const fields = declaration.kind === "route" ? (declaration.body ?? []) : [];
    const field = fields.find((one) => within(one.name.span));
    if (field !== undefined) return field.from === null ? field.type.span.end : null;
    const claim = declaration.kind === "identity" ? claimAt(declaration, within) : undefined;
    if (claim !== undefined) return claim.values.length === 1 ? (claim.values[0]?.span.end ?? null) : null;
  }
  return null;
}

function claimAt(identity: AstIdentity, within: (span: Occurrence["span"]) => boolean): AstMember | undefined {
  return claimsIn([identity]).find(({ words }) => words[0] !== undefined && within(words[0].span));
}
