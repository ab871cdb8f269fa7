/** Facts in headers: believed from trusted peers, through every door. */
import { describe, expect, it } from "vitest";
import type { LoadResult } from "../../../dsl/index.ts";
import { loadPolicyText } from "../../../dsl/index.ts";
import type { Fact } from "../../../engine/index.ts";
import { nginxHandler } from "../../../server/authz/nginx.ts";
import { jsonHandler } from "../../../server/authz/json.ts";
import { readFacts, withoutFacts } from "../../../server/facts.ts";
import { makeGate } from "../../helpers/gate.ts";
import { RecordedReply, requestView } from "../../helpers/http-fakes.ts";
import { attributeOf, equals, literalOf, makePolicy, makeRule } from "../../helpers/policies.ts";
import { echo, exchangeRaw, serve, startService } from "../../helpers/server.ts";
import { Holds } from "../../../server/hold.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const factOf = (name: string): Fact => ({ name, doc: "", span: SPAN, type: "int", header: `x-${name}` });
const BLOCK = { kind: "block", status: 451, ban: null } as const;

/** Blocks a bot score of 7; reads nothing of the other fact. */
function load(trusted: boolean): LoadResult {
  const scored = equals(attributeOf("int", "fact", "bot"), literalOf("int", 7));
  const seen = equals(
    {
      kind: "default",
      type: { scalar: "string", set: false },
      span: SPAN,
      options: [attributeOf("string", "header", "x-bot"), literalOf("string", "none")],
    },
    literalOf("string", "7"),
  );
  const policy = makePolicy({
    facts: [factOf("bot"), factOf("other")],
    trust: trusted ? [{ networks: ["127.0.0.0/8"], hops: 1 }] : [],
    rules: [
      makeRule("bots", { when: scored, action: BLOCK }),
      makeRule("header", { when: seen, action: { kind: "note", label: "header" } }),
    ],
  });
  return { ...loadPolicyText('policy "p" { default allow }'), policy };
}

describe("the proxy", () => {
  const through = async (
    trusted: boolean,
  ): Promise<(headers: readonly (readonly [string, string])[]) => Promise<Response>> => {
    const { url } = await serve(
      "",
      { upstream: (await startService(echo)).url },
      {},
      { loadPolicy: () => load(trusted) },
    );
    return (headers) => fetch(url, { headers: headers.map(([name, value]) => [name, value] as [string, string]) });
  };

  it("believes a trusted peer, and passes what it said on", async () => {
    const ask = await through(true);
    expect((await ask([["x-bot", "7"]])).status).toBe(451);
    const passed = await ask([["x-bot", "6"]]);
    expect(((await passed.json()) as { headers: object }).headers).toMatchObject({ "x-bot": "6" });
  });

  it("refuses a fact that a trusted peer states twice", async () => {
    const upstream = (await startService(echo)).url;
    const { port } = await serve("", { upstream }, {}, { loadPolicy: () => load(true) });
    const { text } = await exchangeRaw(port, "GET / HTTP/1.1\r\nHost: a\r\nX-Bot: 6\r\nX-Bot: 7\r\n\r\n");
    expect(text).toMatch(/^HTTP\/1\.1 400 [^]*header `x-bot` came more than once/);
  });

  it("takes the header of another peer off, for the policy and for the service", async () => {
    const ask = await through(false);
    const passed = await ask([
      ["x-bot", "7"],
      ["x-other", "1"],
      ["x-kept", "1"],
    ]);
    expect(passed.status).toBe(200);
    const { headers } = (await passed.json()) as { headers: Record<string, string> };
    expect([headers["x-bot"], headers["x-other"], headers["x-kept"]]).toEqual([undefined, undefined, "1"]);
  });

  it("does not let rules read it as a header either", async () => {
    const lines: string[] = [];
    const { url } = await serve(
      "",
      { upstream: (await startService(echo)).url, log: { sink: (line) => void lines.push(line) } },
      {},
      { loadPolicy: () => load(false) },
    );
    await fetch(url, { headers: { "x-bot": "7" } });
    expect(JSON.parse(lines[0] ?? "{}")).toMatchObject({ verdict: "allow", labels: [] });
  });
});

describe("adapters", () => {
  const policy = 'policy "p" { default allow }';
  const gateOf = (trusted: boolean) => makeGate(policy, { load: () => load(trusted) });

  it("nginx states facts in the headers of its subrequest", () => {
    const handler = nginxHandler(gateOf(false), new Holds(1));
    const ask = (headers: Record<string, string | string[]>): RecordedReply => {
      const reply = new RecordedReply();
      const subrequest = { "x-original-uri": "/", "x-original-method": "GET", "x-forwarded-for": "203.0.113.9" };
      handler(requestView({ headers: { ...subrequest, ...headers } }), reply);
      return reply;
    };
    expect(ask({ "x-bot": "7" })).toMatchObject({ status: 403, headers: { "x-edge-status": "451" } });
    expect(ask({}).status).toBe(200);
    expect(ask({ "x-bot": ["6", "7"] })).toMatchObject({
      status: 403,
      headers: { "x-edge-problem": "duplicate_fact" },
    });
  });

  it("a program states them as data, and its headers are those of the request", () => {
    const handler = jsonHandler(gateOf(false));
    const ask = (members: object): string => {
      const reply = new RecordedReply();
      handler(requestView({ method: "POST" }), reply);
      const text = JSON.stringify({ method: "GET", path: "/", ip: "203.0.113.9", ...members });
      reply.deliver(Buffer.from(text), true);
      return (JSON.parse(reply.body) as { verdict: string }).verdict;
    };
    expect(ask({ facts: { bot: 7 } })).toBe("block");
    expect(ask({ facts: { bot: "7" } })).toBe("block");
    expect(ask({ facts: { bot: 8 } })).toBe("allow");
    expect(ask({ headers: { "x-bot": "7" } })).toBe("allow");
  });
});

describe("reading", () => {
  it("reads the facts wanted and no empty ones", () => {
    const headers: Readonly<Record<string, string>> = { "x-a": "1", "x-b": "", "x-c": "3" };
    expect({ ...readFacts([factOf("a"), factOf("b"), factOf("d")], (name) => headers[name]) }).toEqual({ a: "1" });
  });

  it("copies headers only where something is taken off", () => {
    const headers = { accept: "*/*" };
    expect(withoutFacts(headers, new Set(["x-a"]))).toBe(headers);
    expect({ ...withoutFacts({ ...headers, "x-a": "1" }, new Set(["x-a"])) }).toEqual(headers);
  });
});
