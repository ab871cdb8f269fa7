/** A challenge answered through every adapter, without sockets: as each proxy asks, and as each hands answers on. */
import { describe, expect, it } from "vitest";
import { apisixHandler } from "../../../../server/authz/apisix.ts";
import { caddyHandler } from "../../../../server/authz/caddy.ts";
import { envoyHandler } from "../../../../server/authz/envoy.ts";
import { jsonHandler } from "../../../../server/authz/json.ts";
import { nginxHandler } from "../../../../server/authz/nginx.ts";
import { traefikHandler } from "../../../../server/authz/traefik.ts";
import { readChallenge } from "../../../../server/challenge/client/index.ts";
import type { Gate } from "../../../../server/gate.ts";
import { Holds } from "../../../../server/hold.ts";
import type { Handler } from "../../../../server/transport.ts";
import { answerTo, posedIn } from "../../../helpers/answers.ts";
import { makeGate } from "../../../helpers/gate.ts";
import { RecordedReply, requestView } from "../../../helpers/http-fakes.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";

const POLICY = `policy "shop" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route work   = GET "/job"
route echo   = GET "/echo"
route sleepy = GET "/sleepy"
signal asked = count on work per ip.network over 1h
rule price  on work, sleepy then challenge pow
rule slowly on sleepy       then slow 20ms
rule listen on echo         then challenge nonce
rule many   on work when asked > 3 then note "many"`;
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) };

type Headers = Readonly<Record<string, string>>;
type MakeHandler = (gate: Gate, holds: Holds) => Handler;
type Ask = (handler: Handler, path: string, headers: Headers) => RecordedReply;

const COMMON = { host: "api.example.com", "x-forwarded-for": "198.51.100.7" };
const asked =
  (fields: (path: string) => Headers, at: (path: string) => string = () => "/authz"): Ask =>
  (handler, path, headers) => {
    const reply = new RecordedReply();
    handler(requestView({ path: at(path), headers: { ...COMMON, ...fields(path), ...headers } }), reply);
    return reply;
  };
const forwarded = asked((path) => ({
  "x-forwarded-uri": path,
  "x-forwarded-method": "GET",
  "x-forwarded-host": "api.example.com",
}));

/** Those whose answers reach the caller also where they let through, and those whose do not. */
const DIRECT: readonly (readonly [string, MakeHandler, Ask])[] = [
  ["nginx", nginxHandler, asked((path) => ({ "x-original-uri": path, "x-original-method": "GET" }))],
  [
    "envoy",
    envoyHandler,
    asked(
      () => ({}),
      (path) => `/authz/envoy${path}`,
    ),
  ],
];
const BY_REFUSAL: readonly (readonly [string, MakeHandler, Ask])[] = [
  ["traefik", traefikHandler, forwarded],
  ["caddy", caddyHandler, forwarded],
  ["apisix", apisixHandler, forwarded],
];

const gateOf = (onLine?: (line: string) => void): Gate =>
  makeGate(POLICY, {
    files: FILES,
    options: { challenges: { bits: 4, secrets: ["a secret of thirty-two characters or more"] } },
    ...(onLine === undefined ? {} : { onLine }),
  });

function client(make: MakeHandler, ask: Ask, gate = gateOf()): (path: string, headers?: Headers) => RecordedReply {
  const handler = make(gate, new Holds(8));
  return (path, headers = {}) => ask(handler, path, headers);
}

const challengeOf = (reply: RecordedReply): ReturnType<typeof posedIn> => posedIn(reply.headers["www-authenticate"]);
const passOf = (reply: RecordedReply): string => reply.headers["edge-pass"] ?? "";

describe.each(DIRECT)("%s", (_name, make, ask) => {
  it.each(["/job", "/echo"])(
    "challenges, takes the answer to %s and gives the pass with what it lets through",
    (path) => {
      const send = client(make, ask);
      const refusal = send(path);
      expect(refusal.status).toBe(401);
      const answered = send(path, { "edge-answer": answerTo(challengeOf(refusal)) });
      expect(answered.status).toBe(200);
      expect(send(path, { "edge-pass": passOf(answered) }).status).toBe(200);
      expect(send(path).status).toBe(401);
    },
  );

  it("gives the pass with a slowed request too", async () => {
    const send = client(make, ask);
    const answered = send("/sleepy", { "edge-answer": answerTo(challengeOf(send("/sleepy"))) });
    await expect.poll(() => answered.status).toBe(200);
    expect(passOf(answered)).not.toBe("");
  });

  it("binds the answer to the client", () => {
    const send = client(make, ask);
    const answer = answerTo(challengeOf(send("/job", { "x-api-key": "key-1" })));
    expect(challengeOf(send("/job", { "edge-answer": answer })).refused).toBe("foreign");
    const answered = send("/job", { "edge-answer": answer, "x-api-key": "key-1" });
    expect([answered.status, answered.headers["x-edge-client"]]).toEqual([200, "acme"]);
  });
});

