/** What signals measure: each aggregate of the language with its argument. */
import { MAX_INTERVAL_EVENTS } from "../../engine/index.ts";
import type { Aggregate, Expr, Rate } from "../../engine/index.ts";
import type { AstExpr, AstSignal } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { attributeUse } from "./attribute-names.ts";
import type { Site } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { writtenName } from "./names.ts";
import { readingsOf } from "./levels.ts";
import { AGGREGATES } from "./signal-types.ts";
import { didYouMean } from "./suggest.ts";
import { type Typed, unwrap } from "./typed.ts";
import { describe, isNumeric, type Type } from "./types.ts";

/** Shortest and longest baseline of `deviation`, in windows. */
const BASELINE = [4, 100_000] as const;
/** Most events a leaky bucket holds: in general, and where it tells values apart. */
const BUCKET_MAX = 1_000_000;
const DISTINCT_BUCKET_MAX = 64;
/** A bucket of `overflow` without a rate: every event is one too many. What leaks makes no difference. */
const HOLDS_NOTHING: Rate = { allow: 1, perMicros: 1_000_000, burst: 0 };

const EXAMPLES: Readonly<Record<string, string>> = {
  count: "count",
  distinct: "distinct(ip.network)",
  sum: "sum(body.size)",
  max: "max(body.size)",
  share: "share(method is POST)",
  steps: "steps(id)",
  deviation: "deviation … over 5m against 7d",
  interval: "interval(4)",
  novel: "novel(ip.network)",
  elapsed: "elapsed(login)",
  overflow: "overflow(1 per 10s burst 5)",
};

/** The aggregate with its argument; null where something is wrong with it, which is reported. */
export function checkAggregate(ast: AstSignal, site: Site): Aggregate | null {
  const { report } = site.context;
  const name = ast.aggregate.text;
  if (!AGGREGATES.has(name)) {
    report.error(SEMANTICS.unknownName, ast.aggregate.span, `there is no aggregate \`${name}\``, {
      help: didYouMean(name, AGGREGATES.keys(), `the aggregates are ${[...AGGREGATES.keys()].join(", ")}`),
    });
    return null;
  }
  if (ast.second !== null && name !== "overflow")
    return wrongArgument(ast, ast.second, `\`${name}\` takes one argument`, site);
  if (name === "interval") return checkInterval(ast, site);
  if (name === "count" || name === "deviation") return withoutArgument(ast, name, site);
  if (name === "overflow" && ast.argument === null) return { kind: "overflow", rate: HOLDS_NOTHING, value: null };
  if (ast.argument === null) return wrongArgument(ast, null, `\`${name}\` needs an argument`, site);
  return withArgument(ast, name, ast.argument, site);
}

function wrongArgument(ast: AstSignal, argument: AstExpr | null, message: string, site: Site): null {
  site.context.report.error(SEMANTICS.wrongArgument, argument?.span ?? ast.aggregate.span, message, {
    help: `write it like \`${EXAMPLES[ast.aggregate.text] ?? ast.aggregate.text}\``,
  });
  return null;
}

function withoutArgument(ast: AstSignal, kind: "count" | "deviation", site: Site): Aggregate | null {
  if (ast.argument !== null) {
    site.context.report.error(SEMANTICS.wrongArgument, ast.argument.span, `\`${kind}\` takes no argument`, {
      help:
        kind === "count"
          ? "write `count where …`, or `distinct(…)` for different values"
          : `write \`${kind}\`, with \`where\` for the events that count`,
    });
    return null;
  }
  return kind === "deviation" ? checkDeviation(ast, site) : { kind };
}

function checkDeviation(ast: AstSignal, site: Site): Aggregate | null {
  const { report } = site.context;
  const { against, over } = ast;
  if (against === null) {
    report.error(SEMANTICS.wrongArgument, ast.aggregate.span, "`deviation` needs a baseline to deviate from", {
      help: `say how long it is: \`over ${over.raw} against 7d\``,
    });
    return null;
  }
  const windows = against.value / over.value;
  if (windows >= BASELINE[0] && windows <= BASELINE[1]) return { kind: "deviation", againstMicros: against.value };
  report.error(SEMANTICS.outOfRange, against.span, `a baseline is ${BASELINE[0]} to ${BASELINE[1]} windows long`, {
    help: `with \`over ${over.raw}\`, write a length from ${BASELINE[0]} times that`,
  });
  return null;
}

function withArgument(ast: AstSignal, name: string, argument: AstExpr, site: Site): Aggregate | null {
  switch (name) {
    case "share": {
      const { expr } = CHECKER.condition(argument, site);
      return expr === null ? null : { kind: "share", when: expr };
    }
    case "sum":
    case "max":
      return measured(ast, name, argument, site);
    case "steps":
      return stepped(ast, argument, site);
    case "elapsed":
      return checkElapsed(ast, argument, site);
    case "overflow":
      return checkOverflow(ast, argument, site);
    default:
      return valued(ast, name === "novel" ? "novel" : "distinct", argument, site);
  }
}

