/** Comparisons: both sides have one type, and the operator applies to it. */
import { canonicalIp } from "../../engine/index.ts";
import type { CompareOp } from "../../engine/index.ts";
import type { AstBinary, AstExpr } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Fix } from "../diagnostic.ts";
import type { Site } from "./context.ts";
import { literalAs } from "./literals.ts";
import { memberNamed, mayBeMember } from "./members.ts";
import { mismatchHelp } from "./mismatch.ts";
import { reportNull } from "./no-null.ts";
import type { Report } from "./report.ts";
import type { Checker, Typed } from "./typed.ts";
import { BOOL, describe, exprType, isOrdered, sameType, type Type } from "./types.ts";

/** Operators that compare two values of one type. */
export const COMPARISONS: ReadonlySet<string> = new Set(["==", "!=", "<", "<=", ">", ">=", "is", "is not"]);

const ORDERING: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);

/** Checks `left op right` for every operator of {@link COMPARISONS}. */
export function checkComparison(ast: AstBinary, site: Site, checker: Checker): Typed | null {
  if (reportNull(ast, site.context)) return null;
  const [left, right] = operands(ast, site, checker);
  if (left === null || right === null) return null;
  const { report } = site.context;
  const fitted = fitTypes(left, right, report);
  if (fitted === null) {
    report.error(SEMANTICS.typesDiffer, ast.span, compareMessage(left.type, right.type), {
      help: mismatchHelp(left, right),
      ...quotedFix(ast, left, right),
    });
    return null;
  }
  if (!applies(ast, fitted[0].type, report)) return null;
  const op = modelOp(ast.op);
  return {
    expr: { kind: "compare", op, left: fitted[0].expr, right: fitted[1].expr, type: exprType(BOOL), span: ast.span },
    type: BOOL,
  };
}

/** Quotes around what is no text, where what they hold is a value of the other type. */
function quotedFix(ast: AstBinary, left: Typed, right: Typed): { readonly fix?: Fix } {
  const { expr } = right;
  if (expr.kind !== "literal" || typeof expr.value !== "string" || right.type.scalar !== "string") return {};
  const { members, scalar } = left.type;
  if (scalar === "ip" && canonicalIp(expr.value) !== null) return { fix: { span: ast.right.span, text: expr.value } };
  if (members === null || !members.members.includes(expr.value) || OTHER_WORD[ast.op] === undefined) return {};
  const word = modelOp(ast.op) === "!=" ? "is not" : "is";
  return { fix: { span: { ...ast.opSpan, end: ast.right.span.end }, text: `${word} ${expr.value}` } };
}

function compareMessage(left: Type, right: Type): string {
  return `\`${describe(left)}\` and \`${describe(right)}\` do not compare`;
}

function modelOp(op: AstBinary["op"]): CompareOp {
  switch (op) {
    case "is not":
    case "!=":
      return "!=";
    case "<":
    case "<=":
    case ">":
    case ">=":
      return op;
    default:
      return "==";
  }
}

/** Both sides; a bare name beside an enumeration is one of its members. */
function operands(ast: AstBinary, site: Site, checker: Checker): [Typed | null, Typed | null] {
  const bothUnknown = mayBeMember(ast.left, site.context) && mayBeMember(ast.right, site.context);
  if (mayBeMember(ast.left, site.context) && !bothUnknown) {
    const right = checker.value(ast.right, site);
    return right === null ? [null, null] : [beside(ast.left, right.type, site, checker), right];
  }
  const left = checker.value(ast.left, site);
  if (left !== null) return [left, beside(ast.right, left.type, site, checker)];
  const asksMember = ast.op === "is" || ast.op === "is not" || mayBeMember(ast.right, site.context);
  return [null, asksMember ? null : checker.value(ast.right, site)];
}

/** An operand whose neighbour has a type that may give it a meaning. */
function beside(ast: AstExpr, neighbour: Type, site: Site, checker: Checker): Typed | null {
  const member = neighbour.members !== null && !neighbour.set ? memberNamed(ast, neighbour, site) : undefined;
  return member === undefined ? checker.value(ast, site) : member;
}

/** The two sides as values of one type, where a literal may take the other side's type. Null where they do not fit. */
export function fitTypes(left: Typed, right: Typed, report: Report): [Typed, Typed] | null {
  if (sameType(left.type, right.type)) return [left, right];
  const rightAs = literalAs(right, left.type, report);
  if (rightAs !== null) return [left, rightAs];
  const leftAs = literalAs(left, right.type, report);
  return leftAs === null ? null : [leftAs, right];
}

/** The equality of enumerations in words, that of all else in signs. */
const OTHER_WORD: Partial<Record<AstBinary["op"], string>> = { "==": "is", "!=": "is not", is: "==", "is not": "!=" };

function applies(ast: AstBinary, type: Type, report: Report): boolean {
  const problem = misfit(ast.op, type);
  if (problem === null) return true;
  const other = OTHER_WORD[ast.op];
  const equates = other !== undefined && !type.set && type.scalar !== "rate";
  report.error(SEMANTICS.operatorMisfit, ast.span, `\`${ast.op}\` does not apply to \`${describe(type)}\``, {
    help: problem,
    ...(equates ? { fix: { span: ast.opSpan, text: other } } : {}),
  });
  return false;
}

/** Why an operator does not apply to a type, as advice; null if it does. */
function misfit(op: AstBinary["op"], type: Type): string | null {
  if (type.set) return 'test membership: `"a" in xs`, `any of xs in ys`, `all of xs in ys`';
  if (type.scalar === "rate") return "rates are for `allow` of a limit; they do not compare";
  if (ORDERING.has(op))
    return isOrdered(type) ? null : `only numbers, times and \`evidence\` have an order; test ${equality(type)}`;
  const isEnum = type.members !== null;
  if (op === "is" || op === "is not")
    return isEnum ? null : `\`${op}\` is for enumerations; write \`${op === "is" ? "==" : "!="}\``;
  return isEnum ? `enumerations are tested with \`${op === "==" ? "is" : "is not"}\`` : null;
}

function equality(type: Type): string {
  return type.members === null ? "`==` or `!=`" : "`is` or `is not`";
}
