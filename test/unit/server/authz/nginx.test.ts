import { describe, expect, it, vi } from "vitest";
import { nginxHandler } from "../../../../server/authz/nginx.ts";
import { Holds } from "../../../../server/hold.ts";
import { makeGate } from "../../../helpers/gate.ts";
import type { Asked } from "../../../helpers/http-fakes.ts";
import { RecordedReply, requestView } from "../../../helpers/http-fakes.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";

const POLICY = `policy "nginx" { default allow }
trust proxy 10.0.0.0/8 hops 1
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route order  = GET "/v1/orders/{id}"
route hidden = GET "/v1/hidden"
route sleepy = GET "/v1/sleepy"
route proof  = GET "/v1/proof"
limit few on order per ip.network allow 2 per 1m
rule gone   on hidden then block 404
rule slowly on sleepy then slow 200ms
rule prove  on proof  then challenge dpop
rule agent  when header["user-agent"] ?? "" == "bad" then block`;
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) };

const SUBREQUEST = { "x-original-method": "GET", "x-forwarded-for": "198.51.100.7", host: "api.example.com" };

function subrequests(heldMax = 10): (uri: string, headers?: Asked["headers"], peer?: string) => RecordedReply {
  const handler = nginxHandler(makeGate(POLICY, { files: FILES }), new Holds(heldMax));
  return (uri, headers = {}, peer = "127.0.0.1") => {
    const reply = new RecordedReply();
    handler(requestView({ peer, headers: { ...SUBREQUEST, "x-original-uri": uri, ...headers } }), reply);
    return reply;
  };
}

describe("nginxHandler", () => {
  it("lets through with 200, the decision's name and the client's", () => {
    const ask = subrequests();
    expect(ask("/")).toMatchObject({ status: 200, body: "" });
    expect(ask("/", { "x-api-key": "key-1" }).headers).toMatchObject({
      "x-edge-client": "acme",
      "x-edge-decision": expect.stringMatching(/^[0-9a-f]{10}-2;allow$/) as string,
    });
  });

  it("answers 2xx, 401 and 403 only, and says the real status beside it", () => {
    const ask = subrequests();
    const answers = ["/", "/v1/hidden", "/v1/proof", "/v1/a%2fb"].map((uri) => ask(uri));
    expect(answers.map(({ status, headers }) => [status, headers["x-edge-status"]])).toEqual([
      [200, undefined],
      [403, "404"],
      [401, "401"],
      [403, "400"],
    ]);
    expect(answers[2]?.headers["www-authenticate"]).toBe('Edge realm="nginx", challenge="dpop"');
  });

  it("refuses a trusted proxy's Forwarded that names another caller than its X-Forwarded-For", () => {
    const ask = subrequests();
    const asked = (forwarded: string): unknown[] => {
      const { status, headers } = ask("/", { "x-forwarded-for": "192.0.2.1, 10.0.0.1", forwarded });
      return [status, headers["x-edge-status"], headers["x-edge-problem"]];
    };
    expect(asked("for=192.0.2.1")).toEqual([200, undefined, undefined]);
    expect(asked("for=192.0.2.9")).toEqual([403, "400", "forwarded_disagrees"]);
    expect(asked("for=")).toEqual([403, "400", "bad_forwarded"]);
    expect(ask("/", { forwarded: "for=192.0.2.9" }).status).toBe(200);
  });

  it("says a throttle as 403 with 429, Retry-After and RateLimit fields", () => {
    const ask = subrequests();
    ask("/v1/orders/1");
    ask("/v1/orders/2");
    const throttled = ask("/v1/orders/3");
    expect(throttled.status).toBe(403);
    expect(throttled.headers).toMatchObject({
      "x-edge-status": "429",
      "retry-after": "30",
      ratelimit: '"few";r=0;t=30',
      "ratelimit-policy": '"few";q=2;w=60',
      "cache-control": "no-store",
    });
  });

  it("counts by the forwarded address, not by nginx's own", () => {
    const ask = subrequests();
    for (let i = 0; i < 5; i++) {
      expect(ask("/v1/orders/1", { "x-forwarded-for": `198.51.${i}.7` }).status).toBe(200);
    }
  });

  it("refuses a bad key with 401 and a key sent twice", () => {
    const ask = subrequests();
    const refused = ask("/", { "x-api-key": "key-2" });
    expect(refused.status).toBe(401);
    expect(refused.headers["www-authenticate"]).toBe('Edge realm="nginx", error="unknown_key"');
    expect(ask("/", { "x-api-key": ["key-1", "key-1"] }).headers["x-edge-problem"]).toBe("duplicate_credential");
    expect(ask("/", { "x-api-key": ["", "key-1"] }).headers["x-edge-problem"]).toBe("duplicate_credential");
  });

  it("reads the headers that the policy reads", () => {
    const ask = subrequests();
    expect(ask("/", { "user-agent": "bad" }).status).toBe(403);
    expect(ask("/", { "user-agent": "good" }).status).toBe(200);
  });

  it.each([
    ["a peer that is not configured", {}, "203.0.113.1", "untrusted_peer"],
    ["no caller", { "x-forwarded-for": "" }, "127.0.0.1", "no_forwarded_for"],
    ["no target", { "x-original-uri": "" }, "127.0.0.1", "no_original_uri"],
    ["a target that is no path", { "x-original-uri": "v1/login" }, "127.0.0.1", "no_original_uri"],
    ["no method", { "x-original-method": "" }, "127.0.0.1", "no_original_uri"],
  ])("refuses %s, and says so", (_, headers, peer, problem) => {
    const reply = subrequests()("/", headers, peer);
    expect(reply).toMatchObject({ status: 403, headers: { "x-edge-problem": problem } });
  });

  it("holds the answer of a slowed request, and throttles what finds no room", () => {
    vi.useFakeTimers();
    try {
      const ask = subrequests(1);
      const held = ask("/v1/sleepy");
      const crowded = ask("/v1/sleepy");
      expect(held.closed).toBe(false);
      expect(crowded).toMatchObject({ status: 403, headers: { "x-edge-status": "429", "retry-after": "1" } });
      vi.advanceTimersByTime(200);
      expect(held).toMatchObject({ status: 200 });
      const left = ask("/v1/sleepy");
      left.abort();
      expect(ask("/v1/sleepy").closed).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it("forgets who sent the request before", () => {
    const ask = subrequests();
    ask("/", { "x-api-key": "key-1" });
    expect(ask("/").headers["x-edge-client"]).toBeUndefined();
    ask("/", { "x-api-key": "wrong" });
    expect(ask("/").status).toBe(200);
  });
});