describe.each(BY_REFUSAL)("%s", (_name, make, ask) => {
  it.each(["/job", "/echo"])(
    "takes the answer to %s, and gives the pass with a refusal that reaches the caller",
    (path) => {
      const gate = gateOf();
      const send = client(make, ask, gate);
      const refusal = send(path);
      const before = gate.metrics.verdicts.reduce((sum, count) => sum + count);
      const answered = send(path, { "edge-answer": answerTo(challengeOf(refusal)) });
      expect(answered.status).toBe(401);
      expect(JSON.parse(answered.body)).toMatchObject({ detail: expect.stringContaining("Edge-Pass") as string });
      expect(answered.headers["www-authenticate"]).toBe('Edge realm="shop", error="send_pass"');
      // Nothing was decided, so nothing was counted: the request comes again.
      expect(gate.metrics.verdicts.reduce((sum, count) => sum + count)).toBe(before);
      const passed = send(path, { "edge-pass": passOf(answered) });
      expect([passed.status, passOf(passed)]).toEqual([200, ""]);
    },
  );

  it("says why an answer is not taken, in the body and in a field", () => {
    const send = client(make, ask);
    const answer = answerTo(challengeOf(send("/job")));
    send("/job", { "edge-answer": answer });
    const refusal = send("/job", { "edge-answer": answer });
    expect(challengeOf(refusal).refused).toBe("replayed");
    expect(JSON.parse(refusal.body)).toMatchObject({ challenge: { kind: "pow", bits: 4, refused: "replayed" } });
    expect(passOf(refusal)).toBe("");
  });
});

describe("json", () => {
  function send(gate: Gate, record: object): Record<string, unknown> {
    const reply = new RecordedReply();
    jsonHandler(gate)(requestView({ method: "POST" }), reply);
    reply.deliver(Buffer.from(JSON.stringify({ method: "GET", ip: "198.51.100.7", ...record })), true);
    return JSON.parse(reply.body) as Record<string, unknown>;
  }

  it("gives the challenge and the pass with the decision, and takes both among the headers", () => {
    const gate = gateOf();
    const refused = send(gate, { path: "/job" });
    expect(refused).toMatchObject({ verdict: "challenge", challenge: { kind: "pow", bits: 4 } });
    const posed = readChallenge(refused);
    const answer = answerTo({ kind: "pow", token: posed?.token ?? "", bits: posed?.bits ?? 0, refused: "" });
    const answered = send(gate, { path: "/job", headers: { "edge-answer": answer } });
    expect(answered).toMatchObject({ verdict: "allow" });
    const pass = String(answered["pass"]);
    expect(send(gate, { path: "/job", headers: { "edge-pass": pass } })).toMatchObject({ verdict: "allow" });
    expect(send(gate, { path: "/job", headers: { "edge-pass": pass }, ip: "192.0.2.1" })).toMatchObject({
      verdict: "challenge",
    });
  });

  it("believes passes that are stated, beside those that are shown", () => {
    const gate = gateOf();
    expect(send(gate, { path: "/job", passes: ["pow"] })).toMatchObject({ verdict: "allow" });
    expect(send(gate, { path: "/job", passes: ["nonce"] })).toMatchObject({ verdict: "challenge" });
  });
});

describe("what a request shows", () => {
  it("is not logged, whatever the options say", () => {
    for (const name of ["Edge-Pass", "edge-answer"]) {
      const log = { headers: [name] };
      expect(() => makeGate(POLICY, { files: FILES, options: { log } })).toThrow(/carries credentials/);
    }
    const lines: string[] = [];
    const send = client(
      nginxHandler,
      DIRECT[0]![2],
      gateOf((line) => void lines.push(line)),
    );
    const answer = answerTo(challengeOf(send("/job")));
    const pass = passOf(send("/job", { "edge-answer": answer }));
    send("/job", { "edge-pass": pass });
    expect(lines).toHaveLength(3);
    expect(lines.join("")).not.toContain(answer.slice(0, 44));
    expect(lines.join("")).not.toContain(pass.slice(0, 44));
  });

  it("does not stay with the request that nginx asks about next", () => {
    const send = client(nginxHandler, DIRECT[0]![2]);
    const pass = passOf(send("/job", { "edge-answer": answerTo(challengeOf(send("/job"))) }));
    expect(send("/job", { "edge-pass": pass }).status).toBe(200);
    expect(send("/job").status).toBe(401);
  });

  it("is taken off by Envoy before the service sees it", () => {
    const send = client(envoyHandler, DIRECT[1]![2]);
    const answered = send("/job", { "edge-answer": answerTo(challengeOf(send("/job"))) });
    expect(answered.headers["x-envoy-auth-headers-to-remove"]).toMatch(/edge-answer, edge-pass/);
  });
});

describe("a challenge that a request proves itself", () => {
  it("says which proof, in the fields that its standard has", () => {
    const gate = makeGate(`policy "p" { default allow }
route dpop = GET "/dpop"
route sign = GET "/sign"
route cert = GET "/cert"
rule d on dpop then challenge dpop
rule s on sign then challenge signature
rule m on cert then challenge mtls`);
    const send = client(traefikHandler, forwarded, gate);
    expect(send("/dpop").headers["www-authenticate"]).toBe('Edge realm="p", challenge="dpop"');
    for (const kind of ["sign", "cert", "dpop"]) {
      const { challenge } = JSON.parse(send(`/${kind}`).body) as { challenge: Record<string, unknown> };
      expect(challenge).toEqual({
        kind: { sign: "signature", cert: "mtls", dpop: "dpop" }[kind],
        how: expect.stringContaining("send the request again with") as string,
      });
    }
  });
});
