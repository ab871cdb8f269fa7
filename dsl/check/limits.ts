/** Limits: a rate per keys, what a request costs, and how a refusal is answered. */
import { CHALLENGES } from "../../engine/index.ts";
import type { Amount, Expr, Limit, Refusal, Unavailable } from "../../engine/index.ts";
import type { AstExpr, AstLimit, AstRefusal } from "../ast.ts";
import { NOT_BUILT } from "../codes/not-built.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, resolveOn, type Site, siteOn, withPresent } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { checkKeys } from "./keys.ts";
import { checkLevel, IN_RULES } from "./levels.ts";
import { readCount, readLength } from "./quantities.ts";
import { UNAVAILABLE } from "./settings.ts";
import { limitState } from "./state-ids.ts";
import { readStatus } from "./statuses.ts";
import { type Typed, unwrap } from "./typed.ts";
import { describe, exprType, INT, SIZE } from "./types.ts";
import { readWord } from "./words.ts";

/** An exact log keeps at most this many times. */
const MAX_EXACT = 1024;

/** Checks one limit; null where something is wrong with it. The rollout is set later. */
export function checkLimit(ast: AstLimit, unavailable: Unavailable, context: CheckContext): Limit | null {
  const on = resolveOn(context, ast.on);
  const site = siteOn(context, on);
  const place = `the limit \`${ast.name.text}\``;
  const condition = ast.when === null ? null : CHECKER.condition(ast.when, site);
  const guarded = condition === null ? site : withPresent(site, condition.whenTrue);
  const when = condition?.expr ?? null;
  const whenFits = ast.when === null || (when !== null && checkLevel(when, IN_RULES, place, context));
  const keys = checkKeys(ast.keys, guarded);
  const cost = ast.cost === null ? null : checkCost(ast.cost, place, guarded);
  const amount = checkAmount(ast, cost, guarded);
  const otherwise = ast.otherwise === null ? ({ kind: "throttle" } as const) : checkRefusal(ast.otherwise, context);
  const own =
    ast.unavailable === null ? unavailable : readWord(ast.unavailable, UNAVAILABLE, "fallback", context.report);
  reportNotBuilt(ast, context);
  const costFits = ast.cost === null || cost !== null;
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
    refund: null,
    rollout: { mode: "on", untilMicros: null },
    stateId: limitState(ast.name.text, keys),
    wasStateId: null,
  };
}

/** The rate. A rate of bytes goes with a cost in bytes, a rate of requests with any other. */
function checkAmount(ast: AstLimit, cost: Typed | null, site: Site): Amount | null {
  const { report } = site.context;
  if (ast.amount.kind !== "rate" || ast.amount.exact) return reportAmount(ast, site);
  const typed = CHECKER.value(ast.amount.rate, site);
  if (typed === null) return null;
  if (typed.type.scalar !== "rate" || typed.type.set) {
    report.error(SEMANTICS.amount, ast.amount.span, `a limit allows a rate, not \`${describe(typed.type)}\``, {
      help: "write `allow 10 per 1m`, or `allow client.rate ?? 10 per 1m`",
    });
    return null;
  }
  return unitsFit(ast, ast.amount.rate, cost, site) ? { kind: "gcra", rate: typed.expr } : null;
}

function unitsFit(ast: AstLimit, rate: AstExpr, cost: Typed | null, site: Site): boolean {
  if (ast.cost !== null && cost === null) return true;
  const wanted = cost?.type.scalar === "size" ? "size" : "int";
  const counts = literalCounts(rate);
  const odd = counts.find((count) => count.kind !== wanted);
  const readsClientRate = wanted === "size" && !onlyLiteral(rate);
  if (odd === undefined && !readsClientRate) return true;
  const message = readsClientRate
    ? "`client.rate` counts requests, not bytes"
    : `a cost of type \`${wanted}\` does not fit an amount of \`${odd?.raw ?? ""}\``;
  site.context.report.error(SEMANTICS.amount, odd?.span ?? rate.span, message, {
    help: wanted === "size" ? "allow bytes: `allow 10MB per 1m cost size`" : "allow a count, or add `cost size`",
  });
  return false;
}

function literalCounts(rate: AstExpr): readonly { kind: string; raw: string; span: AstExpr["span"] }[] {
  const inner = unwrap(rate);
  if (inner.kind === "default") return inner.options.flatMap(literalCounts);
  if (inner.kind !== "rate") return [];
  return inner.burst === null ? [inner.allow] : [inner.allow, inner.burst];
}

function onlyLiteral(rate: AstExpr): boolean {
  return unwrap(rate).kind === "rate";
}

/** Amounts of the language that are not enforced, with what is wrong with them as such. */
function reportAmount(ast: AstLimit, site: Site): null {
  const { report } = site.context;
  const { amount } = ast;
  if (amount.kind === "rate") {
    const rate = unwrap(amount.rate);
    if (rate.kind === "rate") readCount(rate.allow, 1, MAX_EXACT, "an exact limit's count", report);
    else CHECKER.value(rate, site);
  }
  const written = {
    rate: "exact",
    calendar: `per ${amount.kind === "calendar" ? amount.unit.text : ""}`,
    leases: "at once",
  };
  report.error(
    NOT_BUILT.amount,
    amount.span,
    `\`limit … ${written[amount.kind]}\` is not enforced by this version yet`,
    {
      help: "allow a rate: `allow 10 per 1m burst 10`",
    },
  );
  return null;
}

/** The cost of a request: the word `size` for its bytes, or an expression of type int or size. */
function checkCost(ast: AstExpr, place: string, site: Site): Typed | null {
  const { report } = site.context;
  const inner = unwrap(ast);
  if (inner.kind === "name" && inner.parts.length === 1 && inner.parts[0]?.text === "size") return bodySize(ast);
  const typed = CHECKER.value(ast, site);
  if (typed === null || !checkLevel(typed.expr, IN_RULES, place, site.context)) return null;
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

function reportNotBuilt(ast: AstLimit, context: CheckContext): void {
  if (ast.refund !== null) {
    context.report.error(NOT_BUILT.refund, ast.refund.span, "`refund when` is not enforced by this version yet", {
      help: "leave it out; a charge is not given back",
    });
  }
  if (ast.was !== null) {
    context.report.error(
      NOT_BUILT.was,
      ast.was.span,
      `\`was ${ast.was.text}\` is not carried over by this version yet`,
      {
        help: "leave it out; the renamed limit starts with fresh state",
      },
    );
  }
}
