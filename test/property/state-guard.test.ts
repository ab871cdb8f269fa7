/**
 * Everything that a decision, an outcome, a reload or an overlay changes in an engine's state is told to the arena's guard before
 * it changes: taking it all back gives the state as it was, word for word. Undo of a worker that died, and snapshots, rest on it.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createEngine,
  createReference,
  createSharedState,
  type Policy,
  type PolicyEngine,
} from "../../engine/index.ts";
import { arbitraryTrace } from "../helpers/generators.ts";
import { arbitraryStateTrace } from "../helpers/generators-state.ts";
import { lockstep } from "../helpers/lockstep.ts";
import { check } from "../helpers/property.ts";
import { watched } from "../helpers/watched-engine.ts";

test.each([
  ["any policy", arbitraryTrace, 60],
  ["policies of much state", arbitraryStateTrace, 60],
])("whatever changes is told before: %s", { timeout: 120_000 }, (_, traces, runs) => {
  check(
    fc.property(traces, (trace) => {
      expect(lockstep(trace, [createReference, watched]).difference).toBeNull();
    }),
    { runs },
  );
});

test("shared state decides and reads as the reference does", { timeout: 120_000 }, () => {
  const shared = (policy: Policy): PolicyEngine =>
    createEngine(policy, { shared: { state: createSharedState({ memoryBytes: 1 << 20 }), worker: 0 } });
  check(
    fc.property(arbitraryStateTrace, (trace) => {
      expect(lockstep(trace, [createReference, shared]).difference).toBeNull();
    }),
    { runs: 100 },
  );
});
