import { describe, expect, it } from "vitest";
import { makeRequest } from "../../../engine/index.ts";
import type { GateSetup } from "../../helpers/gate.ts";
import { makeGate } from "../../helpers/gate.ts";
import { inventoryOf } from "../../helpers/inventory.ts";

const POLICY = `policy "gate" { default allow }
identity { api_key { header "x-partner-key" } }
clients from "clients.yaml"
route hidden = GET "/hidden"
rule gone on hidden then block because "not for you"
rule trial when method is GET then throttle
rollout { trial shadow }`;
const files = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) };

function logged(setup: GateSetup, paths: readonly string[]): Record<string, unknown>[] {
  const lines: string[] = [];
  const gate = makeGate(POLICY, { files, onLine: (line) => lines.push(line), ...setup });
  const headers = { "x-partner-key": "key-1", "user-agent": "tests", authorization: "Bearer secret" };
  for (const path of paths) gate.decide(makeRequest({ path, headers, ip: "192.0.2.1", client: "acme" }), "json");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the decision log", () => {
  it("says who asked what and what was decided", () => {
    const options = { clock: () => Date.UTC(2026, 0, 1) * 1_000 };
    expect(logged({ options }, ["/hidden"])).toEqual([
      {
        time: "2026-01-01T00:00:00.000Z",
        id: expect.stringMatching(/^[0-9a-f]{10}-1$/) as string,
        adapter: "json",
        method: "GET",
        path: "/hidden",
        host: "",
        ip: "192.0.2.1",
        client: "acme",
        verdict: "block",
        status: 403,
        by: "gone",
        matched: ["gone"],
        shadow: ["trial"],
        reason: "not for you",
        delay: 0,
        retryAfter: 0,
        scores: {},
        labels: [],
        overlays: [],
        limits: [],
        headers: {},
      },
    ]);
  });

  it("shows header values by name only, and credentials never", () => {
    const options = { log: { headers: ["User-Agent", "X-Partner-Key"] } };
    const [line] = logged({ options }, ["/a?access_token=secret"]);
    expect(line).toMatchObject({ path: "/a", headers: { "user-agent": "tests" } });
    expect(JSON.stringify(line)).not.toMatch(/secret|key-1/);
  });

  it("can be kept to refusals", () => {
    expect(logged({ options: { log: { decisions: "refusals" } } }, ["/a", "/hidden", "/b"])).toHaveLength(1);
  });
});

describe("Gate", () => {
  it("counts verdicts, who decided, and what shadows would have done", () => {
    const gate = makeGate(POLICY, { files });
    for (const path of ["/hidden", "/a", "/b"]) gate.decide(makeRequest({ path, ip: "192.0.2.1" }), "json");
    expect([...gate.metrics.verdicts]).toEqual([2, 0, 0, 0, 1]);
    expect(gate.metrics.deciders).toEqual(new Map([["gone", 1]]));
    expect(gate.metrics.shadows).toEqual(new Map([["trial", 3]]));
  });
});
