/** Both engines agree on policies that look through texts in many ways, and such policies reach every way of looking. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../engine/compile/compile.ts";
import { createEngine, createReference } from "../../engine/index.ts";
import { DispatchKind } from "../../engine/layout.ts";
import { arbitraryTextPolicy, arbitraryTextTrace } from "../helpers/generators-texts.ts";
import { lockstep } from "../helpers/lockstep.ts";
import { check } from "../helpers/property.ts";

test("every decision and every reading is the same", { timeout: 300_000 }, () => {
  check(
    fc.property(arbitraryTextTrace, (trace) => {
      expect(lockstep(trace, [createReference, createEngine]).difference).toBeNull();
    }),
    { runs: 150 },
  );
});

test("the policies dispatch by contained texts, in one case and in both, and group what is left", () => {
  const programs = fc.sample(arbitraryTextPolicy, { seed: 11, numRuns: 60 }).map((policy) => compile(policy));
  const kinds = (kind: number): number => programs.filter(({ index }) => index.kinds.includes(kind)).length;
  expect(kinds(DispatchKind.contained)).toBeGreaterThan(30);
  expect(kinds(DispatchKind.containedFolded)).toBeGreaterThan(3);
  expect(programs.filter(({ textGroups }) => textGroups.groups.length > 0).length).toBeGreaterThan(15);
});
