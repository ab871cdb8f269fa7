/** Comparisons with the null of other languages: what is missing here is asked for by `has`. */
import type { AstBinary, AstExpr } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { attributeUse } from "./attribute-names.ts";
import type { CheckContext } from "./context.ts";
import { bareName, mayBeMember } from "./members.ts";
import { writtenName } from "./names.ts";
import { unwrap } from "./typed.ts";

const NULLS: ReadonlySet<string> = new Set(["null", "nil", "undefined"]);

/** Reports a comparison with null; tells whether it is one. */
export function reportNull(ast: AstBinary, context: CheckContext): boolean {
  const [left, right] = [unwrap(ast.left), unwrap(ast.right)];
  const other = isNull(right, context) ? left : isNull(left, context) ? right : null;
  if (other === null) return false;
  const use = other.kind === "name" ? attributeUse(other, context) : null;
  const has = `has ${use === null || use === undefined ? "NAME" : writtenName(use)}`;
  const isThere = ast.op === "!=" || ast.op === "is not";
  context.report.error(SEMANTICS.unknownName, ast.span, "there is no null: a value is there or missing", {
    help: `write \`${isThere ? has : `not ${has}`}\``,
  });
  return true;
}

function isNull(ast: AstExpr, context: CheckContext): boolean {
  return NULLS.has(bareName(ast) ?? "") && mayBeMember(ast, context);
}
