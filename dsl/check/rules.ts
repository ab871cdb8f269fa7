/** Rules: when they hold, and what they do then. */
import { CHALLENGES } from "../../engine/index.ts";
import type { Action, Ban, Rule, Unavailable } from "../../engine/index.ts";
import type { AstAction, AstBan, AstRule } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, resolveOn, type Site, siteOn, withPresent } from "./context.ts";
import { checkExemptions } from "./exemptions.ts";
import { CHECKER } from "./expressions.ts";
import { checkKeys } from "./keys.ts";
import { checkLevel, IN_KEYS, IN_RULES } from "./levels.ts";
import { readLength } from "./quantities.ts";
import { UNAVAILABLE } from "./settings.ts";
import { banState } from "./state-ids.ts";
import { readStatus } from "./statuses.ts";
import { readWord } from "./words.ts";

/** Checks one rule; null where something is wrong with it. The rollout is set later. */
export function checkRule(ast: AstRule, unavailable: Unavailable, context: CheckContext): Rule | null {
  const on = resolveOn(context, ast.on);
  const site = siteOn(context, on);
  const place = `the rule \`${ast.name.text}\``;
  const condition = ast.when === null ? null : CHECKER.condition(ast.when, site);
  const when = condition?.expr ?? null;
  const whenFits = ast.when === null || (when !== null && checkLevel(when, IN_RULES, place, context));
  const guarded = condition === null ? site : withPresent(site, condition.whenTrue);
  const action = checkAction(ast, guarded);
  const own =
    ast.unavailable === null ? unavailable : readWord(ast.unavailable, UNAVAILABLE, "fallback", context.report);
  if (!whenFits || action === null || own === null) return null;
  return {
    name: ast.name.text,
    doc: ast.doc,
    span: ast.span,
    on: on.indices,
    when,
    action,
    because: ast.because?.value ?? null,
    tags: (ast.tags ?? []).map((tag) => tag.value),
    owner: ast.owner?.value ?? null,
    sealed: ast.sealed,
    unavailable: own,
    rollout: { mode: "on", untilMicros: null },
  };
}

function checkAction(ast: AstRule, site: Site): Action | null {
  const { report } = site.context;
  const { action } = ast;
  switch (action.kind) {
    case "allow":
      return { kind: "allow" };
    case "exempt":
      return checkExemptions(action, site.context);
    case "note":
      return { kind: "note", label: action.label.value };
    case "slow": {
      const micros = readLength(action.length, "a delay", report);
      return micros === null ? null : { kind: "slow", micros };
    }
    case "challenge": {
      const challenge = readWord(action.challenge, CHALLENGES, "challenge", report);
      return challenge === null ? null : { kind: "challenge", challenge };
    }
    case "throttle": {
      if (action.retryAfter === null) return { kind: "throttle", retryAfterMicros: null };
      const retryAfterMicros = readLength(action.retryAfter, "the time to a retry", report);
      return retryAfterMicros === null ? null : { kind: "throttle", retryAfterMicros };
    }
    case "block":
      return checkBlock(ast, action, site);
  }
}

function checkBlock(ast: AstRule, action: AstAction & { kind: "block" }, site: Site): Action | null {
  const status = readStatus(action.status, site.context.report);
  const ban = action.ban === null ? null : checkBan(ast.name.text, action.ban, site);
  if (status === null || (action.ban !== null && ban === null)) return null;
  return { kind: "block", status, ban };
}

function checkBan(rule: string, ast: AstBan, site: Site): Ban | null {
  const { report } = site.context;
  const forMicros = readLength(ast.length, "a ban", report);
  const doublingToMicros = ast.doublingTo === null ? null : readLength(ast.doublingTo, "the longest ban", report);
  const owner = { place: `the ban of the rule \`${rule}\``, allowed: IN_KEYS, answered: true };
  const keys = checkKeys(ast.keys, owner, site);
  const on = resolveOn(site.context, ast.on);
  if (forMicros === null || keys === null || (ast.doublingTo !== null && doublingToMicros === null)) return null;
  if (ast.doublingTo !== null && doublingToMicros !== null && doublingToMicros < forMicros) {
    report.error(SEMANTICS.outOfRange, ast.doublingTo.span, "a ban doubles to no less than its first length", {
      help: `write a length above \`${ast.length.raw}\``,
    });
    return null;
  }
  return { forMicros, doublingToMicros, keys, on: on.indices, stateId: banState(rule, keys, site.context) };
}
