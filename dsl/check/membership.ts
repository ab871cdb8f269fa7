/** Membership: `in`, `not in`, `any of … in …`, `all of … in …`. */
import { canonicalNetwork, type Expr, type ScalarValue } from "../../engine/index.ts";
import type { AstBinary, AstExpr, AstList, AstSetTest } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Site } from "./context.ts";
import { literalAs, scalarOf } from "./literals.ts";
import { memberNamed } from "./members.ts";
import { literalHelp } from "./mismatch.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import { type Checker, literal, textOf, type Typed, unwrap } from "./typed.ts";
import { inWindow } from "./windows.ts";
import { BOOL, describe, elementOf, exprType, NETWORK, sameType, setOf, type Type } from "./types.ts";

/** Checks `left in right` and `left not in right`. */
export function checkIn(ast: AstBinary, site: Site, checker: Checker): Typed | null {
  const window = declaredAs(ast.right, "window", site);
  if (window !== null) return checkInWindow(ast, window, site, checker);
  const left = checker.value(ast.left, site);
  if (left === null) {
    checkRightAlone(ast.right, site, checker);
    return null;
  }
  const right = collection(ast.right, left.type, site, checker);
  if (right === null) return null;
  const fitted = memberFits(left, right, site);
  if (fitted === null) return reportMisfit(ast, left, right, site);
  const test: Expr = { kind: "in", left: fitted.expr, right: right.expr, type: exprType(BOOL), span: ast.span };
  if (ast.op === "in") return { expr: test, type: BOOL };
  return { expr: { kind: "not", item: test, type: exprType(BOOL), span: ast.span }, type: BOOL };
}

/** `now in NAME`: only the request's own time is asked of a window. */
function checkInWindow(ast: AstBinary, index: number, site: Site, checker: Checker): Typed | null {
  const left = checker.value(ast.left, site);
  if (left === null) return null;
  if (left.expr.kind !== "attribute" || left.expr.name !== "now") {
    site.context.report.error(SEMANTICS.operatorMisfit, ast.left.span, "only `now` is asked of a window", {
      help: "write `now in …`",
    });
    return null;
  }
  const test = inWindow(index, ast.span);
  if (ast.op === "in") return { expr: test, type: BOOL };
  return { expr: { kind: "not", item: test, type: exprType(BOOL), span: ast.span }, type: BOOL };
}

/** Reports what is wrong on the right where the left is wrong already. */
function checkRightAlone(ast: AstExpr, site: Site, checker: Checker): void {
  const inner = unwrap(ast);
  if (inner.kind === "name" && !isListName(inner, site)) checker.value(inner, site);
}

function isListName(ast: AstExpr, site: Site): boolean {
  return declaredAs(ast, "list", site) !== null;
}

function reportMisfit(ast: AstBinary | AstSetTest, left: Typed, right: Typed, site: Site): null {
  const wanted = right.type.set ? elementOf(right.type) : right.type;
  site.context.report.error(
    SEMANTICS.typesDiffer,
    ast.span,
    `\`${describe(left.type)}\` cannot be in \`${describe(right.type)}\``,
    {
      help: left.type.set ? "write `any of xs in ys` or `all of xs in ys`" : misfitHelp(left, right, wanted),
    },
  );
  return null;
}

/** Advice in the type of the side that is no literal: the list for an attribute, the attribute for a literal. */
function misfitHelp(left: Typed, right: Typed, wanted: Type): string {
  const { expr } = right;
  const first =
    expr.kind === "literal" && Array.isArray(expr.value) ? (expr.value[0] as ScalarValue | undefined) : undefined;
  const entry = first === undefined ? right : { expr: literal(first, wanted, expr.span), type: wanted };
  const advice = left.expr.kind === "literal" ? literalHelp(left, wanted) : literalHelp(entry, left.type);
  return advice ?? `nothing is converted: list values of type \`${describe(left.type)}\``;
}

