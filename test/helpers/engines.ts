/** Both engines, for tests that every engine must pass. */
import type { EngineOptions, Policy, PolicyEngine } from "../../engine/index.ts";
import { createEngine, createReference } from "../../engine/index.ts";

/** An engine's name and how it is made. */
export interface NamedEngine {
  readonly name: string;
  readonly make: (policy: Policy, options?: EngineOptions) => PolicyEngine;
}

export const ENGINES: readonly NamedEngine[] = [
  { name: "reference", make: createReference },
  { name: "compiled", make: createEngine },
];
