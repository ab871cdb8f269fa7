/** The names inside an expression, with what they mean. */
import type { Span } from "../../engine/index.ts";
import type { AstExpr, AstName } from "../ast.ts";
import { attributeNamed } from "../check/attributes.ts";
import { type Enumeration, enumerationOf, writtenName } from "./enumerations.ts";
import { type Meaning, meaning } from "./meaning.ts";
import type { Symbols } from "./symbols.ts";

/** Told of each name, and of each string that names a client. */
export type Use = (meaning: Meaning, span: Span) => void;

/** An expression and what bare names in it are members of. */
interface Waiting {
  readonly expr: AstExpr;
  readonly beside: Enumeration | null;
}

/** Tells of every name in an expression. With a worklist, because operators nest without a bound in a text. */
export function namesIn(root: AstExpr, symbols: Symbols, use: Use): void {
  const waiting: Waiting[] = [{ expr: root, beside: null }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { expr, beside } = next;
    if (expr.kind === "name") nameOf(expr, beside, symbols, use);
    if (expr.kind === "literal" && expr.type === "string") textOf(String(expr.value), expr.span, beside, use);
    waiting.push(...partsOf(expr, beside, symbols));
  }
}

function partsOf(expr: AstExpr, beside: Enumeration | null, symbols: Symbols): readonly Waiting[] {
  switch (expr.kind) {
    case "literal":
    case "rate":
    case "regex":
    case "invalid":
      return [];
    case "name":
      return [...(expr.index === null ? [] : [expr.index]), ...(expr.args ?? [])].map((part) => alone(part));
    case "list":
      return expr.items.map((item) => ({ expr: item, beside }));
    case "and":
    case "or":
      return expr.items.map((item) => alone(item));
    case "not":
    case "has":
    case "no":
      return [alone(expr.item)];
    case "paren":
      return [{ expr: expr.item, beside }];
    case "default": {
      const [first] = expr.options;
      const members = first === undefined ? null : enumerationOf(first, symbols);
      return expr.options.map((option, index) => ({ expr: option, beside: index === 0 ? beside : members }));
    }
    case "binary":
    case "any_of":
    case "all_of":
      return [alone(expr.left), { expr: expr.right, beside: enumerationOf(expr.left, symbols) }];
  }
}

function alone(expr: AstExpr): Waiting {
  return { expr, beside: null };
}

function textOf(value: string, span: Span, beside: Enumeration | null, use: Use): void {
  if (beside?.strings !== true || !beside.members.includes(value)) return;
  use(beside.meaningOf(value), { ...span, start: span.start + 1, end: span.end - 1 });
}

function nameOf(name: AstName, beside: Enumeration | null, symbols: Symbols, use: Use): void {
  const [first] = name.parts;
  const last = name.parts.at(-1);
  if (first === undefined || last === undefined) return;
  const whole: Span = { ...first.span, end: last.span.end };
  const bare = name.parts.length === 1 && name.index === null && name.args === null;
  if (bare && beside !== null && !beside.strings && beside.members.includes(first.text)) {
    use(beside.meaningOf(first.text), whole);
    return;
  }
  const found = meaningOfName(writtenName(name), symbols);
  if (found === null) return;
  // Of `token.tenant` the last part alone is the claim's name.
  use(found, found.kind === "claim" ? last.span : whole);
}

/** What a written name reads: an attribute, a field, a claim, or what a declaration names. Null where it is unknown. */
export function meaningOfName(written: string, { declared, fields, claims }: Symbols): Meaning | null {
  if (attributeNamed(written) !== undefined) return meaning("attribute", written);
  if (fields.has(written)) return meaning("field", written);
  if (declared.has(written)) return meaning("declared", written);
  const claim = written.startsWith("token.") ? written.slice("token.".length) : "";
  return claims.has(claim) ? meaning("claim", claim) : null;
}
