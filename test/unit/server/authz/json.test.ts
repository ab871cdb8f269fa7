import { describe, expect, it } from "vitest";
import { jsonHandler } from "../../../../server/authz/json.ts";
import { outcomeHandler } from "../../../../server/authz/outcome.ts";
import type { Gate } from "../../../../server/gate.ts";
import type { Handler } from "../../../../server/transport.ts";
import { makeGate } from "../../../helpers/gate.ts";
import type { Asked } from "../../../helpers/http-fakes.ts";
import { RecordedReply, requestView } from "../../../helpers/http-fakes.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";

const POLICY = `policy "json" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route login = POST "/v1/login"
signal failures = count on login where response.status == 401 per ip.network over 10m
rule stuffing on login when failures >= 2 then block
rule known when has client then note "known"`;

function gate(): Gate {
  return makeGate(POLICY, {
    files: { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) },
    options: { recordBytesMax: 4_096 },
  });
}

function post(handler: Handler, body: string | readonly string[], asked: Asked = {}): RecordedReply {
  const reply = new RecordedReply();
  handler(requestView({ method: "POST", ...asked }), reply);
  const chunks = typeof body === "string" ? [body] : body;
  for (const [index, chunk] of chunks.entries()) {
    const bytes = new Uint8Array(Buffer.from(chunk, "latin1"));
    reply.deliver(bytes, index === chunks.length - 1);
    bytes.fill(0);
  }
  return reply;
}

const REQUEST = '{"method":"POST","path":"/v1/login","ip":"198.51.100.7"}';

describe("jsonHandler", () => {
  it("answers a request with its decision and the decision's id", () => {
    const reply = post(jsonHandler(gate()), REQUEST);
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toMatchObject({
      id: expect.any(String) as string,
      n: 1,
      verdict: "allow",
      matched: [],
    });
  });

  it("decides several lines in their order", () => {
    const reply = post(jsonHandler(gate()), `${REQUEST}\n\n${REQUEST}\n`);
    const decisions = reply.body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { n: number });
    expect(decisions.map(({ n }) => n)).toEqual([1, 2]);
  });

  it("decides nothing of a body with a bad line, and says which", () => {
    const subject = gate();
    const reply = post(jsonHandler(subject), `${REQUEST}\n{"method":"GET","path":"/","ip":"nowhere"}\n`);
    expect(reply.status).toBe(400);
    expect(reply.body).toContain("line 2, ip:");
    expect([...subject.metrics.verdicts]).toEqual([0, 0, 0, 0, 0]);
  });

  it.each([
    ["[]", "line 1: a request is a JSON object, but this is an array"],
    ['{"method":"GET","path":"/","ip":"::1","ip":"::2"}', 'line 1, ip: \\"ip\\" is there twice: leave one out'],
    ['{"method":"GET","path":"/","ip":"::1","headers":{"A":"1","a":"2"}}', "are one header in two spellings: send one"],
  ])("says what is wrong with %s", (body, said) => {
    const reply = post(jsonHandler(gate()), body);
    expect(reply.status).toBe(400);
    expect(reply.body).toContain(said);
  });

  it("puts a body together from its pieces, and stops at the limit", () => {
    const handler = jsonHandler(gate());
    expect(post(handler, REQUEST.split("")).status).toBe(200);
    expect(post(handler, ["x".repeat(4_000), "x".repeat(4_000)]).status).toBe(413);
    expect(post(handler, "\xff\xfe").status).toBe(400);
  });

  it("knows the caller by a stated identity or by the key that it passes on", () => {
    const handler = jsonHandler(gate());
    const decide = (extra: object): { labels: string[]; reason: string } =>
      JSON.parse(post(handler, JSON.stringify({ ...JSON.parse(REQUEST), ...extra })).body) as never;
    expect(decide({ client: "acme" }).labels).toEqual(["known"]);
    expect(decide({ headers: { "x-api-key": "key-1" } }).labels).toEqual(["known"]);
    expect(decide({ headers: { "x-api-key": "key-2" } }).reason).toBe("unknown_key");
    expect(post(handler, JSON.stringify({ ...JSON.parse(REQUEST), client: "acmee" })).body).toContain("did you mean");
  });

  it("takes calls from configured peers by POST only", () => {
    const handler = jsonHandler(gate());
    expect(post(handler, REQUEST, { peer: "203.0.113.9" }).status).toBe(403);
    expect(post(handler, REQUEST, { method: "GET" })).toMatchObject({ status: 405, headers: { allow: "POST" } });
  });
});

describe("outcomeHandler", () => {
  it("teaches the engine what the service answered, once a decision", () => {
    const subject = gate();
    const decide = (): { id: string; verdict: string } => JSON.parse(post(jsonHandler(subject), REQUEST).body) as never;
    const report = (id: string): RecordedReply => post(outcomeHandler(subject), JSON.stringify({ id, status: 401 }));
    const first = decide();
    expect(report(first.id)).toMatchObject({ status: 200, body: '{"counted":true}' });
    expect(report(first.id).body).toBe('{"counted":false}');
    expect(decide().verdict).toBe("allow");
    report(decide().id);
    expect(decide().verdict).toBe("block");
  });

  it("takes the id as the decision's header states it", () => {
    const subject = gate();
    const { id } = JSON.parse(post(jsonHandler(subject), REQUEST).body) as { id: string };
    expect(post(outcomeHandler(subject), JSON.stringify({ id: `${id};allow`, status: 200 })).body).toBe(
      '{"counted":true}',
    );
  });

  it("observes an outcome that came with its request", () => {
    const handler = jsonHandler(gate());
    const request = JSON.stringify({ ...JSON.parse(REQUEST), response: { status: 401 } });
    const verdicts = [1, 2, 3].map(() => (JSON.parse(post(handler, request).body) as { verdict: string }).verdict);
    expect(verdicts).toEqual(["allow", "allow", "block"]);
  });

  it.each([
    ["no object", "[]x", 400],
    ["no id", '{"status":200}', 400],
    ["no status", '{"id":"x"}', 400],
    ["a status out of range", '{"id":"x","status":99}', 400],
    ["a bad latency", '{"id":"x","status":200,"latency":"fast"}', 400],
    ["bad headers", '{"id":"x","status":200,"headers":{"a":1}}', 400],
    ["headers that are a list", '{"id":"x","status":200,"headers":["a"]}', 400],
    ["one header in two spellings", '{"id":"x","status":200,"headers":{"a":"1","A":"2"}}', 400],
    ["a member that is there twice", '{"id":"x","status":200,"status":401}', 400],
    ["an id of nobody", '{"id":"x-1","status":200}', 404],
  ])("refuses %s", (_, body, status) => {
    expect(post(outcomeHandler(gate()), body).status).toBe(status);
  });
});
