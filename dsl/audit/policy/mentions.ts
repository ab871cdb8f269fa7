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

/** Literals beside attributes, over a whole policy. */
export function mentionsOf(policy: Policy): readonly Mention[] {
  const found: Mention[] = [];
  for (const expr of expressionsOf(policy)) walk(expr, (part) => found.push(...mentionsIn(part, policy)));
  return found;
}

function mentionsIn(part: Expr, policy: Policy): readonly Mention[] {
  if (part.kind !== "compare" && part.kind !== "in" && part.kind !== "any_of" && part.kind !== "all_of") return [];
  return [...pairOf(part.left, part.right, policy), ...pairOf(part.right, part.left, policy)];
}

function pairOf(attribute: Expr, other: Expr, policy: Policy): readonly Mention[] {
  if (attribute.kind === "default") return attribute.options.flatMap((option) => pairOf(option, other, policy));
  if (attribute.kind !== "attribute") return [];
  return textsOf(other, policy).map((text) => ({ attribute, text, span: other.span }));
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
