/** Comparisons with the null of other languages: what is missing here is asked for by `has`. */
import type { AstBinary, AstExpr } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { attributeUse } from "./attribute-names.ts";
import type { CheckContext } from "./context.ts";
import { bareName, mayBeMember } from "./members.ts";
import { writtenName } from "./names.ts";
import { unwrap } from "./typed.ts";

/** What stands for a missing value elsewhere, and what for one that is there. */
const MISSING: ReadonlySet<string> = new Set(["null", "nil", "undefined", "missing", "absent", "unset"]);
const PRESENT: ReadonlySet<string> = new Set(["present", "defined", "set"]);

/** Reports a comparison with null, or with a word for it; tells whether it is one. */
export function reportNull(ast: AstBinary, context: CheckContext): boolean {
  const [left, right] = [unwrap(ast.left), unwrap(ast.right)];
  const [word, other] = isNull(right, context) ? [right, left] : isNull(left, context) ? [left, right] : [null, null];
  if (word === null || other === null) return false;
  const use = other.kind === "name" ? attributeUse(other, context) : null;
  const name = bareName(word) ?? "";
  // A class may have a member of such a name.
  if (use?.type.members?.members.includes(name) === true) return false;
  if (!COMMON.has(name) && (use === undefined || use?.missing === "never")) return false;
  const written = use === null || use === undefined ? "NAME" : writtenName(use);
  const isThere = PRESENT.has(name) === (ast.op === "==" || ast.op === "is");
  context.report.error(SEMANTICS.unknownName, ast.span, "there is no null: a value is there or missing", {
    help: `write \`${isThere ? "has" : "no"} ${written}\``,
  });
  return true;
}

/** Those that nothing else is called by. */
const COMMON: ReadonlySet<string> = new Set(["null", "nil", "undefined"]);

function isNull(ast: AstExpr, context: CheckContext): boolean {
  const name = bareName(ast) ?? "";
  return (MISSING.has(name) || PRESENT.has(name)) && mayBeMember(ast, context);
}
