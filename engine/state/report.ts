/** What becomes of state when one policy replaces another: which declarations keep theirs, by its identity. */
import type { ReloadReport } from "../contract.ts";
import type { Policy } from "../policy.ts";
import type { StateName } from "../snapshot/format.ts";
import { banOf, formerLimitState, limitState } from "./store.ts";

/** The pieces of state that a policy has, each once. */
export function stateNames(policy: Policy): readonly StateName[] {
  const states = new Map<string, StateName>();
  const add = (kind: string, id: string, name: string, was: string | null): void => {
    states.set(`${kind} ${id}`, [`${kind} ${id}`, name, was === null ? null : `${kind} ${was}`]);
  };
  for (const { stateId, wasStateId, name } of policy.signals) add("signal", stateId, name, wasStateId);
  for (const limit of policy.limits) add("limit", limitState(limit), limit.name, formerLimitState(limit));
  for (const rule of policy.rules) {
    const ban = banOf(rule);
    if (ban !== null) add("ban", ban.stateId, rule.name, null);
  }
  return [...states.values()];
}

/** Names the declarations whose state is kept, begins anew, or goes when `next` replaces what was there before. */
export function reloadReport(before: readonly StateName[], next: Policy): ReloadReport {
  const after = stateNames(next);
  const idsBefore = new Set(before.map(([id]) => id));
  const idsAfter = new Set(after.map(([id]) => id));
  const namesAfter = new Set(after.map(([, name]) => name));
  const takenOver = new Set<string>();
  const kept: string[] = [];
  const fresh: string[] = [];
  for (const [id, name, was] of after) {
    const takes = was !== null && !idsBefore.has(id) && idsBefore.has(was) && !idsAfter.has(was) && !takenOver.has(was);
    if (takes) takenOver.add(was);
    (takes || idsBefore.has(id) ? kept : fresh).push(name);
  }
  const isGone = ([id, name]: StateName): boolean => !idsAfter.has(id) && !takenOver.has(id) && !namesAfter.has(name);
  return { kept, fresh, dropped: before.filter(isGone).map(([, name]) => name) };
}
