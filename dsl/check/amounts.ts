/** How much a limit allows: rates, sliding logs, calendar quotas and places at once. */
import { MAX_LOG } from "../../engine/index.ts";
import type { Amount, Expr } from "../../engine/index.ts";
import type { AstAmount, AstExpr, AstLimit, AstRate } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Site } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { readCount } from "./quantities.ts";
import type { Report } from "./report.ts";
import { type Typed, unwrap } from "./typed.ts";
import { describe } from "./types.ts";
import { readWord } from "./words.ts";
import { checkZone } from "./zones.ts";

const UNITS = ["hour", "day", "month"] as const;
const MAX_QUOTA = Number.MAX_SAFE_INTEGER;

/** Checks an amount against the limit's cost; null where something is wrong with it, which is reported. */
export function checkAmount(ast: AstLimit, cost: Typed | null, site: Site): Amount | null {
  const { amount } = ast;
  switch (amount.kind) {
    case "rate":
      return checkRate(ast, amount, cost, site);
    case "calendar":
      return checkCalendar(ast, amount, cost, site);
    case "leases":
      return checkLeases(ast, amount, site);
  }
}

/** A rate. One of bytes goes with a cost in bytes, one of requests with any other. */
function checkRate(ast: AstLimit, amount: AstAmount & { kind: "rate" }, cost: Typed | null, site: Site): Amount | null {
  const { report } = site.context;
  const typed = CHECKER.value(amount.rate, site);
  if (typed === null) return null;
  if (typed.type.scalar !== "rate" || typed.type.set) {
    report.error(SEMANTICS.amount, amount.span, `a limit allows a rate, not \`${describe(typed.type)}\``, {
      help: "write `allow 10 per 1m`, or `allow client.rate ?? 10 per 1m`",
    });
    return null;
  }
  if (!rateUnitsFit(ast, amount.rate, cost, site)) return null;
  if (!amount.exact) return { kind: "gcra", rate: typed.expr };
  return exactFits(amount.rate, site) ? { kind: "exact", rate: typed.expr } : null;
}

function rateUnitsFit(ast: AstLimit, rate: AstExpr, cost: Typed | null, site: Site): boolean {
  if (ast.cost !== null && cost === null) return true;
  const counts = literalRates(rate).flatMap(({ allow, burst }) => (burst === null ? [allow] : [allow, burst]));
  const readsClientRate = isBytes(cost) && unwrap(rate).kind !== "rate";
  if (!readsClientRate) return counts.every((count) => unitFits(count, cost, site));
  site.context.report.error(SEMANTICS.amount, rate.span, "`client.rate` counts requests, not bytes", {
    help: "allow bytes: `allow 10MB per 1m cost size`",
  });
  return false;
}

function isBytes(cost: Typed | null): boolean {
  return cost?.type.scalar === "size";
}

/** Whether a number of the amount is in the unit that the cost is in. */
function unitFits(count: AstRate["allow"], cost: Typed | null, site: Site): boolean {
  const wanted = isBytes(cost) ? "size" : "int";
  if (count.kind === wanted) return true;
  const message = `a cost of type \`${wanted}\` does not fit an amount of \`${count.raw}\``;
  site.context.report.error(SEMANTICS.amount, count.span, message, {
    help: wanted === "size" ? "allow bytes: `allow 10MB per 1m cost size`" : "allow a count, or add `cost size`",
  });
  return false;
}

function literalRates(rate: AstExpr): readonly AstRate[] {
  const inner = unwrap(rate);
  if (inner.kind === "default") return inner.options.flatMap(literalRates);
  return inner.kind === "rate" ? [inner] : [];
}

/** A log keeps one entry a request, so its count is bounded, and nothing can burst past it. */
function exactFits(rate: AstExpr, site: Site): boolean {
  const { report } = site.context;
  return literalRates(rate).every(({ allow, burst, per }) => {
    if (burst === null) return exactCountFits(allow, report);
    report.error(SEMANTICS.amount, burst.span, "an exact limit has no burst: its count is the most in any window", {
      help: `write \`${allow.raw} per ${per.raw} exact\``,
      fix: { span: { ...burst.span, start: per.span.end }, text: "" },
    });
    return false;
  });
}

/** A log of bytes is bounded like one of requests: each byte may be a request of its own. */
function exactCountFits(allow: AstRate["allow"], report: Report): boolean {
  if (allow.kind !== "size") return readCount(allow, 1, MAX_LOG, "an exact limit's count", report) !== null;
  if (allow.value >= 1 && allow.value <= MAX_LOG) return true;
  report.error(SEMANTICS.outOfRange, allow.span, `an exact limit allows 1B to 1KB, not \`${allow.raw}\``, {
    help: `leave \`exact\` out: \`allow ${allow.raw} per …\` has no such bound`,
  });
  return false;
}

function checkCalendar(
  ast: AstLimit,
  amount: AstAmount & { kind: "calendar" },
  cost: Typed | null,
  site: Site,
): Amount | null {
  const { report } = site.context;
  const unit = readWord(amount.unit, UNITS, "calendar unit", report);
  const costFits = ast.cost !== null && cost === null ? true : unitFits(amount.count, cost, site);
  const { kind, value, raw, span } = amount.count;
  const countFits = (kind !== "int" && kind !== "size") || (value >= 1 && value <= MAX_QUOTA);
  if (!countFits) report.error(SEMANTICS.outOfRange, span, `a quota allows at least 1, not \`${raw}\``, { help: "" });
  const zone =
    amount.zone === null ? reportNoZone(amount, site) : checkZone(amount.zone.value, amount.zone.span, report);
  if (unit === null || !costFits || !countFits || zone === null) return null;
  return { kind: "calendar", count: value, unit, zone };
}

function reportNoZone({ count, unit, span }: AstAmount & { kind: "calendar" }, site: Site): null {
  // What is no unit is reported already, and with a duration there is no zone.
  if (!UNITS.some((each) => each === unit.text)) return null;
  site.context.report.error(SEMANTICS.amount, span, "a calendar quota says in which time zone its units begin", {
    help: `write \`${count.raw} per ${unit.text} "UTC"\`, or \`"Europe/Rome"\``,
  });
  return null;
}

function checkLeases(ast: AstLimit, amount: AstAmount & { kind: "leases" }, site: Site): Amount | null {
  const { report } = site.context;
  const count = readCount(amount.count, 1, MAX_LOG, "the number of requests at once", report);
  const refused = (span: Expr["span"], message: string, help: string): false => {
    report.error(SEMANTICS.amount, span, message, { help });
    return false;
  };
  const fits = [
    ast.cost === null ||
      refused(ast.cost.span, "a request takes one place at once, whatever it costs", "leave `cost` out"),
    ast.refund === null ||
      refused(
        ast.refund.span,
        "a place is free again with the outcome, so there is nothing to give back",
        "leave `refund` out",
      ),
    ast.otherwise?.kind !== "slow" ||
      refused(
        ast.otherwise.span,
        "`slow up to` cannot wait for a place, because nobody knows when one is free again",
        "write `otherwise throttle`",
      ),
  ];
  return count === null || fits.includes(false) ? null : { kind: "leases", count };
}
