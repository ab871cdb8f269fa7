/** The adapters of proxies that send a refusal on as it stands, asked as each of these proxies asks. */
import { describe, expect, it, vi } from "vitest";
import { apisixHandler } from "../../../../server/authz/apisix.ts";
import { caddyHandler } from "../../../../server/authz/caddy.ts";
import { envoyHandler } from "../../../../server/authz/envoy.ts";
import { traefikHandler } from "../../../../server/authz/traefik.ts";
import type { Gate } from "../../../../server/gate.ts";
import { Holds } from "../../../../server/hold.ts";
import type { Handler } from "../../../../server/transport.ts";
import { makeGate } from "../../../helpers/gate.ts";
import type { Asked } from "../../../helpers/http-fakes.ts";
import { RecordedReply, requestView } from "../../../helpers/http-fakes.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";

const POLICY = `policy "forward" { default allow }
trust proxy 10.0.0.0/8 hops 1
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route order  = GET "/v1/orders/{id}"
route login  = POST "/v1/login" { body { username: string } }
route hidden = GET "/v1/hidden"
route broken = GET "/v1/broken"
route sleepy = GET "/v1/sleepy"
route proof  = GET "/v1/proof"
limit few on order per ip.network allow 2 per 1m
rule gone    on hidden then block 404
rule down    on broken then block 503
rule slowly  on sleepy then slow 200ms
rule prove   on proof  then challenge dpop
rule admin   on login when username ?? "" == "root" then block
rule forger  when ip == 192.0.2.66 then block
rule host    when host == "bad.example.com" then block
rule agent   when header["user-agent"] ?? "" == "bad" then block`;
const SIZED = "rule long when body.size > 100B then block";
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) };

interface Question {
  readonly method?: string;
  readonly uri: string;
  readonly host?: string;
  readonly headers?: Asked["headers"];
  readonly body?: string;
  readonly peer?: string;
}

type MakeHandler = (gate: Gate, holds: Holds) => Handler;

/** What each proxy sends, by its documented and measured wire format. */
const forwarded = ({ method = "GET", uri, host = "api.example.com", headers = {}, body }: Question): Asked => ({
  method: body === undefined ? "GET" : "POST",
  headers: {
    host: "127.0.0.1:8080",
    "x-forwarded-for": "198.51.100.7",
    "x-forwarded-proto": "https",
    "x-forwarded-method": method,
    "x-forwarded-uri": uri,
    "x-forwarded-host": host,
    ...(body === undefined ? {} : { "content-length": String(body.length) }),
    ...headers,
  },
});
const byPrefix = ({ method = "GET", uri, host = "api.example.com", headers = {}, body = "" }: Question): Asked => {
  const [path = "", query] = uri.split("?");
  return {
    method,
    path: `/authz/envoy${path}`,
    ...(query === undefined ? {} : { query }),
    headers: { host, "x-forwarded-for": "198.51.100.7", "content-length": String(body.length), ...headers },
  };
};

function asker(make: MakeHandler, ask: (question: Question) => Asked, options = {}, heldMax = 10, policy = POLICY) {
  const gate = makeGate(policy, { files: FILES, options });
  const handler = make(gate, new Holds(heldMax));
  return (question: Question): RecordedReply => {
    const reply = new RecordedReply();
    handler(requestView({ peer: question.peer ?? "127.0.0.1", ...ask(question) }), reply);
    if (question.body !== undefined) reply.deliver(Buffer.from(question.body), true);
    return reply;
  };
}