/** How many of the latest events are looked at; all that are kept, where it does not say. */
function checkInterval(ast: AstSignal, site: Site): Aggregate | null {
  if (ast.argument === null) return { kind: "interval", latest: MAX_INTERVAL_EVENTS };
  const count = unwrap(ast.argument);
  if (count.kind !== "literal" || count.type !== "int")
    return wrongArgument(ast, count, "`interval` takes a count of events, or nothing", site);
  const latest = Number(count.value);
  if (latest >= 2 && latest <= MAX_INTERVAL_EVENTS) return { kind: "interval", latest };
  site.context.report.error(
    SEMANTICS.outOfRange,
    count.span,
    `an interval is measured over 2 to ${MAX_INTERVAL_EVENTS} events, not ${count.raw}`,
    { help: `write \`interval(${MAX_INTERVAL_EVENTS})\` or less` },
  );
  return null;
}

// ── arguments that are values ───────────────────────────────────────────────

/** A single value. It may be missing: such an event is not counted, so no guard is asked of it. */
function argumentValue(argument: AstExpr, site: Site): Typed | null {
  const inner = unwrap(argument);
  const use = inner.kind === "name" ? attributeUse(inner, site.context) : undefined;
  if (use === null) return null;
  if (use === undefined || use.expr.name === "client") return CHECKER.value(argument, site);
  return { expr: use.expr, type: use.type };
}

function valued(ast: AstSignal, kind: "distinct" | "novel", argument: AstExpr, site: Site): Aggregate | null {
  const typed = argumentValue(argument, site);
  if (typed === null || !isSingle(typed.type, kind, argument, site)) return null;
  if (kind === "distinct" || !readsOutcome(typed.expr, site)) return { kind, value: typed.expr };
  const message = "`novel` compares with what the request brings, not with its outcome";
  return wrongArgument(ast, argument, message, site);
}

function isSingle(type: Type, kind: string, argument: AstExpr, site: Site): boolean {
  if (!type.set && type.scalar !== "rate") return true;
  site.context.report.error(
    SEMANTICS.wrongArgument,
    argument.span,
    `\`${kind}\` ${kind === "distinct" ? "counts" : "compares"} single values, not \`${describe(type)}\``,
    { help: "name an attribute with one value" },
  );
  return false;
}

function readsOutcome(expr: Expr, site: Site): boolean {
  return readingsOf(expr, site.context).some(({ kind }) => kind === "response");
}

function measured(ast: AstSignal, kind: "sum" | "max", argument: AstExpr, site: Site): Aggregate | null {
  const typed = argumentValue(argument, site);
  if (typed === null) return null;
  if (isNumeric(typed.type)) return { kind, value: typed.expr };
  const message = `\`${kind}\` measures numbers, and ${nameOf(typed)} is of type \`${describe(typed.type)}\``;
  return wrongArgument(ast, argument, message, site);
}

function stepped(ast: AstSignal, argument: AstExpr, site: Site): Aggregate | null {
  const typed = argumentValue(argument, site);
  if (typed === null) return null;
  const { scalar, set } = typed.type;
  if (!set && (scalar === "int" || scalar === "string")) return { kind: "steps", value: typed.expr };
  const message = `\`steps\` follows integers, and ${nameOf(typed)} is of type \`${describe(typed.type)}\``;
  return wrongArgument(ast, argument, message, site);
}

function nameOf({ expr }: Typed): string {
  return expr.kind === "attribute" ? `\`${writtenName({ expr })}\`` : "this";
}

// ── arguments that are not ──────────────────────────────────────────────────

function checkElapsed(ast: AstSignal, argument: AstExpr, site: Site): Aggregate | null {
  const inner = unwrap(argument);
  const name = inner.kind === "name" && inner.parts.length === 1 ? inner.parts[0] : undefined;
  const routes = name === undefined ? undefined : site.context.groups.get(name.text);
  if (routes !== undefined) return { kind: "elapsed", routes };
  if (name !== undefined && site.context.scope.isUnread(name.text)) return null;
  const help = didYouMean(name?.text ?? "", site.context.scope.names("route", "group"), "write `elapsed(login)`");
  const found = name === undefined ? "" : `, and \`${name.text}\` is none`;
  const message = `\`elapsed\` takes the name of a route or group${found}`;
  site.context.report.error(SEMANTICS.wrongArgument, argument.span, message, { help });
  return null;
}

function checkOverflow(ast: AstSignal, argument: AstExpr, site: Site): Aggregate | null {
  const inner = unwrap(argument);
  if (inner.kind !== "rate" || inner.allow.kind !== "int")
    return wrongArgument(ast, argument, "`overflow` takes what its bucket leaks and holds", site);
  const typed = CHECKER.value(argument, site);
  const value = ast.second === null ? null : argumentValue(ast.second, site);
  if (typed?.expr.kind !== "literal" || (ast.second !== null && value === null)) return null;
  if (value !== null && ast.second !== null && !isSingle(value.type, "distinct", ast.second, site)) return null;
  const rate = typed.expr.value as Rate;
  const most = value === null ? BUCKET_MAX : DISTINCT_BUCKET_MAX;
  if (rate.burst <= most) return { kind: "overflow", rate, value: value?.expr ?? null };
  const what = value === null ? "a bucket" : "a bucket that tells values apart";
  site.context.report.error(
    SEMANTICS.outOfRange,
    argument.span,
    `${what} holds at most ${most} events, not ${rate.burst}`,
    {
      help: `write \`burst ${most}\` or less`,
    },
  );
  return null;
}

/** The expressions that an aggregate reads. */
export function aggregateParts(aggregate: Aggregate | null): readonly Expr[] {
  if (aggregate === null) return [];
  if (aggregate.kind === "share") return [aggregate.when];
  return "value" in aggregate && aggregate.value !== null ? [aggregate.value] : [];
}
