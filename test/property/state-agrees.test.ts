/** The tables of every aggregate and of every amount hold what the reference's logs hold. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createEngine, createReference } from "../../engine/index.ts";
import { arbitraryStateTrace } from "../helpers/generators-state.ts";
import { lockstep } from "../helpers/lockstep.ts";
import { check } from "../helpers/property.ts";

test("signals and limits read and answer the same", { timeout: 300_000 }, () => {
  check(
    fc.property(arbitraryStateTrace, (each) => {
      expect(lockstep(each, [createReference, createEngine]).difference).toBeNull();
    }),
    { runs: 600 },
  );
});
