/** What is believed of headers at HAProxy's door, which shows them as its caller wrote them. */
import { hash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Gate } from "../../../../server/gate.ts";
import type { SpoeValue } from "../../../../server/spoe/values.ts";
import { derOf } from "../../../helpers/certificates.ts";
import { makeGate } from "../../../helpers/gate.ts";
import { haproxyAsks } from "../../../helpers/haproxy.ts";
import { inventoryWith } from "../../../helpers/verifiers.ts";

const CERTIFICATE = ["x-forwarded-client-cert", `Hash=${"b".repeat(64)};URI=spiffe://prod.example/acme`] as const;

function ask(trust: string, path: string, ...lines: (readonly [string, string])[]): ReturnType<typeof haproxyAsks> {
  return haproxyAsks(gateOf(trust), path, [["host", "a"], ...lines]);
}

function gateOf(trust: string): Gate {
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
  const clients = {
    acme: [`{ id: svid, type: mtls, value: "spiffe://prod.example/acme" }`],
    exporter: [`{ id: work, type: mtls, thumbprint: "sha256:${hash("sha256", derOf("workload"), "hex")}" }`],
  };
  return makeGate(policy, { files: { "clients.yaml": inventoryWith(clients) }, options: { report: () => {} } });
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

describe("the caller behind a proxy that the policy trusts", () => {
  const caller = async (lines: readonly (readonly [string, string])[]): Promise<unknown> => {
    const policy = `policy "p" { default block }
trust proxy 192.0.2.0/24 hops 1
route any = GET "/"
rule known on any when ip == 203.0.113.9 then allow`;
    const { verdict, status } = await haproxyAsks(makeGate(policy), "/", [["host", "a"], ...lines]);
    return status === 400 ? status : verdict;
  };
  const by = (...chain: readonly string[]): Promise<unknown> =>
    caller(chain.map((value) => ["x-forwarded-for", value] as const));

  it("is the one that the proxy named, also where it went on with the chain on a line of its own", async () => {
    expect(await by("203.0.113.9")).toBe("allow");
    expect(await by("198.51.100.7, 203.0.113.9")).toBe("allow");
    expect(await by("198.51.100.7", "203.0.113.9")).toBe("allow");
    // Its caller wrote the first line.
    expect(await by("203.0.113.9", "198.51.100.7")).toBe("refuse");
  });

  it("is the one that Forwarded names too, which some proxies write and hand the other on", async () => {
    expect(await caller([["forwarded", "for=203.0.113.9"]])).toBe("allow");
    expect(await caller([["forwarded", "for=203.0.113.9, for=198.51.100.7"]])).toBe("refuse");
    const spoofed = ["x-forwarded-for", "203.0.113.9"] as const;
    expect(await caller([spoofed, ["forwarded", "for=198.51.100.7"]])).toBe(400);
    expect(await caller([spoofed, ["forwarded", "for="]])).toBe(400);
    expect(await caller([spoofed, ["forwarded", "for=203.0.113.9;proto=https"]])).toBe("allow");
  });
});

describe("a certificate that HAProxy says beside the headers", () => {
  const beside = (more: Readonly<Record<string, SpoeValue>>, trust = ""): ReturnType<typeof haproxyAsks> =>
    haproxyAsks(gateOf(trust), "/known", [["host", "a"]], more);

  it("is believed where HAProxy has verified it, and names its holder", async () => {
    expect(await beside({ cert: derOf("workload"), verify: 0 })).toMatchObject({
      verdict: "allow",
      client: "exporter",
    });
  });

  it("is refused where HAProxy found something wrong, or does not say", async () => {
    for (const more of [{ verify: 18 }, {}, { verify: "0" }])
      expect(await beside({ cert: derOf("workload"), ...more })).toMatchObject({ verdict: "refuse", status: 401 });
    expect(await beside({ cert: Uint8Array.of(1, 2), verify: 0 })).toMatchObject({ verdict: "refuse", status: 401 });
  });

  it("is none where there is none", async () => {
    for (const more of [
      { cert: new Uint8Array(0), verify: 0 },
      { cert: null, verify: null },
    ])
      expect(await beside(more)).toMatchObject({ verdict: "refuse", status: 403 });
  });

  it("is that of a proxy and not of its caller, where a proxy that the policy trusts stands before HAProxy", async () => {
    const answer = await beside({ cert: derOf("workload"), verify: 0 }, "trust proxy 192.0.2.0/24 hops 1");
    expect(answer).toMatchObject({ verdict: "refuse", status: 403 });
  });
});

describe("a body in chunks", () => {
  it("is refused where the policy decides on sizes, and HAProxy does not tell its", async () => {
    const ask = (rule: string): ReturnType<typeof haproxyAsks> =>
      haproxyAsks(makeGate(`policy "p" { default allow }\nroute any = GET "/"\n${rule}`), "/", [
        ["host", "a"],
        ["transfer-encoding", "chunked"],
      ]);
    expect(await ask("rule large on any when body.size > 1MB then block")).toMatchObject({ status: 400 });
    expect(await ask("")).toMatchObject({ verdict: "allow" });
  });
});

describe("a body that declares no length", () => {
  const ask = (rule: string, more: Readonly<Record<string, SpoeValue>>): ReturnType<typeof haproxyAsks> => {
    const text = `policy "p" { default allow }\nroute any = GET "/" { body { name: string } }\n${rule}`;
    return haproxyAsks(makeGate(text), "/", [["host", "a"]], more);
  };
  const LARGE = "rule large on any when body.size > 3B then block";

  it("is as long as what HAProxy has of it, where that is all", async () => {
    expect(await ask(LARGE, { whole: true, here: 4 })).toMatchObject({ verdict: "refuse", status: 403 });
    expect(await ask(LARGE, { whole: true, here: 3 })).toMatchObject({ verdict: "allow" });
    expect(await ask(LARGE, { whole: true, here: 0 })).toMatchObject({ verdict: "allow" });
  });

  it("is refused where the policy decides on sizes and it is still coming, as over HTTP/2", async () => {
    expect(await ask(LARGE, { whole: false, here: 0 })).toMatchObject({ status: 400, problem: "length_required" });
    expect(await ask("", { whole: false, here: 0 })).toMatchObject({ verdict: "allow" });
  });

  it("has no fields while it is still coming, because what is there is not what the service reads", async () => {
    const named = 'rule root on any when name ?? "" == "root" then block';
    const body = Buffer.from('{"name":"root"}');
    expect(await ask(named, { whole: true, here: body.length, body })).toMatchObject({ verdict: "refuse" });
    expect(await ask(named, { whole: false, here: body.length, body })).toMatchObject({ verdict: "allow" });
  });
});
