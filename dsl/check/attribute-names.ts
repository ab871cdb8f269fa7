/** Resolves a written name to an attribute of the language, with its arguments checked. */
import type { AttributeExpr, AttributeName } from "../../engine/index.ts";
import type { AstExpr, AstName } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type AttributeEntry, attributeNamed, type Missing, WRITTEN_NAMES } from "./attributes.ts";
import type { CheckContext } from "./context.ts";
import { dottedNameHere } from "./other-names.ts";
import { didYouMean, nearest } from "./suggest.ts";
import { isZone } from "./zones.ts";
import { exprType, type Type } from "./types.ts";

/** A name that reads an attribute. */
export interface AttributeUse {
  readonly expr: AttributeExpr;
  readonly type: Type;
  readonly missing: Missing;
}

/** The name as it was written, without index and arguments. */
export function dotted(ast: AstName): string {
  return ast.parts.map((part) => part.text).join(".");
}

/**
 * The attribute that a name reads; null where a problem was reported, and undefined where the name is no attribute, so
 * that it may be a declared one.
 */
export function attributeUse(ast: AstName, context: CheckContext): AttributeUse | null | undefined {
  const written = dotted(ast);
  const found = attributeNamed(written);
  if (found !== undefined) return ofLanguage(ast, found, context);
  const declared = declaredAttribute(ast, written, context);
  if (declared === undefined) return undefined;
  if (!takesNothing(ast, written, context)) return null;
  const { name, argument, type } = declared;
  const expr: AttributeExpr = { kind: "attribute", name, args: [argument], type: exprType(type), span: ast.span };
  return { expr, type, missing: "maybe" };
}

/** What a policy adds to the attributes of the language: parameters, body fields, facts and claims. All can be missing. */
function declaredAttribute(
  { parts }: AstName,
  written: string,
  context: CheckContext,
): { readonly name: AttributeName; readonly argument: string; readonly type: Type } | undefined {
  const [first, second] = parts;
  const claim = parts.length === 2 && first?.text === "token" ? context.claims.get(second?.text ?? "") : undefined;
  if (claim !== undefined) return { name: "token.field", argument: second?.text ?? "", type: claim };
  if (parts.length !== 1) return undefined;
  const field = context.fields.get(written);
  if (field !== undefined) return { name: field.kind, argument: written, type: field.type };
  const fact = context.facts.get(written);
  return fact === undefined ? undefined : { name: "fact", argument: written, type: fact };
}

function ofLanguage(ast: AstName, entry: AttributeEntry, context: CheckContext): AttributeUse | null {
  const args = readArguments(ast, entry, context);
  if (args === null) return null;
  const type = entry.name === "route" ? context.routeType : entry.type;
  const expr: AttributeExpr = { kind: "attribute", name: entry.name, args, type: exprType(type), span: ast.span };
  return { expr, type, missing: entry.missing };
}

type Arguments = readonly (string | number)[];

function readArguments(ast: AstName, entry: AttributeEntry, context: CheckContext): Arguments | null {
  switch (entry.argument) {
    case "none":
      return takesNothing(ast, entry.name, context) ? [] : null;
    case "name":
    case "header":
      return readIndex(ast, entry, context);
    case "zone":
      return readZone(ast, entry.name, context);
    case "prefixes":
      return readPrefixes(ast, context);
  }
}

function takesNothing(ast: AstName, written: string, context: CheckContext): boolean {
  if (ast.index === null && ast.args === null) return true;
  context.report.error(SEMANTICS.wrongArgument, ast.span, `\`${written}\` takes no argument`, {
    help: `write \`${written}\``,
  });
  return false;
}

function readIndex(ast: AstName, entry: AttributeEntry, context: CheckContext): Arguments | null {
  const name = ast.args === null && ast.index !== null ? textOf(ast.index) : null;
  if (name === null || name === "") {
    context.report.error(SEMANTICS.wrongArgument, ast.span, `\`${entry.name}\` is read by a name`, {
      help: `write \`${entry.name}["name"]\`${entry.name === "query" ? ", or `query.raw` for all of it, as it was received" : ""}`,
    });
    return null;
  }
  const lower = name.toLowerCase();
  if (entry.argument !== "header" || name === lower) return [name];
  const span = ast.index?.span ?? ast.span;
  context.report.error(SEMANTICS.wrongArgument, span, `header names are written in lower case, not \`${name}\``, {
    help: `write \`${entry.name}["${lower}"]\``,
    fix: { span, text: JSON.stringify(lower) },
  });
  return null;
}

