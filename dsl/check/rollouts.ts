/** Rollout: how far each rule or limit takes effect. */
import type { Rollout } from "../../engine/index.ts";
import type { AstRolloutEntry } from "../ast.ts";
import { NOT_BUILT } from "../codes/not-built.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, EVERYWHERE, siteOn } from "./context.ts";
import { checkKeys } from "./keys.ts";
import { readPercent } from "./quantities.ts";
import { expectName } from "./scope.ts";
import { readWord } from "./words.ts";

/** Rollouts by index of the rule or limit. */
export interface Rollouts {
  readonly rules: ReadonlyMap<number, Rollout>;
  readonly limits: ReadonlyMap<number, Rollout>;
}

/** Checks all `rollout` blocks; what has no entry is on. */
export function checkRollouts(context: CheckContext): Rollouts {
  const rules = new Map<number, Rollout>();
  const limits = new Map<number, Rollout>();
  const seen = new Map<string, AstRolloutEntry>();
  for (const entry of context.declarations.rollouts.flatMap((declaration) => declaration.entries)) {
    const found = expectName(context.scope, context.report, entry.name, ["rule", "limit"], "rule or limit");
    const rollout = checkEntry(entry, context);
    const first = seen.get(entry.name.text);
    if (first !== undefined) reportTwice(entry, first, context);
    seen.set(entry.name.text, first ?? entry);
    if (found !== null && rollout !== null) (found.kind === "rule" ? rules : limits).set(found.index, rollout);
  }
  return { rules, limits };
}

const MODES = ["off", "shadow", "canary", "on"] as const;

function checkEntry(entry: AstRolloutEntry, context: CheckContext): Rollout | null {
  reportNotBuilt(entry, context);
  const mode = readWord(entry.mode, MODES, "rollout", context.report, SEMANTICS.rollout);
  if (mode === null) return null;
  return mode === "canary" ? checkCanary(entry, context) : { mode, untilMicros: null };
}

function checkCanary(entry: AstRolloutEntry, context: CheckContext): Rollout | null {
  if (entry.percent === null || entry.key === null) {
    context.report.error(SEMANTICS.rollout, entry.span, "a canary says for what share of which key it takes effect", {
      help: `write \`${entry.name.text} canary 10% per ip\``,
    });
    return null;
  }
  const percent = readPercent(entry.percent, "a canary", context.report);
  const keys = checkKeys([entry.key], siteOn(context, EVERYWHERE), false);
  const key = keys?.[0];
  return percent === null || key === undefined
    ? null
    : { mode: "canary", percent, key, replaces: null, untilMicros: null };
}

function reportTwice(entry: AstRolloutEntry, first: AstRolloutEntry, context: CheckContext): void {
  context.report.error(SEMANTICS.rollout, entry.name.span, `\`${entry.name.text}\` is rolled out twice`, {
    help: "leave one entry out",
    notes: [{ message: "its first entry is here", span: first.span }],
  });
}

function reportNotBuilt(entry: AstRolloutEntry, context: CheckContext): void {
  if (entry.replaces !== null) {
    const message = `\`replaces ${entry.replaces.text}\` is not enforced by this version yet`;
    context.report.error(NOT_BUILT.rollout, entry.replaces.span, message, {
      help: "roll the candidate out in shadow, and compare its reports",
    });
  }
  if (entry.until !== null) {
    context.report.error(NOT_BUILT.rollout, entry.until.span, "`until` is not enforced by this version yet", {
      help: "leave it out, and set the rule to shadow when its time is over",
    });
  }
}
