/** What becomes of state when one policy replaces another: it belongs to the `stateId` of its declaration. */
import type { ReloadReport } from "../contract.ts";
import type { Policy } from "../policy.ts";

/** The name of each signal, limit and banning rule by the id of its state. */
function statesOf(policy: Policy): Map<string, string> {
  const states = new Map<string, string>();
  for (const { stateId, name } of policy.signals) states.set(`signal ${stateId}`, name);
  for (const { stateId, name } of policy.limits) states.set(`limit ${stateId}`, name);
  for (const { action, name } of policy.rules) {
    if (action.kind === "block" && action.ban !== null) states.set(`ban ${action.ban.stateId}`, name);
  }
  return states;
}

/** Names the declarations whose state is kept, begins anew, or goes. */
export function reloadReport(old: Policy, next: Policy): ReloadReport {
  const before = statesOf(old);
  const after = statesOf(next);
  const names = [...after.values()];
  return {
    kept: [...after].filter(([id]) => before.has(id)).map(([, name]) => name),
    fresh: [...after].filter(([id]) => !before.has(id)).map(([, name]) => name),
    dropped: [...before].filter(([id, name]) => !after.has(id) && !names.includes(name)).map(([, name]) => name),
  };
}
