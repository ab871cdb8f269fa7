/** Bans: while one lives every request with its keys is blocked, and where it does not grow it ends when it said. */
import { type Ban, type Policy, type Rule, touchedState } from "../../../engine/index.ts";
import type { TraceEvent, TraceRun } from "../run-trace.ts";
import { type Claim, judged, type Violation } from "./claim.ts";

/** A claim for each rule that bans. */
export function banClaims(policy: Policy): readonly Claim[] {
  return policy.rules.flatMap((rule, index): readonly Claim[] => {
    const ban = rule.action.kind === "block" ? rule.action.ban : null;
    if (ban === null || rule.rollout.mode === "off" || rule.rollout.mode === "shadow") return [];
    return [
      {
        kind: "ban",
        name: rule.name,
        statement: "its ban blocks whoever has its keys for the whole of its span",
        span: rule.span,
        judge: () => ({ verdict: (run) => judged(violations(run, rule, ban, index, policy)) }),
      },
    ];
  });
}

function* violations(run: TraceRun, rule: Rule, ban: Ban, index: number, policy: Policy): Generator<Violation | null> {
  const until = new Map<string, number>();
  for (const [at, event] of run.events.entries()) {
    const { explanation, atMicros } = event;
    const explained = explanation.rules[index];
    if (explanation.endedBefore !== null || explained === undefined || explained.mode !== "on") continue;
    if (explained.exemptBy.length > 0) continue;
    const key = until.size > 0 || explained.matches ? keyOf(event, rule.name, policy) : null;
    if (key === null) continue;
    const left = onRoute(ban, explanation.route, policy) ? (until.get(key) ?? 0) - atMicros : 0;
    if (left > 0 && explanation.decision.verdict !== "block")
      yield { event: at, message: `let through while the ban of \`${rule.name}\` lives` };
    else if (left <= 0 && until.has(key) && ban.doublingToMicros === null && explained.banMicros > 0)
      yield { event: at, message: `the ban of \`${rule.name}\` outlives its span` };
    else if (until.has(key)) yield null;
    if (explained.matches) until.set(key, Math.max(until.get(key) ?? 0, atMicros + ban.forMicros));
  }
}

function keyOf({ request, atMicros }: TraceEvent, name: string, policy: Policy): string | null {
  const touched = touchedState(policy, request, atMicros).find((each) => each.kind === "ban" && each.name === name);
  return touched === undefined ? null : JSON.stringify(touched.keys);
}

function onRoute({ on }: Ban, route: string | null, { routes }: Policy): boolean {
  return on === null || on.some((index) => routes[index]?.name === route);
}
