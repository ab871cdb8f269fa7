import { describe, expect, it } from "vitest";
import { serve } from "../../helpers/server.ts";

const POLICY = `policy "admin" { default allow }
route order = GET "/v1/orders/{id}"
signal seen = count on order per ip over 1m
limit few on order per ip allow 5 per 1m
rule first on order when seen > 100 then block
rule trial on order then throttle
rollout { trial shadow }`;

/** Bytes of a page of state. */
const PAGE = 16_384;

describe("the admin listener", () => {
  it("says that the server lives and is ready", async () => {
    const { adminUrl } = await serve(POLICY);
    for (const page of ["healthz", "readyz"]) expect((await fetch(`${adminUrl}/${page}`)).status, page).toBe(200);
  });

  it("tells what runs", async () => {
    const { adminUrl, running } = await serve(POLICY);
    expect(await (await fetch(`${adminUrl}/v1/policy`)).json()).toEqual({
      name: "admin",
      version: running.policy.version,
      hash: expect.stringMatching(new RegExp(`^${running.policy.version}[0-9a-f]{52}$`)) as string,
      default: "allow",
      rules: [
        { name: "first", mode: "on" },
        { name: "trial", mode: "shadow" },
      ],
      limits: [{ name: "few", mode: "on" }],
      signals: ["seen"],
      lists: [],
      facts: [],
      clients: 0,
      state: [
        { kind: "signal", name: "seen", mode: "on", keys: 0, bytes: PAGE, dropped: 0, sketched: 0 },
        { kind: "limit", name: "few", mode: "on", keys: 0, bytes: 2 * PAGE, dropped: 0, sketched: 0 },
        { kind: "bans", name: "bans", mode: "on", keys: 0, bytes: PAGE, dropped: 0, sketched: 0 },
      ],
      transport: `uWebSockets.js ${running.transport}`,
      workers: { size: 1, up: 1, ends: 0 },
    });
  });

  it("counts decisions, and what shadows would do", async () => {
    const { url, metrics } = await serve(POLICY);
    const body = '{"method":"GET","path":"/v1/orders/1","ip":"192.0.2.1"}\n'.repeat(7);
    await fetch(`${url}/authz/json`, { method: "POST", body });
    const text = await metrics();
    expect(text).toContain('edgepolicy_decisions_total{verdict="allow"} 5\n');
    expect(text).toContain('edgepolicy_decisions_total{verdict="throttle"} 2\n');
    expect(text).toContain('edgepolicy_decided_by_total{by="few"} 2\n');
    expect(text).toContain('edgepolicy_shadow_total{name="trial"} 7\n');
    expect(text).toContain("edgepolicy_decide_seconds_count 7\n");
    expect(text).toContain('edgepolicy_state_keys{kind="limit",name="few",mode="on"} 1\n');
    expect(text).toContain('edgepolicy_state_sketched_total{kind="limit",name="few",mode="on"} 0\n');
  });

  it("asks for the token where there is one, but not for health", async () => {
    const adminToken = "0123456789abcdef";
    const { adminUrl } = await serve(POLICY, { adminToken });
    expect((await fetch(`${adminUrl}/healthz`)).status).toBe(200);
    for (const [method, page] of [
      ["GET", "metrics"],
      ["GET", "v1/policy"],
      ["POST", "v1/reload"],
    ] as const) {
      const bare = await fetch(`${adminUrl}/${page}`, { method });
      expect(bare.status, page).toBe(401);
      expect(bare.headers.get("www-authenticate")).toBe('Bearer realm="edgepolicy admin"');
      const wrong = await fetch(`${adminUrl}/${page}`, { method, headers: { authorization: `Bearer ${adminToken}0` } });
      expect(wrong.status, page).toBe(401);
      expect(wrong.headers.get("www-authenticate")).toBe('Bearer realm="edgepolicy admin", error="invalid_token"');
      const right = await fetch(`${adminUrl}/${page}`, { method, headers: { authorization: `Bearer ${adminToken}` } });
      expect(right.status, page).toBe(200);
    }
  });

  it("says to a token that may only read that it may not do more", async () => {
    const adminReadToken = "0123456789abcdef";
    const { adminUrl } = await serve(POLICY, { adminReadToken });
    const headers = { authorization: `Bearer ${adminReadToken}` };
    const { status, headers: answered } = await fetch(`${adminUrl}/v1/reload`, { method: "POST", headers });
    expect(status).toBe(403);
    expect(answered.get("www-authenticate")).toContain('error="insufficient_scope"');
  });

  it("knows its pages and their methods", async () => {
    const { adminUrl } = await serve(POLICY);
    expect((await fetch(`${adminUrl}/v1/reload`)).status).toBe(405);
    expect((await fetch(`${adminUrl}/nowhere`)).status).toBe(404);
    const { status, headers } = await fetch(`${adminUrl}/metrics`, { method: "HEAD" });
    expect([status, Number(headers.get("content-length")) > 1_000]).toEqual([200, true]);
  });

  it("can be left out", async () => {
    const { running } = await serve(POLICY, { admin: "off" });
    expect(running.adminUrl).toBeNull();
  });
});
