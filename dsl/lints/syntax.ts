/** The expressions of a policy as they were written, for lints whose fix edits the text. */
import type { Expr, Policy, Span } from "../../engine/index.ts";
import type { AstDeclarationNode, AstExpr, AstName } from "../ast.ts";
import { walk } from "../check/walk.ts";
import { expressionsOf } from "./places.ts";
import { unwrap } from "../check/typed.ts";

/** Every written expression of the declarations, with all its parts. */
export function writtenIn(declarations: readonly AstDeclarationNode[]): readonly AstExpr[] {
  const found: AstExpr[] = [];
  const waiting = declarations.flatMap(expressionsIn).filter((expr) => expr !== null);
  for (let expr = waiting.pop(); expr !== undefined; expr = waiting.pop()) {
    found.push(expr);
    addParts(expr, waiting);
  }
  return found;
}

function expressionsIn(declaration: AstDeclarationNode): readonly (AstExpr | null)[] {
  switch (declaration.kind) {
    case "let":
      return [declaration.value];
    case "class":
      return declaration.cases.map((one) => one.when);
    case "signal":
      return [declaration.argument, declaration.second, declaration.where];
    case "score":
      return declaration.terms.map((term) => term.when);
    case "limit":
      return [declaration.when, declaration.cost, declaration.refund];
    case "rule":
    case "invariant":
      return [declaration.when];
    default:
      return [];
  }
}

function addParts(expr: AstExpr, to: AstExpr[]): void {
  switch (expr.kind) {
    case "and":
    case "or":
    case "list":
      to.push(...expr.items);
      return;
    case "not":
    case "has":
    case "no":
    case "paren":
      to.push(expr.item);
      return;
    case "binary":
    case "any_of":
    case "all_of":
      to.push(expr.left, expr.right);
      return;
    case "default":
      to.push(...expr.options);
      return;
    case "name":
      if (expr.args !== null) to.push(...expr.args);
      return;
    case "literal":
    case "rate":
    case "regex":
    case "invalid":
  }
}

/** What the checker made of a written expression, by its place. The places are looked for once they are asked about. */
export function modelByPlace(policy: Policy): (span: Span) => Expr | undefined {
  let found: ReadonlyMap<string, Expr> | null = null;
  return (span) => {
    found ??= placesOf(policy);
    return found.get(placeOf(span));
  };
}

function placesOf(policy: Policy): ReadonlyMap<string, Expr> {
  const found = new Map<string, Expr>();
  for (const expr of expressionsOf(policy)) {
    walk(expr, (part) => {
      const place = placeOf(part.span);
      if (!found.has(place)) found.set(place, part);
    });
  }
  return found;
}

function placeOf({ file, start, end }: Span): string {
  return `${file} ${start} ${end}`;
}

/** A written expression as text that is equal for equal expressions wherever they stand and however they are spaced. */
export function writtenText(expr: AstExpr): string {
  const inner = unwrap(expr);
  switch (inner.kind) {
    case "binary":
      return `${inner.op}(${writtenText(inner.left)},${writtenText(inner.right)})`;
    case "literal":
      return typeof inner.value === "string"
        ? `${inner.type} ${inner.value.length}"${inner.value}`
        : `${inner.type} ${inner.value}`;
    case "default":
      return `??(${inner.options.map(writtenText).join()})`;
    case "name":
      return writtenName(inner);
    default:
      return otherText(inner);
  }
}

function writtenName({ parts, index, args }: AstName): string {
  const name = parts.map(({ text }) => text).join(".");
  const at = index === null ? "" : `[${writtenText(index)}]`;
  return args === null ? name + at : `${name}${at}(${args.map(writtenText).join()})`;
}

function otherText(expr: AstExpr): string {
  return JSON.stringify(expr, (key, value: unknown) => {
    if (key === "span" || key === "opSpan" || key === "raw") return undefined;
    return isParen(value) ? unwrap(value) : value;
  });
}

function isParen(value: unknown): value is AstExpr & { kind: "paren" } {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "paren";
}
