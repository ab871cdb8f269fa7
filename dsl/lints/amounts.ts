/** Limits, bans and terms whose numbers defeat them. */
import type { Expr, Limit, Rule } from "../../engine/index.ts";
import type { AstRule } from "../ast.ts";
import { LINTS } from "../codes/lints.ts";
import { fixAt, type LintInput } from "./input.ts";

type Input = Pick<LintInput, "policy" | "declarations" | "sources" | "report">;

/** Warns at costs above what a limit holds, at bans of whole providers or without growth, and at terms of no points. */
export function lintAmounts(input: Input): void {
  const { policy, declarations, report } = input;
  for (const limit of policy.limits) lintCost(limit, report);
  const written = new Map(declarations.rules.map((rule) => [rule.name.text, rule]));
  for (const rule of policy.rules) lintBlock(rule, written.get(rule.name), input);
  for (const score of policy.scores) {
    for (const term of score.terms) {
      if (term.points !== 0) continue;
      const message = `this term adds nothing to the score \`${score.name}\``;
      report.warning(LINTS.idleTerm, term.span, message, { help: "give it points, or take it out" });
    }
  }
}

function lintCost({ name, cost, amount }: Limit, report: Input["report"]): void {
  const most = mostAtOnce(amount);
  if (cost?.kind !== "literal" || typeof cost.value !== "number" || most === null || cost.value <= most) return;
  const message = `the limit \`${name}\` admits no request: one costs ${cost.value}, and it never holds more than ${most}`;
  report.warning(LINTS.costAboveLimit, cost.span, message, { help: "lower the cost, or raise the burst" });
}

/** What a limit admits at once when nothing was used; null where it depends on the client. */
function mostAtOnce(amount: Limit["amount"]): number | null {
  switch (amount.kind) {
    case "gcra":
      return literalRate(amount.rate)?.burst ?? null;
    case "exact":
      return literalRate(amount.rate)?.allow ?? null;
    case "calendar":
    case "leases":
      return amount.count;
  }
}

function literalRate(rate: Expr): { readonly allow: number; readonly burst: number } | null {
  const value = rate.kind === "literal" ? rate.value : null;
  return value !== null && typeof value === "object" && "burst" in value ? value : null;
}

function lintBlock(rule: Rule, ast: AstRule | undefined, { sources, report }: Input): void {
  const { action } = rule;
  if (action.kind !== "block" || ast?.action.kind !== "block") return;
  const { status, ban } = ast.action;
  if (action.status === 429 && status !== null) {
    const message = `the rule \`${rule.name}\` blocks with 429, which asks the caller to try again`;
    report.warning(LINTS.blockedAsThrottle, status.span, message, {
      help: "write `throttle`, or `throttle retry after 1m`; a block answers with another status",
    });
  }
  if (action.ban === null || ban === null) return;
  const wide = action.ban.keys.flatMap(({ options }) => options).find(isWide);
  if (wide !== undefined) reportWide(rule, wide, report);
  if (ban.doublingTo === null || action.ban.doublingToMicros !== action.ban.forMicros) return;
  const span = { ...ban.length.span, end: ban.doublingTo.span.end };
  report.warning(LINTS.neverDoubles, span, `the ban of \`${rule.name}\` never grows: it ends at its first length`, {
    help: `write a longer length, or \`for ${ban.length.raw}\` alone`,
    ...fixAt(span, ban.length.raw, sources),
  });
}

/** Networks from these lengths down belong to whole providers, and one caller speaks for none of them. */
const WIDE_IPV4 = 16;
const WIDE_IPV6 = 32;

function isWide(option: Expr): option is Expr & { kind: "attribute" } {
  if (option.kind !== "attribute" || option.name !== "ip.network") return false;
  return Number(option.args[0]) <= WIDE_IPV4 || Number(option.args[1]) <= WIDE_IPV6;
}

function reportWide(rule: Rule, { args, span }: Expr & { kind: "attribute" }, report: Input["report"]): void {
  const [v4, v6] = args.map(Number);
  const which = (v4 ?? 0) <= WIDE_IPV4 ? `a /${v4} of IPv4` : `a /${v6} of IPv6`;
  report.warning(LINTS.wideBan, span, `one caller of ${which} bans all others in it by the rule \`${rule.name}\``, {
    help: "ban `per client else ip.network`",
  });
}
