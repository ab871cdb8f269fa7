/** The search itself: it repeats, goes on where a path says, and ends where it is told to. */
import { expect, test } from "vitest";
import { proveJson, renderProof } from "../../../../simulator/prove/report.ts";
import { paintFor } from "../../../../simulator/report/format.ts";
import { prove, proven } from "../../../helpers/proving.ts";

const POLICY = `policy "t" { default allow }
route pay = POST "/v1/pay" { body { amount: int } }
limit pace on pay per ip allow 3 per 1m
rule large on pay when amount ?? 0 > 100 then block
invariant "a hundred is too much" on pay when amount ?? 0 >= 100 then at least block
`;

test("the same seed gives the same bytes, another one other traces", () => {
  const text = (seed: number): string => renderProof(prove(POLICY, { runs: 20, seed }), paintFor(false));
  expect(text(3)).toBe(text(3));
  expect(text(4)).not.toBe(text(3));
});

test("the path of a refutation leads to the same test", () => {
  const refutation = proveJson(prove(POLICY)).claims[0]?.refutation;
  const again = proveJson(prove(POLICY, { path: refutation?.path ?? "" }));
  expect(again).toMatchObject({ traces: 1, held: false });
  expect(again.claims[0]?.refutation?.test).toBe(refutation?.test);
});

test("without a number of runs it ends at so many requests", () => {
  const { traces, requests } = prove(POLICY.replace("3 per 1m", "180 per 1m"), { runs: null });
  expect(traces).toBeLessThan(1_000);
  expect(requests).toBeGreaterThanOrEqual(30_000);
  expect(requests).toBeLessThan(30_200);
}, 60_000);

test("no trace is longer than it is told", () => {
  const { traces, requests } = prove(POLICY, { runs: 100, longest: 2 });
  expect(traces).toBe(100);
  expect(requests).toBeLessThanOrEqual(200);
});

test("the end of the time ends it, which the report says", () => {
  const result = prove(POLICY, { runs: 1_000_000, timeMs: 200 });
  expect(result.cutShort).toBe(true);
  expect(result.traces).toBeLessThan(1_000_000);
  expect(renderProof(result, paintFor(false))).toContain("cut short by --time");
});

test("two policies that differ in one threshold differ by the shortest trace, and one does not differ from itself", () => {
  const other = proven(POLICY.replace("3 per 1m", "4 per 1m")).policy;
  const { claims } = proveJson(prove(POLICY, { against: { policy: other, name: "old.edgepolicy" } }));
  const found = claims.find(({ kind }) => kind === "agreement")?.refutation;
  expect(found).toMatchObject({
    requests: 4,
    message: "throttle 429 by pace; retry after 20s here, allow 200 by old.edgepolicy",
  });
  expect(found?.replay).toContain("--against old.edgepolicy");
  const same = prove(POLICY, { runs: 50, against: { policy: proven(POLICY).policy, name: "old.edgepolicy" } });
  expect(renderProof(same, paintFor(false))).toMatch(/^no difference from old\.edgepolicy found over 50 traces, /m);
});
