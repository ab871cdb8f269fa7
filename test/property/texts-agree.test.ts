/** Both engines agree on policies as people write them: those of the conformance cases, under their own and foreign traffic. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadPolicyText } from "../../dsl/index.ts";
import type { Outcome, Policy, Request } from "../../engine/index.ts";
import { isRecordError, parseRequestValue } from "../../traffic/index.ts";
import { loadCaseFiles } from "../conformance/cases.ts";
import { ENGINES } from "../helpers/engines.ts";
import { arbitraryGap, type Step } from "../helpers/generators.ts";
import { arbitraryOutcome, arbitraryRequest } from "../helpers/generators-requests.ts";
import { lockstep } from "../helpers/lockstep.ts";
import { check } from "../helpers/property.ts";

interface Written {
  readonly policy: Policy;
  readonly requests: readonly Request[];
}

/** Every case that compiles, with the requests it sends. */
function written(): Written[] {
  return loadCaseFiles().flatMap(({ cases }) =>
    cases.flatMap(({ files, requests = [] }): Written[] => {
      const { "policy.edgepolicy": text = "", ...others } = files ?? {};
      const { policy } = loadPolicyText(text, others);
      const sent = requests.flatMap((request) => {
        const record = parseRequestValue(
          Object.fromEntries(Object.entries(request).filter(([name]) => name !== "expect")),
        );
        return isRecordError(record) ? [] : [record.request];
      });
      return policy === null || sent.length === 0 ? [] : [{ policy, requests: sent }];
    }),
  );
}

const texts = written();

/** Mostly the case's own requests, some with one member of another. */
function requestsOf({ requests }: Written): fc.Arbitrary<Request> {
  const own = fc.constantFrom(...requests);
  const mixed = fc
    .tuple(
      own,
      arbitraryRequest,
      fc.constantFrom<keyof Request>("ip", "path", "headers", "client", "body", "host", "size"),
    )
    .map(([request, other, member]) => ({ ...request, [member]: other[member] }));
  return fc.oneof(
    { weight: 5, arbitrary: own },
    { weight: 2, arbitrary: mixed },
    { weight: 1, arbitrary: arbitraryRequest },
  );
}

function stepsOf(text: Written): fc.Arbitrary<Step[]> {
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constant("request" as const),
    gap: arbitraryGap,
    request: requestsOf(text),
    outcome: fc.option<Outcome>(arbitraryOutcome),
    lag: fc.nat(3),
  });
  return fc.array(step, { minLength: 10, maxLength: 40, size: "max" });
}

test("there are texts to compare on", () => {
  expect(texts.length).toBeGreaterThan(50);
});

test("every decision and every reading is the same", { timeout: 120_000 }, () => {
  const traces = fc
    .constantFrom(...texts)
    .chain((text) => stepsOf(text).map((steps) => ({ policies: [text.policy], start: 1_767_225_600_000_000, steps })));
  check(
    fc.property(traces, (trace) => {
      expect(
        lockstep(
          trace,
          ENGINES.map(({ make }) => make),
        ).difference,
      ).toBeNull();
    }),
    { runs: 600 },
  );
});
