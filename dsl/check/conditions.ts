/** Conditions: `and`, `or`, `not`, `has` and `no`, and what each proves present. */
import type { Expr } from "../../engine/index.ts";
import type { AstExpr, AstLogic, AstPresence } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type AttributeUse, attributeUse, dotted } from "./attribute-names.ts";
import { type Site, withPresent } from "./context.ts";
import { checkName, provenBy, writtenName } from "./names.ts";
import { type Condition, intersection, NOTHING_PRESENT, type Presence, plainCondition, union } from "./presence.ts";
import { type Checker, type Typed, unwrap } from "./typed.ts";
import { BOOL, describe, exprType } from "./types.ts";

/** Checks an expression that must be a condition. */
export function checkCondition(ast: AstExpr, site: Site, checker: Checker): Condition {
  switch (ast.kind) {
    case "paren":
      return checker.condition(ast.item, site);
    case "and":
    case "or":
      return checkLogic(ast, site, checker);
    case "not":
      return negated(checker.condition(ast.item, site), ast);
    case "has":
    case "no":
      return checkPresence(ast, site);
    default:
      return plainCondition(conditionOf(checker.value(ast, site), ast, site));
  }
}

function conditionOf(typed: Typed | null, ast: AstExpr, site: Site): Expr | null {
  if (typed === null) return null;
  if (typed.type.scalar === "bool" && !typed.type.set) return typed.expr;
  const inner = unwrap(ast);
  const what = inner.kind === "name" && inner.index === null && inner.args === null ? `\`${dotted(inner)}\`` : "this";
  site.context.report.error(
    SEMANTICS.notCondition,
    ast.span,
    `${what} is \`${describe(typed.type)}\`, not a condition`,
    {
      help: 'compare it with something, such as `… > 10` or `… == "x"`',
    },
  );
  return null;
}

/**
 * Items are read from the left: each sees what the ones before it prove. `and` holds where all hold, and fails where some
 * item fails after the ones before it held; `or` is its mirror image.
 */
function checkLogic(ast: AstLogic, site: Site, checker: Checker): Condition {
  const items: Expr[] = [];
  let failed = false;
  let before: Presence = NOTHING_PRESENT;
  let otherwise: Presence | null = null;
  for (const item of ast.items) {
    const checked = checker.condition(item, withPresent(site, before));
    if (checked.expr === null) failed = true;
    else items.push(checked.expr);
    const [onward, away] =
      ast.kind === "and" ? [checked.whenTrue, checked.whenFalse] : [checked.whenFalse, checked.whenTrue];
    const leaving = union(before, away);
    otherwise = otherwise === null ? leaving : intersection(otherwise, leaving);
    before = union(before, onward);
  }
  // A copy has no room for more, which what was pushed to has.
  const expr: Expr | null = failed
    ? null
    : { kind: ast.kind, items: items.slice(), type: exprType(BOOL), span: ast.span };
  const through = before;
  const leave = otherwise ?? NOTHING_PRESENT;
  return ast.kind === "and"
    ? { expr, whenTrue: through, whenFalse: leave }
    : { expr, whenTrue: leave, whenFalse: through };
}

function negated(condition: Condition, ast: AstExpr): Condition {
  const { expr, whenTrue, whenFalse } = condition;
  const negation: Expr | null =
    expr === null ? null : { kind: "not", item: expr, type: exprType(BOOL), span: ast.span };
  return { expr: negation, whenTrue: whenFalse, whenFalse: whenTrue };
}

function checkPresence(ast: AstPresence, site: Site): Condition {
  const use = presenceSubject(ast, site);
  if (use === null) return plainCondition(null);
  const proven: Presence = new Set(provenBy(use));
  const attribute =
    use.missing === "client" ? { ...use.expr, name: "client" as const, type: exprType(BOOL) } : use.expr;
  const has: Expr = { kind: "has", attribute, type: exprType(BOOL), span: ast.span };
  if (ast.kind === "has") return { expr: has, whenTrue: proven, whenFalse: NOTHING_PRESENT };
  const no: Expr = { kind: "not", item: has, type: exprType(BOOL), span: ast.span };
  return { expr: no, whenTrue: NOTHING_PRESENT, whenFalse: proven };
}

/** The attribute after `has` or `no`; null where it is none, or can never be missing, and reported. */
function presenceSubject(ast: AstPresence, site: Site): AttributeUse | null {
  const inner = unwrap(ast.item);
  const { report } = site.context;
  const use = inner.kind === "name" ? attributeUse(inner, site.context) : undefined;
  if (use === null || inner.kind === "invalid") return null;
  if (use === undefined) {
    // A wrong name is reported as such; a value that is no attribute is never missing.
    const value = inner.kind === "name" ? checkName(inner, site) : undefined;
    if (value === null) return null;
    report.error(SEMANTICS.neverMissing, ast.span, `\`${ast.kind}\` asks for an attribute that can be missing`, {
      help: 'write `has client` or `has header["x-key"]`',
    });
    return null;
  }
  if (use.missing !== "never") return use;
  report.error(SEMANTICS.neverMissing, ast.span, `\`${writtenName(use)}\` is never missing`, {
    help: `leave \`${ast.kind} ${writtenName(use)}\` out`,
  });
  return null;
}