describe.each([
  ["traefik", traefikHandler, forwarded],
  ["caddy", caddyHandler, forwarded],
  ["apisix", apisixHandler, forwarded],
  ["envoy", envoyHandler, byPrefix],
] as const)("%s", (proxy, make, asks) => {
  it("lets through with exactly 200, the decision's name and the client's", () => {
    const ask = asker(make, asks);
    const answer = ask({ uri: "/v1/orders/7?a=1", headers: { "x-api-key": "key-1" } });
    expect(answer).toMatchObject({ status: 200, body: "" });
    expect(answer.headers).toMatchObject({
      "x-edge-client": "acme",
      "x-edge-decision": expect.stringMatching(/;allow$/) as string,
    });
    expect(ask({ uri: "/" }).headers["x-edge-client"] ?? "").toBe("");
  });

  it("sends a refusal as it is to reach the caller", () => {
    const ask = asker(make, asks);
    expect(ask({ uri: "/v1/hidden" })).toMatchObject({ status: 404 });
    const unknown = ask({ uri: "/", headers: { "x-api-key": "key-2" } });
    expect(unknown.status).toBe(401);
    expect(unknown.headers["www-authenticate"]).toBe('Edge realm="forward", error="unknown_key"');
    expect(ask({ uri: "/v1/proof" }).headers["www-authenticate"]).toBe('Edge realm="forward", challenge="dpop"');
    expect(JSON.parse(ask({ uri: "/v1/a%2fb" }).body)).toMatchObject({ status: 400, detail: "ambiguous_path" });
  });

  it("sends a throttle as 429 with Retry-After and RateLimit fields", () => {
    const ask = asker(make, asks);
    ask({ uri: "/v1/orders/1" });
    ask({ uri: "/v1/orders/2" });
    const throttled = ask({ uri: "/v1/orders/3" });
    expect(throttled.status).toBe(429);
    expect(throttled.headers).toMatchObject({
      "content-type": "application/problem+json",
      "retry-after": "30",
      ratelimit: '"few";r=0;t=30',
      "cache-control": "no-store",
    });
  });

  it("judges method, target, host and headers of the request asked about, and its caller's address", () => {
    const ask = asker(make, asks);
    expect(ask({ method: "POST", uri: "/v1/hidden" }).status).toBe(200);
    expect(ask({ uri: "/", host: "bad.example.com" }).status).toBe(403);
    expect(ask({ uri: "/", headers: { "user-agent": "bad" } }).status).toBe(403);
    for (let i = 0; i < 5; i++) {
      const headers = { "x-forwarded-for": `192.0.2.1, 198.51.${i}.7` };
      expect(ask({ uri: "/v1/orders/1", headers }).status).toBe(200);
    }
  });

  it("knows how long a body is, where the proxy sends it along or says so", () => {
    const ask = asker(make, asks, {}, 10, `${POLICY}\n${SIZED}`);
    const name = proxy === "caddy" ? "x-original-content-length" : "content-length";
    const sent = (length: number): number =>
      ask({ method: "POST", uri: "/", headers: { [name]: String(length) } }).status;
    expect([sent(100), sent(101)]).toEqual([200, 403]);
  });

  it("takes the word of a trusted proxy before it only where X-Forwarded-For and Forwarded name one caller", () => {
    const ask = asker(make, asks);
    const asked = (chain: string, forwarded: string | string[]): [number, unknown] => {
      const { status, headers } = ask({ uri: "/", headers: { "x-forwarded-for": chain, forwarded } });
      return [status, headers["x-edge-problem"]];
    };
    const chain = "192.0.2.1, 10.0.0.1";
    expect(asked(chain, "for=192.0.2.1")).toEqual([200, undefined]);
    expect(asked(chain, ["for=192.0.2.9", "for=192.0.2.1"])).toEqual([200, undefined]);
    expect(asked(chain, "for=192.0.2.9")).toEqual([400, "forwarded_disagrees"]);
    expect(asked(chain, ["for=192.0.2.1", "for=192.0.2.9"])).toEqual([400, "forwarded_disagrees"]);
    expect(asked(chain, "for=")).toEqual([400, "bad_forwarded"]);
    // What a caller of the adapter says, or one behind a proxy whose chain the adapter has dropped, is not read.
    for (const unread of ["192.0.2.1, 198.51.100.7", "198.51.100.7", "10.0.0.1"]) {
      expect(asked(unread, "for=192.0.2.66")).toEqual([200, undefined]);
    }
  });

  it("reads a body that comes along where the route has fields of it, and no other", () => {
    const ask = asker(make, asks);
    const login = { method: "POST", uri: "/v1/login" };
    expect(ask({ ...login, body: '{"username":"root"}' }).status).toBe(403);
    expect(ask({ ...login, body: '{"username":"ann"}' }).status).toBe(200);
    expect(ask({ ...login, body: "not json" }).status).toBe(200);
    expect(ask({ method: "POST", uri: "/v1/other", body: '{"username":"root"}' }).status).toBe(200);
  });

  it("does not wait for a slow body for ever", () => {
    vi.useFakeTimers();
    const handler = make(makeGate(POLICY, { files: FILES, options: { bodyTimeoutMs: 50 } }), new Holds(1));
    const reply = new RecordedReply();
    const body = '{"username":"root"}';
    handler(requestView({ peer: "127.0.0.1", ...asks({ method: "POST", uri: "/v1/login", body }) }), reply);
    reply.deliver(Buffer.from("{"), false);
    vi.advanceTimersByTime(49);
    expect(reply.closed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(reply.status).toBe(408);
    vi.useRealTimers();
  });

  it("takes nobody's word but that of its peers", () => {
    const ask = asker(make, asks);
    expect(ask({ uri: "/", peer: "198.51.100.9" })).toMatchObject({ status: 403 });
    expect(ask({ uri: "/", headers: { "x-forwarded-for": "" } }).headers["x-edge-problem"]).toBe("no_forwarded_for");
    expect(ask({ uri: "/", headers: { "x-forwarded-for": "unknown" } }).status).toBe(400);
    const twice = ask({ uri: "/", headers: { "x-api-key": ["key-1", "key-1"] } });
    expect(twice).toMatchObject({ status: 400, headers: { "x-edge-problem": "duplicate_credential" } });
  });

  it("throttles what it cannot hold back", () => {
    vi.useFakeTimers();
    const ask = asker(make, asks, {}, 1);
    const first = ask({ uri: "/v1/sleepy" });
    const second = ask({ uri: "/v1/sleepy" });
    expect(second).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    vi.advanceTimersByTime(200);
    // Envoy gives up before the delay is over.
    expect(first.status).toBe(make === envoyHandler ? 429 : 200);
    vi.useRealTimers();
  });

  it("has answers for questions that lack what they must say", () => {
    const ask = asker(make, asks);
    const bare = ask({ uri: "", headers: { "x-forwarded-uri": "" } });
    expect(bare).toMatchObject({ status: 400, headers: { "x-edge-problem": "no_original_uri" } });
  });
});

describe("what is each proxy's own", () => {
  it("envoy never gets a 5xx for a decision: it could let the request through", () => {
    const broken = { uri: "/v1/broken" };
    expect(asker(envoyHandler, byPrefix)(broken)).toMatchObject({ status: 403, headers: { "x-edge-status": "503" } });
    for (const make of [traefikHandler, caddyHandler, apisixHandler]) {
      expect(asker(make, forwarded)(broken).status).toBe(503);
    }
  });

  it("envoy is told to take off the credential, and a client's name that the caller made up", () => {
    const removed = (headers: Asked["headers"], options = {}): string | undefined =>
      asker(envoyHandler, byPrefix, options)({ uri: "/", ...(headers === undefined ? {} : { headers }) }).headers[
        "x-envoy-auth-headers-to-remove"
      ];
    expect(removed({})).toBe("x-edge-client, x-api-key");
    expect(removed({ "x-api-key": "key-1" })).toBe("x-api-key");
    expect(removed({ "x-api-key": "key-1" }, { stripCredentials: false })).toBeUndefined();
  });

  it("envoy's partial bodies are refused where their size is decided on, which nobody tells", () => {
    const sized = asker(envoyHandler, byPrefix, {}, 10, `${POLICY}\n${SIZED}`);
    const part = { method: "POST", uri: "/", body: "a part", headers: { "x-envoy-auth-partial-body": "true" } };
    const { status, headers } = sized(part);
    expect([status, headers["x-edge-problem"]]).toEqual([411, "length_required"]);
    expect(asker(envoyHandler, byPrefix)(part).status).toBe(200);
  });

  it("envoy's partial bodies are not read", () => {
    const ask = asker(envoyHandler, byPrefix);
    const headers = { "x-envoy-auth-partial-body": "true" };
    expect(ask({ method: "POST", uri: "/v1/login", body: '{"username":"root"}', headers }).status).toBe(200);
  });

  it("caddy copies an empty client over one that the caller made up", () => {
    expect(asker(caddyHandler, forwarded)({ uri: "/" }).headers["x-edge-client"]).toBe("");
  });

  it("a chain on two lines is refused: who counts the first would believe the caller", () => {
    const headers = { "x-forwarded-for": ["203.0.113.250", "198.51.100.7"] };
    for (const [make, question] of [
      [envoyHandler, byPrefix],
      [traefikHandler, forwarded],
      [caddyHandler, forwarded],
      [apisixHandler, forwarded],
    ] as const) {
      const answer = asker(make, question)({ uri: "/", headers });
      expect(answer).toMatchObject({ status: 400, headers: { "x-edge-problem": "duplicate_forwarded" } });
    }
  });

  it("a method in lower case is refused", () => {
    for (const [make, question] of [
      [envoyHandler, byPrefix],
      [caddyHandler, forwarded],
    ] as const) {
      const answer = asker(make, question)({ uri: "/v1/orders/1", method: "get" });
      expect(answer).toMatchObject({ status: 400, headers: { "x-edge-problem": "bad_method" } });
    }
  });

  it("a target stated twice is refused", () => {
    const headers = { "x-forwarded-uri": ["/v1/hidden", "/"] };
    for (const make of [traefikHandler, caddyHandler, apisixHandler]) {
      const answer = asker(make, forwarded)({ uri: "/", headers });
      expect(answer).toMatchObject({ status: 400, headers: { "x-edge-problem": "duplicate_forwarded" } });
    }
  });
});
