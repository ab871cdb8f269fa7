/** Whatever the index may take, it finds what testing every condition in turn finds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../engine/compile/compile.ts";
import { INDEX_BOUNDS, type IndexBounds } from "../../engine/compile/index-tree.ts";
import type { Policy, Request } from "../../engine/index.ts";
import { arbitraryAlikeTrace, arbitraryWideTrace, type Trace } from "../helpers/generators.ts";
import { arbitraryTextTrace } from "../helpers/generators-texts.ts";
import { IndexProbe } from "../helpers/index-probe.ts";
import { check } from "../helpers/property.ts";

/** No index at all: every conjunction stays where it is. */
const NONE: IndexBounds = { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, words: 0, effort: 0 };

const BOUNDS: Readonly<Record<string, IndexBounds>> = {
  "as they are": INDEX_BOUNDS,
  "bit vectors wherever they are cheaper": { ...INDEX_BOUNDS, cheap: 0 },
  "bit vectors alone": { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, cheap: 0 },
  "bit vectors of few classes": { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, cheap: 0, dimensionWords: 24 },
  "trees of few copies": { ...INDEX_BOUNDS, copies: 0, copiesEach: 2, words: 0 },
};

function requestsOf({ steps }: Trace): readonly Request[] {
  return steps.flatMap((step) => (step.kind === "request" ? [step.request] : []));
}

function foundBy(policy: Policy, bounds: IndexBounds, requests: readonly Request[], now: number): unknown {
  const probe = new IndexProbe(compile(policy, bounds));
  return requests.map((request) => {
    probe.find(request, now);
    return probe.targets();
  });
}

test.each(Object.entries(BOUNDS))(
  "the index finds what testing each condition finds: %s",
  { timeout: 120_000 },
  (_, bounds) => {
    for (const arbitrary of [arbitraryAlikeTrace, arbitraryWideTrace, arbitraryTextTrace]) {
      check(
        fc.property(arbitrary, (trace) => {
          const requests = requestsOf(trace);
          for (const policy of trace.policies) {
            expect(foundBy(policy, bounds, requests, trace.start)).toEqual(
              foundBy(policy, NONE, requests, trace.start),
            );
          }
        }),
        { runs: 60 },
      );
    }
  },
);

test("the generators reach bit vectors of every kind, exact ones and others", () => {
  const kinds = new Set<number>();
  let residual = 0;
  for (const { policies } of fc.sample(arbitraryAlikeTrace, { seed: 3, numRuns: 80 })) {
    for (const policy of policies) {
      const { index } = compile(policy, BOUNDS["bit vectors of few classes"]);
      for (const { dimensions, node } of index.vectors) {
        for (const { kind } of dimensions) kinds.add(kind);
        residual += index.residualStart[index.nodeEntries[node + 1]!]! - index.residualStart[index.nodeEntries[node]!]!;
      }
    }
  }
  expect([...kinds].sort((a, b) => a - b)).toEqual([0, 2, 3, 4, 5, 6]);
  expect(residual).toBeGreaterThan(0);
});
