/** From a checked policy without errors to the engine's policy model. */
import { createHash } from "node:crypto";
import { dirname, relative } from "node:path";
import { POLICY_FORMAT } from "../engine/index.ts";
import type { Policy } from "../engine/index.ts";
import type { CheckedPolicy } from "./check/policy.ts";
import type { Invariant } from "./invariant.ts";
import type { Scenario } from "./scenario.ts";
import type { SourceFile } from "./source.ts";
import type { PolicyTest } from "./test-block.ts";

/** The policy model. Call it only where no error was reported: declarations that are wrong would be left out. */
export function lowerPolicy(checked: CheckedPolicy, sources: readonly SourceFile[]): Policy {
  const { name, settings, trust, clients, lists, facts, tables, windows, routes, lets } = checked;
  const hash = hashOf(sources);
  return {
    format: POLICY_FORMAT,
    name,
    version: hash.slice(0, VERSION_DIGITS),
    hash,
    files: sources.map((source) => source.path),
    settings,
    trust,
    identity: present(checked.identity),
    clients,
    lists,
    facts,
    tables,
    windows,
    routes,
    lets,
    signals: present(checked.signals),
    scores: present(checked.scores),
    limits: present(checked.limits),
    rules: present(checked.rules),
    order: orderOf(checked),
  };
}

/** The scenarios that are right. */
export function lowerScenarios(checked: CheckedPolicy): readonly Scenario[] {
  return present(checked.scenarios);
}

/** The tests that are right. */
export function lowerTests(checked: CheckedPolicy): readonly PolicyTest[] {
  return present(checked.tests);
}

/** The invariants that are right. */
export function lowerInvariants(checked: CheckedPolicy): readonly Invariant[] {
  return present(checked.invariants);
}

function present<T>(values: readonly (T | null)[]): readonly T[] {
  return values.filter((value) => value !== null);
}

/** Rules and limits in the order of the text, with imports in their places. */
function orderOf(checked: CheckedPolicy): Policy["order"] {
  const order: { kind: "rule" | "limit"; index: number }[] = [];
  const next = { rule: 0, limit: 0 };
  for (const declaration of checked.context.declarations.all) {
    if (declaration.kind !== "rule" && declaration.kind !== "limit") continue;
    order.push({ kind: declaration.kind, index: next[declaration.kind] });
    next[declaration.kind] += 1;
  }
  return order;
}

const VERSION_DIGITS = 12;

/** A SHA-256 over every source with its path from the main file, wherever that is called from. */
function hashOf(sources: readonly SourceFile[]): string {
  const hash = createHash("sha256");
  const base = dirname(sources[0]?.path ?? "");
  for (const source of sources) hash.update(JSON.stringify([relative(base, source.path), source.text]));
  return hash.digest("hex");
}
