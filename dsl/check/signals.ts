/** Signals: what is counted, of which requests, per which keys, over which window. */
import type { Aggregate, Expr, Signal, SignalPhase } from "../../engine/index.ts";
import type { AstSignal } from "../ast.ts";
import { NOT_BUILT } from "../codes/not-built.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { attributeUse } from "./attribute-names.ts";
import { type CheckContext, resolveOn, type Site, siteOn, withPresent } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { checkKeys } from "./keys.ts";
import { checkLevel, IN_SIGNALS, type Reading, readingsOf } from "./levels.ts";
import { readLength } from "./quantities.ts";
import { AGGREGATES } from "./signal-types.ts";
import { signalState } from "./state-ids.ts";
import { didYouMean } from "./suggest.ts";
import { type Typed, unwrap } from "./typed.ts";
import { describe } from "./types.ts";

/** Checks one signal; null where something is wrong with it. */
export function checkSignal(ast: AstSignal, context: CheckContext): Signal | null {
  const on = resolveOn(context, ast.on);
  const site = siteOn(context, on);
  const place = `the signal \`${ast.name.text}\``;
  const condition = ast.where === null ? null : CHECKER.condition(ast.where, site);
  const guarded = condition === null ? site : withPresent(site, condition.whenTrue);
  const where = condition?.expr ?? null;
  const aggregate = checkAggregate(ast, guarded);
  const keys = checkKeys(ast.keys, guarded);
  const windowMicros = readLength(ast.over, "the window of a signal", context.report);
  reportNotBuilt(ast, context);
  const parts = [where, aggregate?.kind === "distinct" ? aggregate.value : null].filter((part) => part !== null);
  const phase = phaseOf(parts, ast, place, context);
  const wrongWhere = ast.where !== null && where === null;
  if (aggregate === null || keys === null || windowMicros === null || phase === null || wrongWhere) return null;
  const name = ast.name.text;
  const stateId = signalState(name, aggregate, keys, windowMicros);
  const declared = { name, doc: ast.doc, span: ast.span, stateId, wasStateId: null };
  return { ...declared, aggregate, phase, on: on.indices, where, keys, windowMicros };
}

/** The aggregate with its argument; null where it is wrong or not measured, which is reported. */
function checkAggregate(ast: AstSignal, site: Site): Aggregate | null {
  const { report } = site.context;
  const name = ast.aggregate.text;
  if (!AGGREGATES.has(name)) {
    report.error(SEMANTICS.unknownName, ast.aggregate.span, `there is no aggregate \`${name}\``, {
      help: didYouMean(name, AGGREGATES.keys(), "signals measure `count` or `distinct(x)`"),
    });
    return null;
  }
  if (name === "count") return checkCount(ast, site);
  if (name === "distinct") return checkDistinct(ast, site);
  report.error(NOT_BUILT.aggregate, ast.aggregate.span, `\`${name}\` is not measured by this version yet`, {
    help: "measure `count` or `distinct(x)`",
  });
  return null;
}

function checkCount(ast: AstSignal, site: Site): Aggregate | null {
  if (ast.argument === null) return { kind: "count" };
  site.context.report.error(SEMANTICS.wrongArgument, ast.argument.span, "`count` takes no argument", {
    help: "write `count where …`, or `distinct(…)` for different values",
  });
  return null;
}

/** `distinct(x)`. The argument may be missing: such an event is not counted, so no guard is asked of it. */
function checkDistinct(ast: AstSignal, site: Site): Aggregate | null {
  const { report } = site.context;
  if (ast.argument === null) {
    report.error(SEMANTICS.wrongArgument, ast.aggregate.span, "`distinct` needs an argument", {
      help: "say what is counted: `distinct(ip.network)`",
    });
    return null;
  }
  const typed = distinctArgument(ast, ast.argument, site);
  if (typed === null) return null;
  if (!typed.type.set && typed.type.scalar !== "rate") return { kind: "distinct", value: typed.expr };
  report.error(
    SEMANTICS.wrongArgument,
    ast.argument.span,
    `\`distinct\` counts single values, not \`${describe(typed.type)}\``,
    {
      help: "name an attribute with one value",
    },
  );
  return null;
}

function distinctArgument(ast: AstSignal, argument: NonNullable<AstSignal["argument"]>, site: Site): Typed | null {
  const inner = unwrap(argument);
  const use = inner.kind === "name" ? attributeUse(inner, site.context) : undefined;
  if (use === null) return null;
  if (use === undefined || use.expr.name === "client") return CHECKER.value(argument, site);
  return { expr: use.expr, type: use.type };
}

/** When events are recorded: with the outcome where it is read, once let through where `served` is, else at once. */
function phaseOf(parts: readonly Expr[], ast: AstSignal, place: string, context: CheckContext): SignalPhase | null {
  const allowed = parts.map((part) => checkLevel(part, IN_SIGNALS, place, context));
  const readings = parts.flatMap((part) => readingsOf(part, context));
  const reads = (kind: Reading["kind"]): boolean => readings.some((reading) => reading.kind === kind);
  if (reads("response") && reads("served")) {
    context.report.error(SEMANTICS.outcomeRead, ast.name.span, `${place} reads both \`served\` and the outcome`, {
      help: "leave `served` out: only a request that was let through has an outcome",
    });
    return null;
  }
  if (allowed.includes(false)) return null;
  if (reads("response")) return "outcome";
  return reads("served") ? "served" : "request";
}

function reportNotBuilt(ast: AstSignal, context: CheckContext): void {
  if (ast.against !== null && ast.aggregate.text !== "deviation") {
    context.report.error(SEMANTICS.wrongArgument, ast.against.span, `\`${ast.aggregate.text}\` has no baseline`, {
      help: "leave `against` out; it belongs to `deviation`",
    });
  }
  if (ast.was !== null) {
    context.report.error(
      NOT_BUILT.was,
      ast.was.span,
      `\`was ${ast.was.text}\` is not carried over by this version yet`,
      {
        help: "leave it out; the renamed signal starts with fresh state",
      },
    );
  }
}