function readZone(ast: AstName, name: AttributeName, context: CheckContext): Arguments | null {
  const zone = ast.index === null && ast.args?.length === 1 ? textOf(ast.args[0]) : null;
  if (zone !== null && isZone(zone)) return [zone];
  const message = zone === null ? `\`${name}\` needs a time zone` : `there is no time zone \`${zone}\``;
  context.report.error(SEMANTICS.wrongArgument, ast.span, message, {
    help: `name one of the IANA database, such as \`${name}("Europe/Rome")\` or \`${name}("UTC")\``,
  });
  return null;
}

/** Prefix lengths of `ip.network` where none are given: a /24 of IPv4, a /64 of IPv6. */
const DEFAULT_PREFIXES: readonly [number, number] = [24, 64];

function readPrefixes(ast: AstName, context: CheckContext): Arguments | null {
  if (ast.index === null && ast.args === null) return DEFAULT_PREFIXES;
  const [v4, v6] = (ast.args ?? []).map(wholeNumberOf);
  const fits = ast.args?.length === 2 && inside(v4, 32) && inside(v6, 128);
  if (fits) return [v4 ?? 0, v6 ?? 0];
  context.report.error(
    SEMANTICS.wrongArgument,
    ast.span,
    `\`ip.network\` takes a prefix length of IPv4 and one of IPv6${outside(v4, 32)}${outside(v6, 128)}`,
    {
      help: "write `ip.network` for a /24 and a /64, or both lengths: `ip.network(16, 48)`",
    },
  );
  return null;
}

/** What is said of a length that is too long. */
function outside(length: number | null | undefined, max: number): string {
  return typeof length !== "number" || inside(length, max) ? "" : `, and \`${length}\` is not within 0 and ${max}`;
}

function inside(length: number | null | undefined, max: number): boolean {
  return length !== null && length !== undefined && length >= 0 && length <= max;
}

function textOf(ast: AstExpr | undefined): string | null {
  return ast?.kind === "literal" && ast.type === "string" ? String(ast.value) : null;
}

function wholeNumberOf(ast: AstExpr): number | null {
  return ast.kind === "literal" && ast.type === "int" ? Number(ast.value) : null;
}

/** Reports a dotted name that the language does not have. */
export function reportUnknownAttribute(ast: AstName, context: CheckContext): void {
  const written = dotted(ast);
  const [first] = ast.parts;
  const parts = ast.parts.map(({ text }) => text);
  const meant = dottedNameHere(parts, context.fields) ?? nearest(written, WRITTEN_NAMES);
  if (first?.text === "token" && meant === null) {
    const claim = ast.parts[1]?.text ?? "name";
    context.report.error(SEMANTICS.unknownName, ast.span, `no \`jwt\` source declares the claim \`${claim}\``, {
      help: didYouMean(
        claim,
        context.claims.keys(),
        `declare it: \`claims { ${claim}: string }\`, or read it as text: \`token.claim["${claim}"] ?? ""\``,
      ),
    });
    return;
  }
  context.report.error(SEMANTICS.unknownName, ast.span, `there is no attribute \`${written}\``, {
    help: meant === null ? membersOf(parts) : `did you mean \`${meant}\`?`,
  });
}

/** What there is where a record has no such member, and how one of a request's own is declared. */
function membersOf([first = "", second = ""]: readonly string[]): string {
  const members = WRITTEN_NAMES.filter((name) => name.startsWith(`${first}.`));
  const known = members.length === 0 ? "" : `there are ${members.map((name) => `\`${name}\``).join(", ")}`;
  if (first !== "body") return known;
  return `${known}; a field of the body is declared with its route, \`{ body { ${second}: string } }\`, and read by its name: \`${second}\``;
}
