import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import { createReference } from "../../../engine/index.ts";
import { decisionLine, isRecordError, parseRequestLine } from "../../../traffic/index.ts";
import { inventoryOf } from "../../helpers/inventory.ts";
import { serve } from "../../helpers/server.ts";

const POLICY = `policy "trace" { default block }
clients from "clients.yaml"
route login = POST "/v1/login" { body { username: string } }
route order = GET "/v1/orders/{id}"
signal failures = count on login where response.status == 401 per ip.network over 10m
signal users = distinct(username) on login per ip.network over 10m
score risk { +60 when users > 5  +30 when failures > 3 }
limit rate on order per client else ip.network allow 4 per 1m burst 2 otherwise slow up to 15s
rule sign_in on login then allow
rule known on order when has client then allow
rule stuffing on login when risk >= 60 then block for 15m per ip.network because "many usernames"`;
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "k" }]) };

/** Traffic that reaches every verdict of the policy: one request every two seconds. */
const TRACE: readonly object[] = Array.from({ length: 120 }, (_, i) => {
  if (i % 3 === 0)
    return { method: "GET", path: `/v1/orders/${i}`, ip: "192.0.2.1", ...(i % 9 === 0 ? {} : { client: "acme" }) };
  const ip = i % 3 === 1 ? "198.51.100.7" : `203.0.${i}.7`;
  return {
    method: "POST",
    path: "/v1/login",
    ip,
    body: { username: `u${i % 40}` },
    response: { status: i % 2 === 0 ? 200 : 401 },
  };
});

describe("one trace", () => {
  it("is decided the same by the server and by the engine in process", async () => {
    let clock = Date.UTC(2026, 0, 1) * 1_000;
    const server = await serve(POLICY, { clock: () => clock }, FILES);
    const { policy } = loadPolicyText(POLICY, FILES);
    if (policy === null) throw new Error("the policy has errors");
    const engine = createReference(policy);
    const verdicts = new Set<string>();
    for (const [index, asked] of TRACE.entries()) {
      clock += 2e6;
      const text = JSON.stringify(asked);
      const response = await fetch(`${server.url}/authz/json`, { method: "POST", body: text });
      const { id: _, ...served } = (await response.json()) as Record<string, unknown>;
      const record = parseRequestLine(text);
      if (isRecordError(record)) throw new Error(record.error);
      const decided = engine.decide(record.request, clock);
      const { token, verdict } = decided;
      expect({ ...served, n: index }).toEqual(JSON.parse(decisionLine(index, decided.toDecision())));
      if (verdict <= 1 && record.response !== null) engine.observe(token, record.response.outcome, clock);
      verdicts.add(String(served["verdict"]));
    }
    expect([...verdicts].sort()).toEqual(["allow", "block", "slow", "throttle"]);
  });
});
