/** Loads and compiles the policy, at start and again at every reload. */
import type { Policy, PolicyEngine, ReloadReport } from "../engine/index.ts";
import type { LoadResult } from "../dsl/index.ts";
import { renderDiagnostics } from "../dsl/index.ts";
import type { Config } from "./config.ts";
import type { Gate } from "./gate.ts";
import { ApiKeys } from "./identity/api-key.ts";
import { increment } from "./metrics.ts";
import { makeView } from "./policy-view.ts";
import { ServerError } from "./server-error.ts";

/** Reads and checks the policy file; a fresh reading at every call. */
export type LoadPolicy = () => LoadResult;

/** A policy that can run, with the keys of its inventory. */
export interface Loaded {
  readonly policy: Policy;
  readonly keys: ApiKeys;
  readonly load: LoadResult;
}

/** @throws {ServerError} `policy_invalid` with the diagnostics, or `pepper_missing`. */
export function loadRunnable(load: LoadPolicy, config: Config): Loaded {
  const result = load();
  if (result.policy === null) {
    const count = result.diagnostics.filter(({ severity }) => severity === "error").length;
    const problems = count === 1 ? "1 error" : `${count} errors`;
    throw new ServerError("policy_invalid", `${config.policy} has ${problems}`, "", result);
  }
  return { policy: result.policy, keys: new ApiKeys(result.policy, config.peppers), load: result };
}

/** What a reload did. `report` is null where the new policy was refused and the old one goes on. */
export interface ReloadResult {
  readonly applied: boolean;
  readonly version: string;
  readonly report: ReloadReport | null;
  /** Why it was refused, with the diagnostics; empty if it was applied. */
  readonly problem: string;
}

/** Builds the new policy aside and swaps it in; whatever is wrong with it, the old one goes on. */
export function reloadPolicy(load: LoadPolicy, gate: Gate): { result: ReloadResult; load: LoadResult | null } {
  try {
    const loaded = loadRunnable(load, gate.config);
    const report = swapIn(gate, loaded);
    increment(gate.metrics.reloads, "applied");
    const result = { applied: true, version: loaded.policy.version, report, problem: "" };
    return { result, load: loaded.load };
  } catch (fault) {
    increment(gate.metrics.reloads, "refused");
    const failed = fault instanceof ServerError ? fault.load : null;
    const version = gate.view.policy.version;
    return { result: { applied: false, version, report: null, problem: explain(fault) }, load: failed };
  }
}

function swapIn(gate: Gate, { policy, keys }: Loaded): ReloadReport {
  const engine: PolicyEngine = gate.engine;
  const report = engine.reload(policy);
  gate.view = makeView(policy, engine.needs, keys, gate.config);
  return report;
}

/** An error as people read it, with the diagnostics where there are some. */
function explain(fault: unknown): string {
  if (!(fault instanceof ServerError)) return fault instanceof Error ? fault.message : String(fault);
  const help = fault.help === "" ? "" : `; ${fault.help}`;
  const details =
    fault.load === null ? "" : `\n${renderDiagnostics(fault.load.diagnostics, fault.load.sources, { color: false })}`;
  return `${fault.message}${help}${details}`;
}