/** The left side as a possible member of the right one; null where it can never be one. */
function memberFits(left: Typed, right: Typed, site: Site): Typed | null {
  if (left.type.set) return null;
  const element = right.type.set ? elementOf(right.type) : right.type;
  if (right.type.set && sameType(left.type, element)) return left;
  const inNetwork = element.scalar === "network" && (left.type.scalar === "ip" || left.type.scalar === "network");
  if (inNetwork) return left;
  return right.type.set ? literalAs(left, element, site.context.report) : null;
}

/** What stands right of `in`: an inline list, a declared list, a set, or one network. */
function collection(ast: AstExpr, wanted: Type, site: Site, checker: Checker): Typed | null {
  const inner = unwrap(ast);
  if (inner.kind === "list") return inlineList(inner, wanted, site, checker);
  const declared = declaredAs(inner, "list", site);
  if (declared !== null) return declaredList(inner, declared, site);
  const value = checker.value(inner, site);
  if (value === null) return null;
  if (value.type.set || value.type.scalar === "network") return value;
  site.context.report.error(
    SEMANTICS.operatorMisfit,
    inner.span,
    `\`in\` needs a list, a set or a network, not \`${describe(value.type)}\``,
    {
      help: collectionHelp(value, wanted),
    },
  );
  return null;
}

function collectionHelp(value: Typed, wanted: Type): string {
  const isText = wanted.scalar === "string" && value.type.scalar === "string";
  if (value.expr.kind !== "literal") {
    return isText
      ? "write `a contains b` where `b` is part of a text, or compare both with `==`"
      : "compare two values with `==`";
  }
  const isAddress = wanted.scalar === "ip" || wanted.scalar === "network";
  const network = isAddress && value.type.scalar === "string" ? canonicalNetwork(textOf(value.expr.value)) : null;
  if (network !== null) return `write it without quotes: \`${network}\``;
  return "compare one value with `==`, or write a list: `[a, b]`";
}

/** A declared list; null where its type is unknown, which is reported at the list. */
function declaredList(ast: AstExpr, index: number, site: Site): Typed | null {
  const type = DECLARED_TYPES.get(site.context.declarations.lists[index]?.type.text ?? "");
  if (type === undefined) return null;
  const set = setOf(type);
  return { expr: { kind: "list", index, type: exprType(set), span: ast.span }, type: set };
}

/** Place of a declaration of that kind that a bare name names; null where it names none. */
function declaredAs(ast: AstExpr, kind: "list" | "window", site: Site): number | null {
  const inner = unwrap(ast);
  if (inner.kind !== "name" || inner.parts.length !== 1 || inner.index !== null || inner.args !== null) return null;
  const found = site.context.scope.find(inner.parts[0]?.text ?? "");
  return found?.kind === kind ? found.index : null;
}

/** An inline list as a literal set. Its entries are literals of one type: that of the value tested, or networks for an address. */
function inlineList(ast: AstList, wanted: Type, site: Site, checker: Checker): Typed | null {
  const entries = ast.items.map((item) => inlineEntry(item, wanted, site, checker));
  const known = entries.filter((entry) => entry !== null);
  if (known.length < entries.length) return null;
  if (known.length === 0) {
    site.context.report.error(SEMANTICS.operatorMisfit, ast.span, "an empty list contains nothing", {
      help: "list at least one value",
    });
    return null;
  }
  const type = known.some((entry) => entry.type.scalar === "network") ? NETWORK : (known[0]?.type ?? wanted);
  const values = uniform(known, type, site);
  return values === null ? null : { expr: literal(values, setOf(type), ast.span), type: setOf(type) };
}

