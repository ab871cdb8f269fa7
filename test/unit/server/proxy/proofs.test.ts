/** Signed requests and conveyed certificates on their way through the proxy. */
import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadPolicy, nodeFiles, packBundle, RecordedFiles } from "../../../../dsl/index.ts";
import type { ServerOptions } from "../../../../server/index.ts";
import type { Sent } from "../../../helpers/presented.ts";
import type { TestServer } from "../../../helpers/server.ts";
import { echo, exchangeRaw, serve, startService, until } from "../../../helpers/server.ts";
import { signPlain } from "../../../helpers/signing.ts";
import { inventoryWith } from "../../../helpers/verifiers.ts";

const SECRET = "a-secret-of-more-than-24-bytes";
const DIGEST = "a".repeat(64);
const FILES = {
  s: `k1 ${SECRET}\n`,
  "clients.yaml": inventoryWith({
    acme: ["{ id: k1, type: hmac }"],
    partner: [`{ id: c1, type: mtls, thumbprint: "sha256:${DIGEST}" }`],
  }),
};
const policyOf = (trust = ""): string => `policy "proofs" { default allow }
${trust}
identity {
  hmac partners { scheme plain secrets "s" }
  mtls { header "x-forwarded-client-cert" }
}
clients from "clients.yaml"
route login = POST "/v1/login" { body { username: string } }
rule evil on login when (username ?? "") == "evil" then block
rule read when has header["x-forwarded-client-cert"] and no client then block 418`;

async function guard(options: Partial<ServerOptions> = {}, trust = ""): Promise<TestServer> {
  return serve(policyOf(trust), { upstream: (await startService(echo)).url, ...options }, FILES);
}

let nonces = 0;
/** Signs a request to `url` as a client does. */
function signed(url: string, sent: Sent): { readonly url: string; readonly init: RequestInit } {
  const { method = "POST", target = "/v1/orders", body = "{}" } = sent;
  const { headers = [] } = signPlain(
    { method, target, body, host: new URL(url).host },
    SECRET,
    "k1",
    Math.floor(Date.now() / 1_000),
    `nonce-${nonces++}-x`,
  );
  return { url: url + target, init: { method, body: body as string, headers: Object.fromEntries(headers) } };
}
const send = ({ url, init }: ReturnType<typeof signed>): Promise<Response> => fetch(url, init);
const reason = async (response: Response): Promise<unknown> => ((await response.json()) as { detail?: unknown }).detail;

