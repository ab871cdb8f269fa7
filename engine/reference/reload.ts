/** What becomes of state when one policy replaces another: it belongs to the `stateId` of its declaration. */
import type { ReloadReport } from "../contract.ts";
import type { Policy } from "../policy.ts";
import { limitState } from "./limits.ts";

interface Declared {
  readonly name: string;
  readonly was: string | null;
}

/** The name of each signal, limit and banning rule by the id of its state. */
function statesOf(policy: Policy): Map<string, Declared> {
  const states = new Map<string, Declared>();
  const former = (kind: string, was: string | null): string | null => (was === null ? null : `${kind} ${was}`);
  for (const { stateId, wasStateId, name } of policy.signals) {
    states.set(`signal ${stateId}`, { name, was: former("signal", wasStateId) });
  }
  for (const limit of policy.limits) {
    const { id, was } = limitState(limit);
    states.set(`limit ${id}`, { name: limit.name, was: former("limit", was) });
  }
  for (const { action, name } of policy.rules) {
    if (action.kind === "block" && action.ban !== null) states.set(`ban ${action.ban.stateId}`, { name, was: null });
  }
  return states;
}

/** Names the declarations whose state is kept, begins anew, or goes. */
export function reloadReport(old: Policy, next: Policy): ReloadReport {
  const before = statesOf(old);
  const after = statesOf(next);
  const names = [...after.values()].map(({ name }) => name);
  const taken = new Map<string, string>();
  for (const [id, { was }] of after) {
    const free = was !== null && before.has(was) && !after.has(was) && !taken.has(was);
    if (free && !before.has(id)) taken.set(was, id);
  }
  const takers = new Set(taken.values());
  const isKept = (id: string): boolean => before.has(id) || takers.has(id);
  return {
    kept: [...after].filter(([id]) => isKept(id)).map(([, { name }]) => name),
    fresh: [...after].filter(([id]) => !isKept(id)).map(([, { name }]) => name),
    dropped: [...before]
      .filter(([id, { name }]) => !after.has(id) && !taken.has(id) && !names.includes(name))
      .map(([, { name }]) => name),
  };
}
