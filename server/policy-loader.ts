/** Loads and compiles the policy, at start and again at every reload. */
import { type Policy, type PolicyEngine, type ReloadReport, type Span, StateHeldError } from "../engine/index.ts";
import type { LoadResult, SourceFile } from "../dsl/index.ts";
import { loadForCallers, positionAt, renderDiagnostics } from "../dsl/index.ts";
import type { Config } from "./config.ts";
import type { Gate } from "./gate.ts";
import type { Verifier } from "./identity/verifier.ts";
import { tokenStateOf } from "./identity/token-state.ts";
import { makeVerifiers } from "./identity/verifiers.ts";
import { makeView } from "./policy-view.ts";
import { ServerError } from "./server-error.ts";

/** Reads and checks the policy file; a fresh reading at every call. */
export type LoadPolicy = () => LoadResult;

/** A policy that can run, with what verifies its callers. */
export interface Loaded {
  readonly policy: Policy;
  readonly verifiers: readonly Verifier[];
  readonly load: LoadResult;
}

/** @throws {ServerError} `policy_invalid` with the diagnostics, or what {@link makeVerifiers} throws. */
export function loadRunnable(load: LoadPolicy, config: Config): Loaded {
  const result = loadForCallers(load(), config.callers);
  if (result.policy === null) {
    const count = result.diagnostics.filter(({ severity }) => severity === "error").length;
    const problems = count === 1 ? "1 error" : `${count} errors`;
    throw new ServerError("policy_invalid", `${config.policy} has ${problems}`, "", result);
  }
  const { policy, sources } = result;
  const verifiers = makeVerifiers(policy, config, ({ span }) => placeOf(span, sources), result);
  return { policy, verifiers, load: result };
}

function placeOf({ file, start }: Span, sources: readonly SourceFile[]): string {
  const source = sources[file];
  if (source === undefined) return "the policy";
  const { line, column } = positionAt(source, start);
  return `${source.path}:${line}:${column}`;
}

/** What became of a list whose file changed. */
export interface ListReload {
  readonly name: string;
  /** Entries now in force. */
  readonly entries: number;
  /** Why the old entries stay, with the diagnostics; empty if they were replaced. */
  readonly problem: string;
}

/**
 * What a reload did. `report` is null where the new policy was refused and the old one goes on, and where nothing but files of lists had
 * changed: then `lists` says what became of each, and the policy is not built anew.
 */
export interface ReloadResult {
  readonly applied: boolean;
  readonly version: string;
  readonly report: ReloadReport | null;
  readonly lists: readonly ListReload[];
  /** Why it was refused, with the diagnostics; empty if it was applied. */
  readonly problem: string;
}

/** What became of an attempt to reload. */
export interface ReloadAttempt {
  readonly result: ReloadResult;
  /** What was read; null where that was nothing, or nothing but lists. */
  readonly load: LoadResult | null;
  /** Whether it was refused for no other reason than that a worker holds the state, which passes. */
  readonly held: boolean;
}

/** Builds the new policy aside and swaps it in; whatever is wrong with it, the old one goes on. */
export function reloadPolicy(load: LoadPolicy, gate: Gate): ReloadAttempt {
  try {
    const loaded = loadRunnable(load, gate.config);
    const report = swapIn(gate, loaded);
    const result = { applied: true, version: loaded.policy.version, report, lists: [], problem: "" };
    return { result, load: loaded.load, held: false };
  } catch (fault) {
    const { version } = gate.view.policy;
    const result = { applied: false, version, report: null, lists: [], problem: explain(fault) };
    return { result, load: fault instanceof ServerError ? fault.load : null, held: fault instanceof StateHeldError };
  }
}

/** The engine keeps entries that were put into a list while the old policy ran; the new one has read the file since. */
function swapIn(gate: Gate, { policy, verifiers }: Loaded): ReloadReport {
  const engine: PolicyEngine = gate.engine;
  const report = engine.reload(policy);
  for (const { name, values } of policy.lists) if (gate.view.lists.has(name)) engine.setList(name, values);
  gate.view = makeView(policy, engine.needs, verifiers, gate.config);
  tokenStateOf(gate.config).keepFor(policy);
  gate.challenges.warn(gate.view.challenges);
  return report;
}

/** An error as people read it, with the diagnostics where there are some. */
function explain(fault: unknown): string {
  if (fault instanceof StateHeldError) return `${fault.message}; reload again when it has`;
  if (!(fault instanceof ServerError)) return fault instanceof Error ? fault.message : String(fault);
  const help = fault.help === "" ? "" : `; ${fault.help}`;
  const details =
    fault.load === null ? "" : `\n${renderDiagnostics(fault.load.diagnostics, fault.load.sources, { color: false })}`;
  return `${fault.message}${help}${details}`;
}
