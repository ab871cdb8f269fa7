import { describe, expect, it } from "vitest";
import type { ForwardOptions } from "../../../../server/proxy/forward-headers.ts";
import { requestHeaders, responseHeaders } from "../../../../server/proxy/forward-headers.ts";
import { readIncoming } from "../../../../server/proxy/incoming.ts";
import { requestView } from "../../../helpers/http-fakes.ts";

const options: ForwardOptions = {
  client: null,
  decision: "d-1;allow",
  stripped: ["x-api-key"],
  credentials: ["x-api-key"],
  facts: new Set(["x-bot-score"]),
  peerTrusted: false,
  peer: "203.0.113.9",
};

function forwarded(headers: Record<string, string | string[]>, with_: Partial<ForwardOptions> = {}): string[] {
  const flat = requestHeaders(readIncoming(requestView({ headers: { host: "api", ...headers } })), {
    ...options,
    ...with_,
  });
  return flat.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${flat[i + 1] ?? ""}`] : []));
}
const ADDED = [
  "x-forwarded-for: 203.0.113.9",
  "x-forwarded-host: api",
  "x-forwarded-proto: http",
  "x-edge-decision: d-1;allow",
];

describe("requestHeaders", () => {
  it("keeps end-to-end fields in order, repeats and all", () => {
    expect(forwarded({ accept: ["a", "b"], cookie: "c=1" })).toEqual([
      "host: api",
      "accept: a",
      "accept: b",
      "cookie: c=1",
      ...ADDED,
    ]);
  });

  it("drops hop-by-hop fields and those that Connection names", () => {
    const sent = {
      connection: "close, X-Mine",
      "x-mine": "1",
      te: "trailers",
      upgrade: "h2c",
      "keep-alive": "5",
      expect: "100-continue",
    };
    expect(forwarded({ ...sent, "transfer-encoding": "chunked", "proxy-authorization": "Basic x" })).toEqual([
      "host: api",
      ...ADDED,
    ]);
  });

  it("takes the credential off, in every spelling that a CGI reads as one", () => {
    expect(forwarded({ "x-api-key": "secret", x_api_key: "secret", "x-api_key": "secret" })).toEqual([
      "host: api",
      ...ADDED,
    ]);
  });

  it("keeps a credential on in the spelling that was read, and in no other", () => {
    const kept = forwarded({ "x-api-key": "secret", x_api_key: "forged" }, { stripped: [] });
    expect(kept).toEqual(["host: api", "x-api-key: secret", ...ADDED]);
  });

  it("passes facts on from a trusted peer alone, in the spelling that was read", () => {
    const stated = { "x-bot-score": "7", x_bot_score: "9" };
    expect(forwarded(stated)).toEqual(["host: api", ...ADDED]);
    expect(forwarded(stated, { peerTrusted: true })).toContain("x-bot-score: 7");
    expect(forwarded(stated, { peerTrusted: true }).join()).not.toContain("x_bot_score");
  });

  it("says who the client is, and lets nobody else say it", () => {
    const spoofed = {
      "x-edge-client": "root",
      x_edge_client: "root",
      "x.edge.client": "root",
      "x-edge~client": "root",
      "x-edge-decision": "x;allow",
      "x-edge-other": "1",
    };
    expect(forwarded(spoofed)).toEqual(["host: api", ...ADDED]);
    expect(forwarded(spoofed, { client: "acme" })).toEqual(["host: api", ...ADDED, "x-edge-client: acme"]);
  });

  it("believes no forwarding field of an untrusted peer", () => {
    const spoofed = {
      "x-forwarded-for": "1.1.1.1",
      x_forwarded_for: "1.1.1.1",
      forwarded: "for=1.1.1.1",
      "x-real-ip": "1.1.1.1",
      "x-forwarded-prefix": "/a",
    };
    expect(forwarded(spoofed)).toEqual(["host: api", ...ADDED]);
  });

  it("continues the chain of a trusted peer", () => {
    const chain = { "x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https", "x-forwarded-host": "shop" };
    expect(forwarded(chain, { peerTrusted: true, peer: "10.0.0.1" })).toEqual([
      "host: api",
      "x-forwarded-proto: https",
      "x-forwarded-host: shop",
      "x-forwarded-for: 198.51.100.7, 10.0.0.1",
      "x-edge-decision: d-1;allow",
    ]);
  });

  it("continues Forwarded, and says the same in X-Forwarded-For where the peer did not", () => {
    const chain = { forwarded: ['for="[2001:db8::7]:4711";proto=https', "for=198.51.100.7"] };
    expect(forwarded(chain, { peerTrusted: true, peer: "2001:db8::1" })).toEqual([
      "host: api",
      "x-forwarded-for: [2001:db8::7]:4711, 198.51.100.7, 2001:db8::1",
      'forwarded: for="[2001:db8::7]:4711";proto=https, for=198.51.100.7, for="[2001:db8::1]"',
      ...ADDED.slice(1),
    ]);
    expect(forwarded(chain)).toEqual(["host: api", ...ADDED]);
  });

  it("drops what any line of Connection names, but not what says which request it is", () => {
    const sent = { connection: ["close", "X-Mine, Host, Content-Length"], "x-mine": "1", "content-length": "5" };
    expect(forwarded(sent)).toEqual(["host: api", "content-length: 5", ...ADDED]);
  });

  it("sends bytes beyond ASCII as they came", () => {
    const value = forwarded({ "x-name": "Zoë" }).find((line) => line.startsWith("x-name"));
    expect(Buffer.from(value ?? "", "latin1").toString("utf8")).toBe("x-name: Zoë");
  });
});

describe("responseHeaders", () => {
  it("gives the transport, which writes UTF-8, the text of bytes that are, and others as Latin-1", () => {
    const bytes = Buffer.from("Zoë", "utf8").toString("latin1");
    expect(responseHeaders({ a: bytes, b: "Zo\u00eb", c: "plain" })).toEqual(["a", "Zoë", "b", "Zoë", "c", "plain"]);
  });

  it("keeps what is end to end, each repeated value on its own", () => {
    const upstream = {
      "set-cookie": ["a=1", "b=2"],
      etag: '"x"',
      connection: "keep-alive, x-hop",
      "x-hop": "1",
      "transfer-encoding": "chunked",
      date: "now",
      "content-length": "3",
      "x-edge-decision": "fake",
    };
    expect(responseHeaders(upstream)).toEqual(["set-cookie", "a=1", "set-cookie", "b=2", "etag", '"x"']);
  });
});
