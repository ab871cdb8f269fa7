import { describe, expect, it } from "vitest";
import { makeRequest } from "../../../engine/index.ts";
import { readChallenge } from "../../../server/challenge/client/index.ts";
import { passRefusal, problem, refusalOf } from "../../../server/refusal.ts";
import { makeGate } from "../../helpers/gate.ts";

const POLICY = `policy "shop \\"one\\"" { default block }
route a = GET "/a"
route b = GET "/b"
route c = GET "/c"
route d = GET "/d"
limit few on a per ip.network allow 1 per 1m
limit sums on b per ip.network allow 1 per 1m otherwise challenge pow
rule open on a, b, c then allow
rule scraper on c then throttle retry after 1500ms because "too much at once"
rule busy on d then block 503`;

function refusalTo(
  path: string,
  times = 1,
): { headers: Record<string, string>; body: Record<string, unknown>; status: number } {
  const gate = makeGate(POLICY);
  const request = makeRequest({ path, ip: "198.51.100.7" });
  for (let i = 1; i < times; i++) gate.decide(request, "proxy");
  const { status, headers, body } = refusalOf(gate.decide(request, "proxy"), gate.view.policy);
  const fields = Object.fromEntries(headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? ""]] : [])));
  return { status, headers: fields, body: JSON.parse(body) as Record<string, unknown> };
}

const TYPE = "https://iana.org/assignments/http-problem-types#";

describe("refusalOf", () => {
  it("tells a limit's refusal as an exceeded quota, with when to come back", () => {
    const { status, headers, body } = refusalTo("/a", 2);
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      "Retry-After": "60",
      RateLimit: '"few";r=0;t=60',
      "RateLimit-Policy": '"few";q=1;w=60',
    });
    expect(headers["X-Edge-Decision"]).toMatch(/^[0-9a-f]+-2;throttle;by=few$/);
    expect(body).toMatchObject({ type: `${TYPE}quota-exceeded`, status: 429, "violated-policies": ["few"] });
    expect(headers["X-Edge-Decision"]?.startsWith(String(body["decision"]))).toBe(true);
  });

  it("tells a rule's refusal as abnormal usage, and rounds the time up", () => {
    const { headers, body } = refusalTo("/c");
    expect(headers["Retry-After"]).toBe("2");
    expect(body).toMatchObject({ type: `${TYPE}abnormal-usage-detected`, detail: "too much at once" });
  });

  it("says what a challenge asks for in the body and in a field, which agree", () => {
    const { status, headers, body } = refusalTo("/b", 2);
    expect(status).toBe(401);
    expect(headers["WWW-Authenticate"]).toMatch(
      /^Edge realm="shop _one_", challenge="pow", token="E[\w-]{43}", alg="SHA-256", bits=18, expires=120$/,
    );
    expect(body["challenge"]).toMatchObject({ kind: "pow", bits: 18, expires: 120, alg: "SHA-256" });
    expect(readChallenge(body)).toEqual(readChallenge(headers["WWW-Authenticate"]));
  });

  it("gives a pass with a refusal that is not ours to decide", () => {
    const { status, headers } = passRefusal("I;max-age=300", makeGate(POLICY).view.policy);
    expect(status).toBe(401);
    expect(headers).toEqual(expect.arrayContaining(["Edge-Pass", "I;max-age=300", "WWW-Authenticate"]));
  });

  it("tells a busy service apart from what the caller did", () => {
    expect(refusalTo("/d")).toMatchObject({ status: 503, body: { type: `${TYPE}temporary-reduced-capacity` } });
  });

  it("names nothing where no rule decided", () => {
    const { status, headers, body } = refusalTo("/elsewhere");
    expect(status).toBe(403);
    expect(body).toEqual({
      type: "about:blank",
      title: "Forbidden",
      status: 403,
      detail: "no_rule_allows",
      decision: expect.any(String) as string,
    });
    expect(headers["X-Edge-Decision"]).toMatch(/;block$/);
  });
});

describe("problem", () => {
  it("is a problem document without a decision", () => {
    expect(problem(502, "gone", ["Retry-After", "1"])).toEqual({
      status: 502,
      headers: ["Content-Type", "application/problem+json", "Cache-Control", "no-store", "Retry-After", "1"],
      body: '{"type":"about:blank","title":"Bad Gateway","status":502,"detail":"gone"}',
    });
  });
});
