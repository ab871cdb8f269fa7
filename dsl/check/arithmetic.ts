/** Arithmetic: `+`, `-`, `*` and `ratio`, on one numeric type. */
import type { AstBinary, AstName } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { fitTypes } from "./comparisons.ts";
import type { Site } from "./context.ts";
import { mismatchHelp } from "./mismatch.ts";
import type { Checker, Typed } from "./typed.ts";
import { describe, exprType, isNumeric, PERCENT } from "./types.ts";

/** Checks `+` and `-` of two values of one numeric type, and `*` of one by an int, which the model keeps on the right. */
export function checkArithmetic(ast: AstBinary, op: "+" | "-" | "*", site: Site, checker: Checker): Typed | null {
  const left = checker.value(ast.left, site);
  const right = checker.value(ast.right, site);
  if (left === null || right === null) return null;
  const operands = op === "*" ? product(ast, left, right, site) : sum(ast, left, right, site);
  if (operands === null) return null;
  const [first, second] = operands;
  const expr = { kind: op, left: first.expr, right: second.expr, type: exprType(first.type), span: ast.span };
  return { expr, type: first.type };
}

function sum(ast: AstBinary, left: Typed, right: Typed, site: Site): readonly [Typed, Typed] | null {
  const fitted = fitTypes(left, right, site.context.report);
  if (fitted === null) {
    site.context.report.error(
      SEMANTICS.typesDiffer,
      ast.span,
      `\`${describe(left.type)}\` and \`${describe(right.type)}\` do not add`,
      { help: mismatchHelp(left, right) },
    );
    return null;
  }
  return isNumeric(fitted[0].type) ? fitted : reportNotNumeric(ast, fitted[0], site);
}

function product(ast: AstBinary, left: Typed, right: Typed, site: Site): readonly [Typed, Typed] | null {
  const [value, factor] = right.type.scalar === "int" && !right.type.set ? [left, right] : [right, left];
  if (factor.type.scalar === "int" && !factor.type.set) {
    return isNumeric(value.type) ? [value, factor] : reportNotNumeric(ast, value, site);
  }
  site.context.report.error(
    SEMANTICS.typesDiffer,
    ast.span,
    `\`${describe(left.type)}\` and \`${describe(right.type)}\` do not multiply`,
    { help: "one side of `*` is an int" },
  );
  return null;
}

function reportNotNumeric(ast: AstBinary | AstName, operand: Typed, site: Site): null {
  const what = ast.kind === "binary" ? ast.op : "ratio";
  site.context.report.error(
    SEMANTICS.operatorMisfit,
    ast.span,
    `\`${what}\` does not apply to \`${describe(operand.type)}\``,
    {
      help: "arithmetic takes int, number, percent, duration and size",
    },
  );
  return null;
}

/** Checks `ratio(a, b)`: a percent, 0% where b is 0. */
export function checkRatio(ast: AstName, site: Site, checker: Checker): Typed | null {
  const [first, second, ...rest] = ast.args ?? [];
  if (first === undefined || second === undefined || rest.length > 0 || ast.index !== null) {
    site.context.report.error(SEMANTICS.wrongArgument, ast.span, "`ratio` takes two values", {
      help: "write `ratio(failures, attempts) > 50%`",
    });
    return null;
  }
  const [left, right] = [checker.value(first, site), checker.value(second, site)];
  if (left === null || right === null) return null;
  const fitted = fitTypes(left, right, site.context.report);
  if (fitted === null) {
    const message = `\`${describe(left.type)}\` and \`${describe(right.type)}\` have no ratio`;
    site.context.report.error(SEMANTICS.typesDiffer, ast.span, message, { help: mismatchHelp(left, right) });
    return null;
  }
  if (!isNumeric(fitted[0].type)) return reportNotNumeric(ast, fitted[0], site);
  const expr = {
    kind: "ratio" as const,
    left: fitted[0].expr,
    right: fitted[1].expr,
    type: exprType(PERCENT),
    span: ast.span,
  };
  return { expr, type: PERCENT };
}
