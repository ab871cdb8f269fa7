/** Limits: a rate per keys, what a request costs, and how a refusal is answered. */
import { CHALLENGES } from "../../engine/index.ts";
import type { Expr, Limit, Refusal, Unavailable } from "../../engine/index.ts";
import type { AstExpr, AstLimit, AstRefusal } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { checkAmount } from "./amounts.ts";
import { type CheckContext, resolveOn, type Site, siteOn, withPresent } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { checkFormerName } from "./former-names.ts";
import { checkKeys } from "./keys.ts";
import { checkLevel, IN_LIMITS, IN_REFUNDS } from "./levels.ts";
import { readLength } from "./quantities.ts";
import { UNAVAILABLE } from "./settings.ts";
import { limitState } from "./state-ids.ts";
import { readStatus } from "./statuses.ts";
import { type Typed, unwrap } from "./typed.ts";
import { describe, exprType, INT, SIZE } from "./types.ts";
import { readWord } from "./words.ts";

/** Checks one limit; null where something is wrong with it. The rollout is set later. */
export function checkLimit(ast: AstLimit, unavailable: Unavailable, context: CheckContext): Limit | null {
  const on = resolveOn(context, ast.on);
  const site = siteOn(context, on);
  const place = `the limit \`${ast.name.text}\``;
  const condition = ast.when === null ? null : CHECKER.condition(ast.when, site);
  const guarded = condition === null ? site : withPresent(site, condition.whenTrue);
  const when = condition?.expr ?? null;
  const whenFits = ast.when === null || (when !== null && checkLevel(when, IN_LIMITS, place, context));
  const keys = checkKeys(ast.keys, { place, allowed: IN_LIMITS, answered: true }, guarded);
  const cost = ast.cost === null ? null : checkCost(ast.cost, place, guarded);
  const amount = checkAmount(ast, cost, guarded);
  const otherwise = ast.otherwise === null ? ({ kind: "throttle" } as const) : checkRefusal(ast.otherwise, context);
  const own =
    ast.unavailable === null ? unavailable : readWord(ast.unavailable, UNAVAILABLE, "fallback", context.report);
  const refund = checkRefund(ast, guarded, place);
  const costFits = (ast.cost === null || cost !== null) && (ast.refund === null || refund !== null);
  if (!whenFits || keys === null || !costFits || amount === null || otherwise === null || own === null) return null;
  return {
    name: ast.name.text,
    doc: ast.doc,
    span: ast.span,
    on: on.indices,
    when,
    keys,
    amount,
    cost: cost?.expr ?? null,
    otherwise,
    unavailable: own,
    refund,
    rollout: { mode: "on", untilMicros: null },
    stateId: limitState(ast.name.text, keys, amount, context),
    wasStateId:
      ast.was !== null && checkFormerName(ast.was, ast.name.text, context)
        ? limitState(ast.was.text, keys, amount, context)
        : null,
  };
}

/** The cost of a request: the word `size` for its bytes, or an expression of type int or size. */
function checkCost(ast: AstExpr, place: string, site: Site): Typed | null {
  const { report } = site.context;
  const inner = unwrap(ast);
  if (inner.kind === "name" && inner.parts.length === 1 && inner.parts[0]?.text === "size") return bodySize(ast);
  const typed = CHECKER.value(ast, { ...site, words: ["size"] });
  if (typed === null || !checkLevel(typed.expr, IN_LIMITS, place, site.context)) return null;
  if (!typed.type.set && (typed.type.scalar === "int" || typed.type.scalar === "size")) {
    if (typed.expr.kind !== "literal" || Number(typed.expr.value) >= 1) return typed;
    report.error(SEMANTICS.outOfRange, ast.span, "a request costs at least 1", {
      help: "write `cost 1`, or leave `cost` out",
    });
    return null;
  }
  report.error(SEMANTICS.amount, ast.span, `a cost is an int or \`size\`, not \`${describe(typed.type)}\``, {
    help: `write \`cost 3\`, \`cost size\`, or an expression of type \`${describe(INT)}\``,
  });
  return null;
}

function bodySize(ast: AstExpr): Typed {
  const expr: Expr = { kind: "attribute", name: "body.size", args: [], type: exprType(SIZE), span: ast.span };
  return { expr, type: SIZE };
}

function checkRefusal(ast: AstRefusal, context: CheckContext): Refusal | null {
  switch (ast.kind) {
    case "throttle":
      return { kind: "throttle" };
    case "block": {
      const status = readStatus(ast.status, context.report);
      return status === null ? null : { kind: "block", status };
    }
    case "challenge": {
      const challenge = readWord(ast.challenge, CHALLENGES, "challenge", context.report);
      return challenge === null ? null : { kind: "challenge", challenge };
    }
    case "slow": {
      const upToMicros = readLength(ast.upTo, "the longest delay", context.report);
      return upToMicros === null ? null : { kind: "slow", upToMicros };
    }
  }
}

/** When a charge is given back: read with the outcome; null where there is none, or it is wrong, which is reported. */
function checkRefund(ast: AstLimit, site: Site, place: string): Expr | null {
  if (ast.refund === null) return null;
  const { expr } = CHECKER.condition(ast.refund, site);
  return expr !== null && checkLevel(expr, IN_REFUNDS, `the refund of ${place}`, site.context) ? expr : null;
}
