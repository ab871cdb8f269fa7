import { describe, expect, it } from "vitest";
import { makeRequest } from "../../../engine/index.ts";
import { RecentDecisions } from "../../../server/recent-decisions.ts";
import { makeGate } from "../../helpers/gate.ts";

const POLICY = `policy "r" { default allow }
route shut = GET "/shut"
rule closed on shut then block 451 because "shut"`;
const ALL = { client: null, verdict: null, rule: null, sinceMicros: null, most: 10_000 };

/** Decides on `/0`, `/1` and so on, a microsecond apart, and keeps them. */
function kept(most: number, count: number): RecentDecisions {
  const gate = makeGate(POLICY);
  const recent = new RecentDecisions(most, gate.ids);
  for (let index = 0; index < count; index++) {
    const request = makeRequest({ path: `/${index}?a=b`, ip: "192.0.2.1" });
    recent.add(request, gate.decide(request, "json"), "json", index);
  }
  return recent;
}

describe("RecentDecisions", () => {
  it.each([0, 1, 2, 1_023, 1_024, 1_025, 2_499, 2_500, 2_501, 6_000])(
    "keeps the latest of %i, the latest first",
    (count) => {
      const latest = Array.from({ length: Math.min(count, 2_500) }, (_, back) => `/${count - 1 - back}`);
      const found = kept(2_500, count).find(ALL);
      expect(found.map(({ path }) => path)).toEqual(latest);
      expect(new Set(found.map(({ id }) => id)).size).toBe(latest.length);
    },
  );

  it("keeps the latest decision where there is room for one", () => {
    expect(kept(1, 5).find(ALL)).toMatchObject([{ path: "/4", at: "1970-01-01T00:00:00.000Z" }]);
  });

  it("lets nothing of a refusal stand where a later decision comes", () => {
    const gate = makeGate(POLICY);
    const recent = new RecentDecisions(1, gate.ids);
    for (const path of ["/shut", "/open"]) {
      const request = makeRequest({ path });
      recent.add(request, gate.decide(request, "proxy"), "proxy", 7);
      const by = path === "/shut" ? "closed" : null;
      expect(recent.find(ALL)).toMatchObject([{ path, by, reason: by === null ? "" : "shut", adapter: "proxy" }]);
    }
    expect(recent.find(ALL)[0]).not.toHaveProperty("matched");
  });
});
