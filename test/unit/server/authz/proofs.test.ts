/** Signed requests and certificates as adapters hear of them. */
import { describe, expect, it } from "vitest";
import { envoyHandler } from "../../../../server/authz/envoy.ts";
import { jsonHandler } from "../../../../server/authz/json.ts";
import { nginxHandler } from "../../../../server/authz/nginx.ts";
import { traefikHandler } from "../../../../server/authz/traefik.ts";
import type { Gate } from "../../../../server/gate.ts";
import { Holds } from "../../../../server/hold.ts";
import type { Handler } from "../../../../server/transport.ts";
import type { Asked } from "../../../helpers/http-fakes.ts";
import { RecordedReply, requestView } from "../../../helpers/http-fakes.ts";
import type { Sent } from "../../../helpers/presented.ts";
import { serve } from "../../../helpers/server.ts";
import { signPlain } from "../../../helpers/signing.ts";
import { inventoryWith } from "../../../helpers/verifiers.ts";
import { loadPolicy, nodeFiles } from "../../../../dsl/index.ts";
import { makeGate } from "../../../helpers/gate.ts";

const NOW = 1_900_000_000;
const SECRET = "a-secret-of-more-than-24-bytes";
const DIGEST = "a".repeat(64);
const POLICY = `policy "proofs" { default allow }
identity {
  hmac partners { scheme plain secrets "s" }
  mtls { header "x-forwarded-client-cert" }
}
clients from "clients.yaml"
route order = POST "/v1/orders"
rule known when has client then note "known"`;
const FILES = {
  s: `k1 ${SECRET}\n`,
  "clients.yaml": inventoryWith({
    acme: ["{ id: k1, type: hmac }"],
    partner: [`{ id: c1, type: mtls, thumbprint: "sha256:${DIGEST}" }`],
  }),
};

/** A gate over files on disk, because secrets are read from there. */
async function gateOf(options = {}): Promise<Gate> {
  const { folder } = await serve(POLICY, {}, FILES);
  return makeGate("", {
    load: () => loadPolicy(`${folder}/policy.edgepolicy`, nodeFiles),
    options: { clock: () => NOW * 1_000_000, ...options },
  });
}

function ask(handler: Handler, asked: Asked, body: string | null = null): RecordedReply {
  const reply = new RecordedReply();
  handler(requestView(asked), reply);
  if (body !== null) reply.deliver(Buffer.from(body), true);
  return reply;
}

const signature = (sent: Sent): string => signPlain(sent, SECRET, "k1", NOW, "nonce-0001").headers?.[0]?.[1] ?? "";
const SENT: Sent = { method: "POST", host: "api.example.com", target: "/v1/orders", body: '{"n":1}' };

const envoy = (sent: Sent, more: Record<string, string> = {}): Asked => ({
  method: sent.method ?? "GET",
  path: `/authz/envoy${sent.target}`,
  headers: {
    host: sent.host ?? "",
    "x-forwarded-for": "198.51.100.7",
    "x-signature": signature(sent),
    "content-length": String((sent.body ?? "").length),
    ...more,
  },
});
const nginx = (sent: Sent, length: string): Asked => ({
  headers: {
    host: sent.host ?? "",
    "x-forwarded-for": "198.51.100.7",
    "x-original-uri": sent.target ?? "",
    "x-original-method": sent.method ?? "GET",
    "x-original-content-length": length,
    "x-signature": signature(sent),
  },
});
const why = ({ status, headers, body }: RecordedReply): unknown => [
  status,
  headers["x-edge-client"] ?? headers["www-authenticate"] ?? body,
];

