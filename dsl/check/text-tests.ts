/** Tests of text: `contains`, `starts_with`, `ends_with`, `like` and `matches`. */
import type { Expr } from "../../engine/index.ts";
import type { AstBinary, AstExpr } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Site } from "./context.ts";
import { type Checker, type Typed, unwrap } from "./typed.ts";
import { BOOL, describe, exprType, type Type } from "./types.ts";

/** Operators that test text. */
export const TEXT_TESTS: ReadonlySet<string> = new Set(["contains", "starts_with", "ends_with", "like", "matches"]);

/** Checks an operator of {@link TEXT_TESTS}: text on the left, a literal on the right. */
export function checkTextTest(ast: AstBinary, site: Site, checker: Checker): Typed | null {
  const left = checker.value(ast.left, site);
  const fits = left === null || isText(ast, left.type, site);
  const expr = ast.op === "matches" ? matches(ast, left, site) : containing(ast, left, site);
  return expr === null || !fits ? null : { expr, type: BOOL };
}

function isText(ast: AstBinary, type: Type, site: Site): boolean {
  if (!type.set && type.scalar === "string") return true;
  site.context.report.error(
    SEMANTICS.operatorMisfit,
    ast.span,
    `\`${ast.op}\` tests strings, not \`${describe(type)}\``,
    {
      help: textHelp(ast, type),
    },
  );
  return false;
}

function textHelp(ast: AstBinary, type: Type): string {
  if (type.scalar === "path" && !type.set)
    return `paths are compared whole; write \`path.raw ${ast.op} …\` for the text as received`;
  if (type.set && ast.op === "contains") return 'membership is written the other way round: `"a" in xs`';
  if (type.scalar === "ip" || type.scalar === "network") return "test networks with `in`: `ip in 10.0.0.0/8`";
  return "text tests read strings alone";
}

function matches(ast: AstBinary, left: Typed | null, site: Site): Expr | null {
  const pattern = unwrap(ast.right);
  if (pattern.kind !== "regex")
    return reportOperand(
      ast,
      pattern,
      "a regular expression",
      "write one between slashes: `matches /^v[0-9]+$/`",
      site,
    );
  if (left === null || pattern.root === null) return null;
  const { source, ignoreCase, root } = pattern;
  return {
    kind: "matches",
    left: left.expr,
    pattern: { source, ignoreCase, root },
    type: exprType(BOOL),
    span: ast.span,
  };
}

function containing(ast: AstBinary, left: Typed | null, site: Site): Expr | null {
  const text = unwrap(ast.right);
  if (text.kind !== "literal" || text.type !== "string") {
    return reportOperand(ast, text, "a quoted text", `write it in quotes: \`${ast.op} "…"\``, site);
  }
  if (left === null || !isTextOp(ast.op)) return null;
  return { kind: ast.op, left: left.expr, text: String(text.value), type: exprType(BOOL), span: ast.span };
}

function isTextOp(op: AstBinary["op"]): op is "contains" | "starts_with" | "ends_with" | "like" {
  return op !== "matches" && TEXT_TESTS.has(op);
}

function reportOperand(ast: AstBinary, operand: AstExpr, wanted: string, help: string, site: Site): null {
  if (operand.kind === "invalid") return null;
  site.context.report.error(SEMANTICS.operatorMisfit, operand.span, `\`${ast.op}\` takes ${wanted} on its right`, {
    help,
  });
  return null;
}