function inlineEntry(ast: AstExpr, wanted: Type, site: Site, checker: Checker): Typed | null {
  const element = wanted.set ? elementOf(wanted) : wanted;
  const member = element.members === null ? undefined : memberNamed(ast, element, site);
  if (member !== undefined) return member;
  const entry = checker.value(ast, site);
  if (entry === null) return null;
  if (entry.expr.kind !== "literal" || entry.type.scalar === "rate") {
    site.context.report.error(SEMANTICS.listEntry, ast.span, "an inline list holds literals", {
      help: "compare attributes one by one: `a == b or a == c`",
    });
    return null;
  }
  return literalAs(entry, element, site.context.report) ?? entry;
}

/** Values of one type; an address among networks is the network of itself alone. */
function uniform(entries: readonly Typed[], type: Type, site: Site): readonly ScalarValue[] | null {
  const values: ScalarValue[] = [];
  for (const { expr, type: own } of entries) {
    if (expr.kind !== "literal") return null;
    const value = scalarOf(expr);
    if (sameType(own, type) || (own.scalar === "int" && type.scalar === "number")) values.push(value);
    else if (own.scalar === "ip" && type.scalar === "network")
      values.push(`${value}/${String(value).includes(":") ? 128 : 32}`);
    else {
      site.context.report.error(
        SEMANTICS.listEntry,
        expr.span,
        `this list holds \`${describe(type)}\`, not \`${describe(own)}\``,
        {
          help: "all entries of a list have one type",
        },
      );
      return null;
    }
  }
  return values;
}

/** Checks `any of xs in ys` and `all of xs in ys`. */
export function checkSetTest(ast: AstSetTest, site: Site, checker: Checker): Typed | null {
  const inline = unwrap(ast.left);
  if (inline.kind === "list") return checkListTest(ast, inline, site, checker);
  const left = checker.value(ast.left, site);
  if (left === null) {
    checkRightAlone(ast.right, site, checker);
    return null;
  }
  const words = ast.kind === "any_of" ? "any of" : "all of";
  if (!left.type.set) {
    site.context.report.error(
      SEMANTICS.operatorMisfit,
      ast.left.span,
      `\`${words}\` needs a set, not \`${describe(left.type)}\``,
      {
        help: "one value is tested with `in`",
      },
    );
    return null;
  }
  const right = collection(ast.right, elementOf(left.type), site, checker);
  if (right === null) return null;
  if (!sameType(left.type, right.type)) return reportMisfit(ast, left, right, site);
  return {
    expr: { kind: ast.kind, left: left.expr, right: right.expr, type: exprType(BOOL), span: ast.span },
    type: BOOL,
  };
}

/**
 * `any of [a, b] in xs` and `all of [a, b] in xs`. That lists and sets have a value in common can be asked from either side, and
 * that a set has all of a few values is one test a value.
 */
function checkListTest(ast: AstSetTest, list: AstList, site: Site, checker: Checker): Typed | null {
  const set = checker.value(ast.right, site);
  if (set === null) return null;
  if (!set.type.set) {
    site.context.report.error(
      SEMANTICS.operatorMisfit,
      ast.right.span,
      `a list is compared with a set, not with \`${describe(set.type)}\``,
      { help: "one value is tested with `in`: `x in [a, b]`" },
    );
    return null;
  }
  const left = inlineList(list, elementOf(set.type), site, checker);
  if (left === null) return null;
  if (!sameType(left.type, set.type)) return reportMisfit(ast, left, set, site);
  const type = exprType(BOOL);
  const { span } = ast;
  if (ast.kind === "any_of")
    return { expr: { kind: "any_of", left: set.expr, right: left.expr, type, span }, type: BOOL };
  const values = left.expr.kind === "literal" ? (left.expr.value as readonly ScalarValue[]) : [];
  const items = values.map((value, at): Expr => {
    const own = list.items[at]?.span ?? span;
    return { kind: "in", left: literal(value, elementOf(set.type), own), right: set.expr, type, span: own };
  });
  return { expr: items.length === 1 ? (items[0] as Expr) : { kind: "and", items, type, span }, type: BOOL };
}
