/** `a ?? b ?? literal`: the first option that is present. */
import type { Expr } from "../../engine/index.ts";
import type { AstDefault, AstExpr } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { attributeUse, reportUnknownAttribute } from "./attribute-names.ts";
import type { Site } from "./context.ts";
import { literalAs } from "./literals.ts";
import { memberNamed } from "./members.ts";
import { mismatchHelp } from "./mismatch.ts";
import { writtenName } from "./names.ts";
import { type Checker, type Typed, unwrap } from "./typed.ts";
import { describe, exprType, sameType, type Type } from "./types.ts";

/** Checks a default: all options but the last can be missing, the last cannot, and all have one type. */
export function checkDefault(ast: AstDefault, site: Site, checker: Checker): Typed | null {
  const optional = ast.options.slice(0, -1).map((option) => optionalOption(option, site, checker));
  const type = optional.find((option) => option !== null)?.type;
  const lastAst = ast.options[ast.options.length - 1];
  if (lastAst === undefined) return null;
  const last = lastOption(lastAst, type, site, checker);
  if (type === undefined || last === null || optional.includes(null)) return null;
  const options: Expr[] = [];
  for (const option of [...optional, last]) {
    const fitted = option === null ? null : fitOption(option, type, site);
    if (fitted === null) return null;
    options.push(fitted.expr);
  }
  return { expr: { kind: "default", options: options.slice(), type: exprType(type), span: ast.span }, type };
}

/** An option before the last: an attribute that can be missing. No guard is asked of it. */
function optionalOption(ast: AstExpr, site: Site, checker: Checker): Typed | null {
  const inner = unwrap(ast);
  const use = inner.kind === "name" ? attributeUse(inner, site.context) : undefined;
  if (use === null || inner.kind === "invalid") return null;
  const { report } = site.context;
  if (use === undefined) {
    if (inner.kind === "name" && inner.parts.length > 1) {
      reportUnknownAttribute(inner, site.context);
      return null;
    }
    // A name that nothing has is told as everywhere.
    if (inner.kind === "name" && site.context.scope.find(inner.parts[0]?.text ?? "") === undefined)
      return checker.value(inner, site) === null ? null : reportNeverMissing(ast, site);
    return reportNeverMissing(ast, site);
  }
  if (use.expr.name === "client") {
    report.error(SEMANTICS.notValue, ast.span, "`client` is a record, not a value", {
      help: 'read a part of it: `client.id ?? "none"`',
    });
    return null;
  }
  if (use.missing === "never") {
    report.error(SEMANTICS.neverMissing, ast.span, `\`${writtenName(use)}\` is never missing`, {
      help: "leave `??` and what follows it out",
    });
    return null;
  }
  return { expr: use.expr, type: use.type };
}

function reportNeverMissing(ast: AstExpr, site: Site): null {
  site.context.report.error(
    SEMANTICS.neverMissing,
    ast.span,
    "only an attribute that can be missing stands before `??`",
    { help: 'write an attribute there, such as `header["x-env"] ?? "none"`' },
  );
  return null;
}

function lastOption(ast: AstExpr, type: Type | undefined, site: Site, checker: Checker): Typed | null {
  const member = type?.members == null ? undefined : memberNamed(ast, type, site);
  return member === undefined ? checker.value(ast, site) : member;
}

function fitOption(option: Typed, type: Type, site: Site): Typed | null {
  if (sameType(option.type, type)) return option;
  const fitted = literalAs(option, type, site.context.report);
  if (fitted !== null) return fitted;
  const message = `\`${describe(type)}\` and its default \`${describe(option.type)}\` do not fit`;
  site.context.report.error(SEMANTICS.typesDiffer, option.expr.span, message, {
    help: mismatchHelp({ ...option, type }, option),
  });
  return null;
}