describe("a signed body", () => {
  it("is read before anything is decided, and goes on whole", async () => {
    const { url } = await guard();
    const response = await send(signed(url, { body: "x".repeat(700_000), target: "/v1/orders?a=1" }));
    expect(response.status).toBe(200);
    const { bytes, headers } = (await response.json()) as { bytes: number; headers: Record<string, string> };
    expect([bytes, headers["x-edge-client"], headers["x-signature"]]).toEqual([700_000, "acme", undefined]);
  });

  it("is refused where it was changed, and the service never sees it", async () => {
    const { url } = await guard();
    const { init, ...rest } = signed(url, {});
    const response = await send({ ...rest, init: { ...init, body: '{"a":1}' } });
    expect([response.status, await reason(response)]).toEqual([401, "bad_signature"]);
  });

  it("still gives its fields to the policy", async () => {
    const { url } = await guard();
    expect((await send(signed(url, { target: "/v1/login", body: '{"username":"evil"}' }))).status).toBe(403);
    expect((await send(signed(url, { target: "/v1/login", body: '{"username":"good"}' }))).status).toBe(200);
  });

  it("is too long past the limit, declared or in chunks", async () => {
    const { url, port } = await guard({ signedRequests: { bodyBytesMax: 1_000 } });
    const response = await send(signed(url, { body: "x".repeat(1_001) }));
    expect([response.status, await reason(response)]).toEqual([401, "body_too_long"]);
    expect((await send(signed(url, { body: "x".repeat(1_000) }))).status).toBe(200);
    const { init } = signed(url, { body: "x" });
    const field = new Headers(init.headers).get("x-signature");
    const head = `POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Signature: ${field}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunks = `258\r\n${"x".repeat(600)}\r\n`.repeat(2);
    expect((await exchangeRaw(port, `${head}${chunks}0\r\n\r\n`)).text).toContain("body_too_long");
    expect((await exchangeRaw(port, `${head}1\r\nx\r\n0\r\n\r\n`)).text).toMatch(/^HTTP\/1.1 200 /);
  });

  it("has an end to how much of all is held, and to how long one may take", async () => {
    const server = await guard({ signedRequests: { bodiesBytesMax: 100 }, bodyTimeoutMs: 400 });
    const { init } = signed(server.url, {});
    const headers = { ...(init.headers as Record<string, string>), "content-length": "99" };
    const slow = request(`${server.url}/v1/orders`, { method: "POST", headers });
    const answer = new Promise<number | undefined>((resolve) =>
      slow.on("response", (incoming) => resolve(incoming.resume().statusCode)),
    );
    slow.on("error", () => {});
    slow.write("x".repeat(98));
    let busy = 0;
    await until(async () => {
      busy = (await send(signed(server.url, { body: '{"n":1}' }))).status;
      return busy === 503;
    });
    expect(await answer).toBe(408);
    await until(async () => (await send(signed(server.url, {}))).status === 200);
    expect(await server.metrics()).toMatch(/signed_bodies_busy"} [1-9]/);
  });

  it("is not waited for where nobody signed it", async () => {
    const { url } = await guard({ signedRequests: { bodyBytesMax: 10 } });
    expect((await fetch(`${url}/v1/orders`, { method: "POST", body: "x".repeat(100_000) })).status).toBe(200);
  });
});

describe("a conveyed certificate", () => {
  const field = `By=a;Hash=${DIGEST};Subject="CN=x"`;
  const headers = { "x-forwarded-client-cert": field };
  const forwardedBy = async ({ url }: TestServer): Promise<Record<string, string>> =>
    ((await (await fetch(url, { headers })).json()) as { headers: Record<string, string> }).headers;

  it("names the client where a trusted proxy sends it", async () => {
    const trusted = await forwardedBy(await guard({}, "trust proxy 127.0.0.0/8"));
    expect([trusted["x-edge-client"], trusted["x-forwarded-client-cert"]]).toEqual(["partner", undefined]);
    const kept = await forwardedBy(await guard({ stripCredentials: false }, "trust proxy 127.0.0.0/8"));
    expect([kept["x-edge-client"], kept["x-forwarded-client-cert"]]).toEqual(["partner", field]);
  });

  it("is taken off what anyone else sends, whatever the options say, and no rule reads it", async () => {
    for (const stripCredentials of [true, false]) {
      const forwarded = await forwardedBy(await guard({ stripCredentials }));
      expect([forwarded["x-edge-client"], forwarded["x-forwarded-client-cert"]]).toEqual([undefined, undefined]);
    }
  });

  it("comes once", async () => {
    const { port } = await guard({}, "trust proxy 127.0.0.0/8");
    const twice = `X-Forwarded-Client-Cert: ${field}\r\n`.repeat(2);
    expect((await exchangeRaw(port, `GET / HTTP/1.1\r\nHost: a\r\n${twice}\r\n`)).text).toMatch(/^HTTP\/1.1 400 /);
  });
});

describe("a bundle", () => {
  it("finds its secrets beside it", async () => {
    const first = await guard();
    const files = new RecordedFiles(nodeFiles);
    const path = join(first.folder, "policy.edgepolicy");
    writeFileSync(join(first.folder, "p.epb"), packBundle(path, loadPolicy(path, files), files));
    const { url } = await guard({ policy: join(first.folder, "p.epb") });
    expect((await send(signed(url, {}))).status).toBe(200);
  });
});

describe("a changed file of secrets", () => {
  it("is taken over with the policy as it is", async () => {
    const server = await guard({ watch: true });
    expect((await send(signed(server.url, {}))).status).toBe(200);
    server.replace("s", "k1 another-secret-of-more-than-24-bytes\n");
    await until(async () => (await send(signed(server.url, {}))).status === 401);
    server.replace("s", `k1 ${SECRET} and more\n`);
    await until(() => server.reports.some((line) => line.includes("s:1 is not `CREDENTIAL SECRET`")));
    expect(server.reports.join("\n")).not.toContain(SECRET);
    server.replace("s", `k1 ${SECRET}\n`);
    await until(async () => (await send(signed(server.url, {}))).status === 200);
  });
});
