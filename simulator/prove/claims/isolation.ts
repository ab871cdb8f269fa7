/**
 * Keys do not meet: requests that share no key of any signal, limit or ban are decided as if the others had not come. Which requests
 * share one is told from the policy and the requests alone, before anything is decided; only keys of limits may read signals and
 * scores, so those are the ones that were asked.
 */
import { type Expr, partsOf, type Policy, touchedState } from "../../../engine/index.ts";
import type { TraceEvent, TraceRun } from "../run-trace.ts";
import { decideAnew } from "../decide-anew.ts";
import type { Claim, Verdict } from "./claim.ts";

/** Requests of a trace that are decided again; of longer ones nothing is said. */
const MOST_EVENTS = 64;

/** One claim, where the policy keeps state at all. */
export function isolationClaims(policy: Policy): readonly Claim[] {
  const { signals, limits, rules } = policy;
  const bans = rules.flatMap(({ action }) => (action.kind === "block" && action.ban !== null ? [action.ban] : []));
  if (signals.length + limits.length + bans.length === 0) return [];
  return [
    {
      kind: "isolation",
      name: "keys apart",
      statement: "requests that share no key of a signal, limit or ban do not change each other's decisions",
      span: null,
      judge: () => ({ verdict: (run) => verdictOf(run, policy) }),
    },
  ];
}

function verdictOf({ events }: TraceRun, policy: Policy): Verdict {
  if (events.length < 2 || events.length > MOST_EVENTS) return { violation: null, exercised: 0 };
  const groups = groupsOf(events, policy);
  const last = groups.at(-1);
  if (last === undefined || new Set(groups).size < 2) return { violation: null, exercised: 0 };
  const mine = events.filter((_, index) => groups[index] === last);
  const alone = decideAnew(mine, policy).map((decision) => JSON.stringify(decision));
  for (const [index, event] of mine.entries()) {
    if (JSON.stringify(event.explanation.decision) === alone[index]) continue;
    const message = "decided otherwise than it is without the requests of other keys";
    return { violation: { event: events.indexOf(event), message }, exercised: mine.length };
  }
  return { violation: null, exercised: mine.length };
}

/** By event, the number of its group: those that share keys, directly or through others, are one group. */
function groupsOf(events: readonly TraceEvent[], policy: Policy): readonly number[] {
  const groups = events.map((_, index) => index);
  const owners = new Map<string, number>();
  const ofState = policy.limits.map(({ keys }) =>
    keys.some(({ options }) => options.some((option) => readsState(option, policy, new Set()))),
  );
  for (const [index, { request, atMicros, explanation }] of events.entries()) {
    const asked = explanation.limits.filter((_, limit) => ofState[limit]);
    for (const state of [...touchedState(policy, request, atMicros), ...asked.map(({ name, key }) => [name, key])]) {
      const id = JSON.stringify(state);
      const owner = owners.get(id);
      if (owner === undefined) owners.set(id, index);
      else join(groups, owner, index);
    }
  }
  return groups;
}

function join(groups: number[], one: number, other: number): void {
  const [from, to] = [groups[other], groups[one]];
  for (const [index, group] of groups.entries()) if (group === from) groups[index] = to ?? 0;
}

/** Whether an expression reads signals or scores; `seen` are the lets that were looked through. */
function readsState(expr: Expr, policy: Policy, seen: Set<number>): boolean {
  if (expr.kind === "signal" || expr.kind === "score") return true;
  if (expr.kind !== "let") return partsOf(expr).some((part) => readsState(part, policy, seen));
  const declared = seen.has(expr.index) ? undefined : policy.lets[expr.index];
  seen.add(expr.index);
  return declared !== undefined && readsState(declared.expr, policy, seen);
}
