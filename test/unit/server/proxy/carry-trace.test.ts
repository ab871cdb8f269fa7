import { describe, expect, it } from "vitest";
import type { ServerOptions } from "../../../../server/index.ts";
import { echo, exchangeRaw, serve, startService } from "../../../helpers/server.ts";

const POLICY = `policy "trace" { default allow }
route hidden = GET "/hidden"
rule gone on hidden then block`;
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const VALID = `00-${TRACE}-${SPAN}-01`;

interface Seen {
  readonly headers: Record<string, string>;
  readonly line: Record<string, unknown>;
}

/** What the service and the log see of a request with these header lines. */
async function seen(lines: readonly string[], options: Partial<ServerOptions> = {}, path = "/"): Promise<Seen> {
  const { port, decisions } = await serve(POLICY, { upstream: (await startService(echo)).url, ...options });
  const head = [`GET ${path} HTTP/1.1`, "Host: here", ...lines, "", ""].join("\r\n");
  const { text } = await exchangeRaw(port, head);
  const body = /\{.*\}/s.exec(text)?.[0] ?? "{}";
  const { headers = {} } = JSON.parse(body) as Partial<Seen>;
  return { headers, line: decisions[0] ?? {} };
}

describe("trace context through the proxy", () => {
  it.each(["pass", "start"] as const)("goes on unchanged where it is valid (%s)", async (tracing) => {
    const { headers, line } = await seen([`traceparent: ${VALID}`, "tracestate: a=1", "tracestate: b=2"], { tracing });
    expect(headers).toMatchObject({ traceparent: VALID, tracestate: "a=1, b=2" });
    expect(line).toMatchObject({ trace: TRACE, parentSpan: SPAN });
  });

  it.each([
    ["malformed", ["traceparent: 00-0-0-01", "tracestate: a=1"]],
    ["twice there", [`traceparent: ${VALID}`, `traceparent: ${VALID}`, "tracestate: a=1"]],
    ["a state without a parent", ["tracestate: a=1"]],
    ["not there", []],
  ])("does not go on where it is %s, and a trace begins where that is asked for", async (_what, lines) => {
    const passed = await seen(lines);
    expect(passed.headers).not.toHaveProperty("traceparent");
    expect(passed.headers).not.toHaveProperty("tracestate");
    expect(passed.line).toMatchObject({ verdict: "allow" });
    expect(passed.line).not.toHaveProperty("trace");
    const { headers, line } = await seen(lines, { tracing: "start" });
    expect(headers).not.toHaveProperty("tracestate");
    expect(headers["traceparent"]).toBe(`00-${String(line["trace"])}-${String(line["parentSpan"])}-01`);
    expect(line["trace"]).not.toBe(TRACE);
  });

  it("is logged of a refusal too", async () => {
    const { line } = await seen([`traceparent: ${VALID}`], {}, "/hidden");
    expect(line).toMatchObject({ verdict: "block", trace: TRACE, parentSpan: SPAN });
  });
});

describe("trace context at an adapter", () => {
  it.each([1, 2])("is read where decisions are logged, by %s workers", async (workers) => {
    const { url, decisions } = await serve(POLICY, { workers });
    const headers = {
      "x-original-method": "GET",
      "x-original-uri": "/",
      "x-forwarded-for": "192.0.2.1",
      traceparent: VALID,
    };
    await fetch(`${url}/authz/nginx`, { headers });
    await expect.poll(() => decisions.length).toBe(1);
    expect(decisions[0]).toMatchObject({ adapter: "nginx", trace: TRACE, parentSpan: SPAN });
  });
});
