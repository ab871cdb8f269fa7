/** What conditions name: literals beside attributes, and attributes that are compared with anything else. */
import type { AttributeExpr, Expr, LiteralExpr, Policy, Span } from "../../../engine/index.ts";
import { walk } from "../../check/walk.ts";
import { expressionsOf } from "../../lints/places.ts";

/** A literal that is compared with an attribute. */
export interface Mention {
  readonly attribute: AttributeExpr;
  readonly text: string;
  readonly span: Span;
}

/** Literals beside some attributes, over a whole policy. */
export function mentionsOf(policy: Policy, names: ReadonlySet<string>): readonly Mention[] {
  const found: Mention[] = [];
  for (const expr of expressionsOf(policy)) {
    walk(expr, (part) => {
      if (part.kind !== "compare" && part.kind !== "in" && part.kind !== "any_of" && part.kind !== "all_of") return;
      collectPair(part.left, part.right, policy, names, found);
      collectPair(part.right, part.left, policy, names, found);
    });
  }
  return found;
}

function collectPair(attribute: Expr, other: Expr, policy: Policy, names: ReadonlySet<string>, found: Mention[]): void {
  if (attribute.kind === "default")
    for (const option of attribute.options) collectPair(option, other, policy, names, found);
  if (attribute.kind !== "attribute" || !names.has(attribute.name)) return;
  for (const text of textsOf(other, policy)) found.push({ attribute, text, span: other.span });
}

function textsOf(expr: Expr, policy: Policy): readonly string[] {
  if (expr.kind === "list") return (policy.lists[expr.index]?.values ?? []).map(String);
  return expr.kind === "literal" ? literalTexts(expr) : [];
}

function literalTexts({ value }: LiteralExpr): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === "object" ? [] : [String(value)];
}

/** Whether any condition compares one of the attributes with what is not written in the policy. */
export function comparesFreely(policy: Policy, names: ReadonlySet<string>): boolean {
  let free = false;
  for (const expr of expressionsOf(policy)) {
    walk(expr, (part) => {
      if (!("left" in part && "right" in part)) return;
      const sides = [part.left, part.right];
      const reads = sides.some((side) => side.kind === "attribute" && names.has(side.name));
      free ||= reads && !sides.some((side) => side.kind === "literal" || side.kind === "list");
    });
  }
  return free;
}
