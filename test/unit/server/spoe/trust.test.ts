/** What is believed of headers at HAProxy's door, which shows them as its caller wrote them. */
import { describe, expect, it } from "vitest";
import { makeGate } from "../../../helpers/gate.ts";
import { haproxyAsks } from "../../../helpers/haproxy.ts";
import { inventoryWith } from "../../../helpers/verifiers.ts";

const CERTIFICATE = ["x-forwarded-client-cert", `Hash=${"b".repeat(64)};URI=spiffe://prod.example/acme`] as const;

function ask(trust: string, path: string, ...lines: (readonly [string, string])[]): ReturnType<typeof haproxyAsks> {
  const policy = `policy "p" { default block }
${trust}
identity { mtls { header "x-forwarded-client-cert" } }
clients from "clients.yaml"
fact bot : int from header "x-bot"
route known = GET "/known"
route bots  = GET "/bots"
route plain = GET "/plain"
rule holders on known when has client then allow
rule facts   on bots  when bot ?? 0 == 7 then allow
rule written on plain when not has header["x-bot"] then allow`;
  const clients = { acme: [`{ id: svid, type: mtls, value: "spiffe://prod.example/acme" }`] };
  const gate = makeGate(policy, { files: { "clients.yaml": inventoryWith(clients) }, options: { report: () => {} } });
  return haproxyAsks(gate, path, [["host", "a"], ...lines]);
}

describe("a certificate and a fact in headers", () => {
  it("are nobody's word where HAProxy's own caller wrote them", async () => {
    expect(await ask("", "/known", CERTIFICATE)).toMatchObject({ verdict: "refuse", status: 403 });
    expect(await ask("", "/bots", ["x-bot", "7"])).toMatchObject({ verdict: "refuse", status: 403 });
    expect(await ask("", "/bots", ["x-bot", "7"], ["x-bot", "8"])).toMatchObject({ verdict: "refuse", status: 403 });
    expect(await ask("", "/plain", ["x-bot", "7"])).toMatchObject({ verdict: "allow" });
  });

  it("are believed of a proxy before HAProxy that the policy trusts", async () => {
    const trust = "trust proxy 192.0.2.0/24 hops 1";
    expect(await ask(trust, "/known", CERTIFICATE)).toMatchObject({ verdict: "allow", client: "acme" });
    expect(await ask(trust, "/bots", ["x-bot", "7"])).toMatchObject({ verdict: "allow" });
    expect(await ask(trust, "/bots", ["x-bot", "7"], ["x-bot", "8"])).toMatchObject({ status: 400 });
  });
});
