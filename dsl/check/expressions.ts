/** The checker of expressions: each syntax node goes to the file of its concern. */
import type { AstBinary, AstExpr, AstName } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { checkArithmetic, checkRatio } from "./arithmetic.ts";
import { checkComparison, COMPARISONS } from "./comparisons.ts";
import { checkCondition } from "./conditions.ts";
import type { Site } from "./context.ts";
import { checkDefault } from "./defaults.ts";
import { checkLiteral, checkRate } from "./literals.ts";
import { checkIn, checkSetTest } from "./membership.ts";
import { checkName } from "./names.ts";
import { type Condition, plainCondition } from "./presence.ts";
import { checkLookup } from "./tables.ts";
import { checkTextTest, TEXT_TESTS } from "./text-tests.ts";
import type { Checker, Typed } from "./typed.ts";
import { BOOL } from "./types.ts";

/** Expressions nest at most this deep, whatever operators they nest by. */
const MAX_DEPTH = 128;

/** Checks expressions; problems go to the context's report. */
export const CHECKER: Checker = {
  value: (ast, site) => {
    if (!descend(ast, site)) return null;
    const value = checkValue(ast, site);
    site.context.depth.value -= 1;
    return value;
  },
  condition: (ast, site) => {
    if (!descend(ast, site)) return plainCondition(null);
    const condition = checkCondition(ast, site, CHECKER);
    site.context.depth.value -= 1;
    return condition;
  },
};

/** Goes one level deeper; false, which is reported, where there are too many. */
function descend(ast: AstExpr, site: Site): boolean {
  const { depth, report } = site.context;
  if (depth.value >= MAX_DEPTH) {
    report.error(SEMANTICS.tooDeep, ast.span, `this expression nests deeper than ${MAX_DEPTH} levels`, {
      help: "name a part of it with `let`",
    });
    return false;
  }
  depth.value += 1;
  return true;
}

function checkValue(ast: AstExpr, site: Site): Typed | null {
  switch (ast.kind) {
    case "literal":
      return checkLiteral(ast, site.context.report);
    case "rate":
      return checkRate(ast, site.context.report);
    case "regex":
      return misplaced(ast, site, "a regular expression stands only right of `matches`", "write `host matches /…/`");
    case "list":
      return misplaced(ast, site, "a list stands only right of `in`", "write `… in [a, b]`");
    case "name":
      return checkNamed(ast, site);
    case "and":
    case "or":
    case "not":
    case "has":
    case "no":
      return asValue(CHECKER.condition(ast, site));
    case "binary":
      return checkBinary(ast, site);
    case "default":
      return checkDefault(ast, site, CHECKER);
    case "any_of":
    case "all_of":
      return checkSetTest(ast, site, CHECKER);
    case "paren":
      return CHECKER.value(ast.item, site);
    case "invalid":
      return null;
  }
}

/** A name; those that take expressions are told apart here. */
function checkNamed(ast: AstName, site: Site): Typed | null {
  const name = ast.parts.length === 1 ? (ast.parts[0]?.text ?? "") : "";
  if (name === "ratio") return checkRatio(ast, site, CHECKER);
  const declared = name === "" ? undefined : site.context.scope.find(name);
  return declared?.kind === "table" ? checkLookup(ast, declared, site, CHECKER) : checkName(ast, site);
}

function asValue(condition: Condition): Typed | null {
  return condition.expr === null ? null : { expr: condition.expr, type: BOOL };
}

function checkBinary(ast: AstBinary, site: Site): Typed | null {
  const { op } = ast;
  if (COMPARISONS.has(op)) return checkComparison(ast, site, CHECKER);
  if (TEXT_TESTS.has(op)) return checkTextTest(ast, site, CHECKER);
  if (op === "+" || op === "-" || op === "*") return checkArithmetic(ast, op, site, CHECKER);
  return checkIn(ast, site, CHECKER);
}

function misplaced(ast: AstExpr, site: Site, message: string, help: string): null {
  site.context.report.error(SEMANTICS.notValue, ast.span, message, { help });
  return null;
}
