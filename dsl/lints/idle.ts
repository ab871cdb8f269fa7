/** Rules and signals that change nothing, because of the default or because another does the same. */
import type { Rule, Signal } from "../../engine/index.ts";
import { dataText, modelHash, modelText } from "../check/model-text.ts";
import { LINTS } from "../codes/lints.ts";
import { canMeet } from "./covered.ts";
import type { LintInput } from "./input.ts";
import { certainRules } from "./places.ts";
import { restricts } from "../restricts.ts";

type Input = Pick<LintInput, "policy" | "solver" | "report">;

/** Warns at rules, signals and exemptions that change no decision. */
export function lintIdle(input: Input): void {
  lintDefault(input);
  lintSameRules(input);
  lintSameSignals(input);
  lintExemptions(input);
}

function lintDefault({ policy, report }: Input): void {
  if (policy.settings.default !== "allow" || policy.rules.length === 0) return;
  const allowing = policy.rules.filter(({ action }) => action.kind === "allow");
  for (const rule of allowing) {
    report.warning(LINTS.idleAllow, rule.span, `the rule \`${rule.name}\` changes nothing: the default is \`allow\``, {
      help: "write `exempt from NAME` to spare callers from a rule or limit, or set `default block`",
    });
  }
  const restricting = policy.limits.length > 0 || policy.rules.some(restricts);
  const [first] = policy.rules;
  if (restricting || allowing.length > 0 || first === undefined) return;
  report.warning(
    LINTS.refusesNothing,
    first.span,
    "this policy restricts nothing: no rule refuses, and there is no limit",
    {
      help: "add a rule that refuses or a limit, or set `default block`",
    },
  );
}

/** Rules with effects of their own beside the verdict — bans, exemptions, labels — are equal too where their actions are. */
function lintSameRules({ policy, report }: Input): void {
  const rules = [...certainRules(policy)];
  const rough = rules.map(({ on, when }) => (when === null ? 0 : modelHash(when)) + (on?.[0] ?? -1));
  const counts = new Map<number, number>();
  for (const hash of rough) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  const seen = new Map<string, Rule>();
  for (const [index, rule] of rules.entries()) {
    // Hardly any two conditions are equal, and most that are not have hashes of their own.
    if (counts.get(rough[index] ?? 0) === 1) continue;
    const text = meaningOf(rule);
    const first = seen.get(text);
    seen.set(text, first ?? rule);
    if (first === undefined) continue;
    report.warning(LINTS.sameRule, rule.span, `the rule \`${rule.name}\` does what \`${first.name}\` does`, {
      help: "take one of them out",
      notes: [{ message: `\`${first.name}\` is declared here`, span: first.span }],
    });
  }
}

/** What a rule does, as text that two rules share where they do the same. */
export function meaningOf({ on, when, action }: Rule): string {
  const ban = action.kind === "block" && action.ban !== null ? { ...action.ban, stateId: "" } : null;
  const effect = ban === null ? JSON.stringify(action) : dataText({ ...action, ban });
  return `${on === null ? "any" : on.join()} ${when === null ? "" : modelText(when)} ${effect}`;
}

function lintSameSignals({ policy, report }: Input): void {
  const seen = new Map<string, Signal>();
  for (const signal of policy.signals) {
    const { aggregate, on, where, keys, windowMicros } = signal;
    const text = dataText([aggregate, on, where, keys, windowMicros]);
    const first = seen.get(text);
    seen.set(text, first ?? signal);
    if (first === undefined) continue;
    report.warning(
      LINTS.sameSignal,
      signal.span,
      `the signal \`${signal.name}\` measures what \`${first.name}\` does`,
      {
        help: `read \`${first.name}\`, and take \`${signal.name}\` out`,
        notes: [{ message: `\`${first.name}\` is declared here`, span: first.span }],
      },
    );
  }
}

function lintExemptions({ policy, solver, report }: Input): void {
  for (const rule of policy.rules) {
    if (rule.action.kind !== "exempt") continue;
    const targets = [
      ...rule.action.rules.map((index) => policy.rules[index]),
      ...rule.action.limits.map((index) => policy.limits[index]),
    ];
    for (const target of targets) {
      // A ban of the rule may have been set by an earlier request, which was another one.
      const bans = target !== undefined && "action" in target && target.action.kind === "block" && target.action.ban;
      if (target === undefined || (bans !== null && bans !== false) || canMeet(rule, target, solver)) continue;
      const message = `the rule \`${rule.name}\` never exempts from \`${target.name}\`: no request meets both`;
      report.warning(LINTS.idleExemption, rule.span, message, {
        help: `leave \`${target.name}\` out, or mend one of the conditions`,
        notes: [{ message: `\`${target.name}\` is declared here`, span: target.span }],
      });
    }
  }
}
