/** Signals: what is counted, of which requests, per which keys, over which window. */
import type { Expr, Signal, SignalPhase } from "../../engine/index.ts";
import type { AstSignal } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { aggregateParts, checkAggregate } from "./aggregates.ts";
import { type CheckContext, resolveOn, siteOn, withPresent } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { checkFormerName } from "./former-names.ts";
import { checkKeys } from "./keys.ts";
import { checkLevel, IN_KEYS, IN_SIGNALS, readingsOf } from "./levels.ts";
import { readLength } from "./quantities.ts";
import { signalState } from "./state-ids.ts";

/** Checks one signal; null where something is wrong with it. */
export function checkSignal(ast: AstSignal, context: CheckContext): Signal | null {
  const on = resolveOn(context, ast.on);
  const site = siteOn(context, on);
  const place = `the signal \`${ast.name.text}\``;
  const condition = ast.where === null ? null : CHECKER.condition(ast.where, site);
  const guarded = condition === null ? site : withPresent(site, condition.whenTrue);
  const where = condition?.expr ?? null;
  const aggregate = checkAggregate(ast, guarded);
  const keys = checkKeys(ast.keys, { place, allowed: IN_KEYS, answered: true }, guarded);
  const windowMicros = readLength(ast.over, "the window of a signal", context.report);
  checkAgainst(ast, context);
  const parts = [where, ...aggregateParts(aggregate)].filter((part) => part !== null);
  const phase = phaseOf(parts, ast, place, context);
  const wrongWhere = ast.where !== null && where === null;
  if (aggregate === null || keys === null || windowMicros === null || phase === null || wrongWhere) return null;
  const stateOf = (name: string): string => signalState(name, aggregate, keys, windowMicros, context);
  const declared = {
    name: ast.name.text,
    doc: ast.doc,
    span: ast.span,
    stateId: stateOf(ast.name.text),
    wasStateId: formerState(ast, stateOf, context),
  };
  return { ...declared, aggregate, phase, on: on.indices, where, keys, windowMicros };
}

/** When events are recorded: with the outcome where it is read, once let through where `served` is, else at once. */
function phaseOf(parts: readonly Expr[], ast: AstSignal, place: string, context: CheckContext): SignalPhase | null {
  const allowed = parts.map((part) => checkLevel(part, IN_SIGNALS, place, context));
  const readings = parts.flatMap((part) => readingsOf(part, context));
  const outcome = readings.find(({ kind }) => kind === "response");
  const served = readings.some(({ kind }) => kind === "served");
  if (outcome !== undefined && served) {
    context.report.error(
      SEMANTICS.outcomeRead,
      ast.name.span,
      `${place} reads both \`served\` and \`${outcome.name}\``,
      {
        help: "leave `served` out: only a request that was let through has an outcome",
      },
    );
    return null;
  }
  if (allowed.includes(false)) return null;
  if (outcome !== undefined) return "outcome";
  return served ? "served" : "request";
}

/** Identity of the state under the former name; null without `was`, or where it is wrong, which is reported. */
function formerState(ast: AstSignal, stateOf: (name: string) => string, context: CheckContext): string | null {
  return ast.was !== null && checkFormerName(ast.was, ast.name.text, context) ? stateOf(ast.was.text) : null;
}

function checkAgainst(ast: AstSignal, context: CheckContext): void {
  if (ast.against === null || ast.aggregate.text === "deviation") return;
  context.report.error(SEMANTICS.wrongArgument, ast.against.span, `\`${ast.aggregate.text}\` has no baseline`, {
    help: "leave `against` out; it belongs to `deviation`",
  });
}
