/**
 * The package's front door: from a policy's text to decisions. Simulation, the enforcement point and the engine without the
 * parser stand behind `edgepolicy/simulator`, `edgepolicy/server` and `edgepolicy/engine`.
 */
import { type LoadResult, loadPolicyText } from "./dsl/index.ts";

export type { Diagnostic, Fix, LoadResult, Note, Scenario, Severity, SourceFile } from "./dsl/index.ts";
export {
  format,
  type FormatResult,
  loadPolicy,
  nodeFiles,
  renderDiagnostics,
  type RenderOptions,
} from "./dsl/index.ts";
export type {
  Decision,
  DecisionRecord,
  EngineOptions,
  IdentityError,
  LimitReading,
  Outcome,
  Policy,
  PolicyEngine,
  Request,
  Verdict,
} from "./engine/index.ts";
export { createEngine, makeOutcome, makeRequest } from "./engine/index.ts";

/**
 * Compiles a policy given as text. A file with its imports, inventory and lists is loaded by {@link loadPolicy}.
 *
 * @example
 * ```ts
 * import { compile, createEngine, makeRequest } from "edgepolicy";
 *
 * const { policy, diagnostics } = compile(text);
 * if (policy === null) throw new Error(diagnostics[0]?.message);
 * const engine = createEngine(policy);
 * const request = makeRequest({ method: "GET", path: "/v1/orders/7", ip: "203.0.113.9" });
 * const decision = engine.decide(request, Date.now() * 1_000).toDecision();
 * ```
 * @param text - The policy.
 * @param files - Inventory, lists and imports by the path that the policy names.
 * @returns `policy` is null if there is any error; every problem is in `diagnostics`. Never throws for what the text contains.
 */
export function compile(text: string, files: Readonly<Record<string, string>> = {}): LoadResult {
  return loadPolicyText(text, files);
}
