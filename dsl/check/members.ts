/** Members of enumerations, written as bare names beside a value of the enumeration. */
import type { AstExpr } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { attributeNamed } from "./attributes.ts";
import type { CheckContext, Site } from "./context.ts";
import { didYouMean } from "./suggest.ts";
import { literal, type Typed, unwrap } from "./typed.ts";
import { describe, type Type } from "./types.ts";

/** Whether an expression is a bare name that the policy does not declare, so that only an enumeration can give it a meaning. */
export function mayBeMember(ast: AstExpr, context: CheckContext): boolean {
  const name = bareName(ast);
  return name !== null && !isKnown(name, context);
}

/** The name that an expression is, without index, arguments or dots; null for all else. */
export function bareName(ast: AstExpr): string | null {
  const inner = unwrap(ast);
  if (inner.kind !== "name" || inner.parts.length !== 1 || inner.index !== null || inner.args !== null) return null;
  return inner.parts[0]?.text ?? null;
}

function isKnown(name: string, context: CheckContext): boolean {
  return (
    context.scope.find(name) !== undefined ||
    context.scope.isUnread(name) ||
    context.fields.has(name) ||
    attributeNamed(name) !== undefined
  );
}

/**
 * Reads an expression as a member of an enumeration.
 *
 * @returns Undefined where it is no bare name, or names another value; null where the member is unknown and reported.
 */
export function memberNamed(ast: AstExpr, type: Type, site: Site): Typed | null | undefined {
  const { context } = site;
  const name = bareName(ast);
  const enumeration = type.members;
  if (name === null || enumeration === null) return undefined;
  if (enumeration.members.includes(name)) return { expr: literal(name, type, ast.span), type };
  if (attributeNamed(name) !== undefined || context.fields.has(name)) return undefined;
  if (context.scope.isUnread(name)) return null;
  const listed = enumeration.members.map((member) => `\`${member}\``).join(", ");
  const known = enumeration.members.length === 0 ? "" : `it is one of ${listed}`;
  context.report.error(SEMANTICS.unknownMember, ast.span, `\`${describe(type)}\` is never \`${name}\``, {
    help: didYouMean(name, enumeration.members, known),
  });
  return null;
}