describe("an adapter", () => {
  it("verifies a body that it is shown whole", async () => {
    const gate = await gateOf();
    const handler = envoyHandler(gate, new Holds(1));
    expect(why(ask(handler, envoy(SENT), String(SENT.body)))).toEqual([200, "acme"]);
    expect(why(ask(handler, envoy(SENT), '{"n":2}'))).toEqual([401, expect.stringContaining("bad_signature")]);
  });

  it("refuses a body that it is shown in part, not at all, or past what it reads", async () => {
    const handler = envoyHandler(await gateOf(), new Holds(1));
    const partial = envoy(SENT, { "x-envoy-auth-partial-body": "true" });
    expect(why(ask(handler, partial, String(SENT.body)))).toEqual([401, expect.stringContaining("body_not_shown")]);
    expect(why(ask(handler, envoy(SENT, { "content-length": "0" })))).toEqual([
      401,
      expect.stringContaining("body_not_shown"),
    ]);
    const short = envoyHandler(await gateOf({ signedRequests: { bodyBytesMax: 3 } }), new Holds(1));
    expect(why(ask(short, envoy(SENT), String(SENT.body)))).toEqual([401, expect.stringContaining("body_too_long")]);
    const small = envoyHandler(await gateOf({ recordBytesMax: 3 }), new Holds(1));
    expect(why(ask(small, envoy(SENT), String(SENT.body)))).toEqual([401, expect.stringContaining("body_too_long")]);
  });

  it("holds so many bytes of bodies and no more", async () => {
    const handler = traefikHandler(await gateOf({ signedRequests: { bodiesBytesMax: 10 } }), new Holds(1));
    const asked: Asked = {
      headers: {
        "x-forwarded-for": "198.51.100.7",
        "x-forwarded-method": "POST",
        "x-forwarded-uri": "/v1/orders",
        "x-forwarded-host": "api.example.com",
        "content-length": "7",
        "x-signature": signature(SENT),
      },
    };
    const first = ask(handler, asked);
    first.deliver(Buffer.from(String(SENT.body).slice(0, 4)), false);
    expect(ask(handler, asked, String(SENT.body)).status).toBe(503);
    first.deliver(Buffer.from(String(SENT.body).slice(4)), true);
    expect(why(first)).toEqual([200, "acme"]);
    const gone = ask(handler, asked);
    gone.deliver(Buffer.from("{"), false);
    gone.abort();
    const half = ask(handler, asked);
    half.deliver(Buffer.from(String(SENT.body).slice(0, 6)), false);
    await new Promise(setImmediate);
    half.abort();
    expect(ask(handler, asked, String(SENT.body)).headers["www-authenticate"]).toContain("replayed");
  });

  it("that shows no bodies accepts requests that have none", async () => {
    const handler = nginxHandler(await gateOf(), new Holds(1));
    expect(why(ask(handler, nginx(SENT, "7")))).toEqual([401, expect.stringContaining("body_not_shown")]);
    expect(why(ask(handler, nginx({ ...SENT, body: "" }, "")))).toEqual([
      401,
      expect.stringContaining("body_not_shown"),
    ]);
    expect(why(ask(handler, nginx({ ...SENT, method: "GET", body: "" }, "")))).toEqual([200, "acme"]);
  });

  it("takes a request as data, without its bytes", async () => {
    const handler = jsonHandler(await gateOf());
    const record = (sent: Sent, more: object): string =>
      JSON.stringify({
        at: "2030-03-17T17:46:40.000Z",
        method: sent.method,
        path: sent.target,
        host: sent.host,
        ip: "198.51.100.7",
        headers: { "x-signature": signature(sent) },
        ...more,
      });
    const asked = (text: string): RecordedReply => ask(handler, { method: "POST" }, text);
    expect(asked(record(SENT, { size: 7 })).body).toContain('"reason":"body_not_shown"');
    expect(asked(record({ ...SENT, method: "GET", body: "" }, {})).body).toContain('"labels":["known"]');
  });

  it("believes the certificate that its proxy saw, which comes once", async () => {
    const handler = nginxHandler(await gateOf(), new Holds(1));
    const { headers = {} } = nginx({ method: "GET", host: "a", target: "/" }, "");
    const { "x-signature": _, ...unsigned } = headers;
    const field = `Hash=${DIGEST}`;
    expect(why(ask(handler, { headers: { ...unsigned, "x-forwarded-client-cert": field } }))).toEqual([200, "partner"]);
    expect(ask(handler, { headers: { ...unsigned, "x-forwarded-client-cert": [field, field] } }).status).toBe(403);
  });
});
