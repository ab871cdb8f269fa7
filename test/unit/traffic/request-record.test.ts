import { describe, expect, it } from "vitest";
import type { RecordError, RequestRecord } from "../../../traffic/request-record.ts";
import { isRecordError, LONGEST_LINE, parseRequestLine } from "../../../traffic/request-record.ts";
import { CLOCK_START_MICROS } from "../../../traffic/time-text.ts";

function parsed(line: string, clients?: ReadonlySet<string>): RequestRecord {
  const record = parseRequestLine(line, clients);
  if (isRecordError(record)) throw new Error(record.error);
  return record;
}

function problem(line: string, clients?: ReadonlySet<string>): RecordError {
  const record = parseRequestLine(line, clients);
  if (!isRecordError(record)) throw new Error("the line was taken");
  return record;
}

/** A minimal request line with more members. */
function line(members: object): string {
  return JSON.stringify({ method: "GET", path: "/", ip: "203.0.113.9", ...members });
}

/** An object with arrays in it, so many. */
function nested(arrays: number): object {
  return { inner: JSON.parse("[".repeat(arrays) + "]".repeat(arrays)) as unknown };
}

describe("a whole request line", () => {
  const record = parsed(
    line({
      at: "2026-01-01T00:00:01.500Z",
      method: "POST",
      path: "/v1/login?next=/",
      host: "api.example.com",
      headers: { "User-Agent": "curl/8" },
      body: { username: "u1" },
      size: 64,
      asn: 64500,
      country: "IT",
      ja4: "t13d",
      facts: { bot_score: 12, seen: "2026-01-01" },
      client: "acme_sync",
      evidence: "bearer_token",
      passes: ["pow"],
      scopes: ["orders:read"],
      claims: { tenant: "t1", exp: 1, org: { units: ["a", null] } },
      credential: { id: "k1", issued: "2026-01-01", expires: "2026-06-01T00:00:00+02:00" },
      response: { status: 401, size: 120, latency: "35ms", after: "2s" },
    }),
  );

  it("keeps the path as received and lowers header names", () => {
    expect(record.request.path).toBe("/v1/login?next=/");
    expect(record.request.headers["user-agent"]).toBe("curl/8");
  });

  it("gives times in microseconds since the epoch", () => {
    expect(record.at).toBe(CLOCK_START_MICROS + 1_500_000);
    expect(record.request.credential?.issued).toBe(CLOCK_START_MICROS);
    expect(record.request.credential?.expires).toBe(Date.UTC(2026, 4, 31, 22) * 1000);
  });

  it("keeps facts and claims as they are, whatever JSON", () => {
    expect(record.request.facts).toEqual({ bot_score: 12, seen: "2026-01-01" });
    expect(record.request.claims).toEqual({ tenant: "t1", exp: 1, org: { units: ["a", null] } });
  });

  it("keeps what a proxy knows of the caller", () => {
    expect(record.request).toMatchObject({ asn: 64_500, country: "IT", ja4: "t13d" });
  });

  it("states the response and when it is observed", () => {
    expect(record.response?.outcome).toMatchObject({ status: 401, size: 120, latencyMicros: 35_000 });
    expect(record.response?.afterMicros).toBe(2_000_000);
  });
});

describe("defaults", () => {
  it("weighs a body by its compact JSON where `size` is absent", () => {
    expect(parsed(line({ body: { name: "é" } })).request.size).toBe(Buffer.byteLength('{"name":"é"}'));
    expect(parsed(line({ body: "abc", size: 0 })).request.size).toBe(0);
    expect(parsed(line({})).request.size).toBe(0);
  });

  it("counts a numeric `at` in milliseconds from the start of the clock", () => {
    expect(parsed(line({ at: 1.5 })).at).toBe(CLOCK_START_MICROS + 1_500);
    expect(parsed(line({})).at).toBeNull();
  });

  it("gives addresses their canonical text", () => {
    expect(parsed(line({ ip: "::ffff:203.0.113.9" })).request.ip).toBe("203.0.113.9");
    expect(parsed(line({ ip: "2001:0DB8:0:0:0:0:0:1" })).request.ip).toBe("2001:db8::1");
  });

  it("facts and claims may nest 32 levels", () => {
    expect(parsed(line({ facts: nested(31), claims: nested(31) })).request.facts).toEqual(nested(31));
  });

  it("does not inherit header names from Object.prototype", () => {
    const { headers } = parsed(line({ headers: { a: "1" } })).request;
    expect(headers["constructor"]).toBeUndefined();
  });
});

describe("what is not a request", () => {
  it.each([
    ["", null, /not JSON/],
    ["[1]", null, /JSON object, but this is an array/],
    [line({ methd: "GET" }), "methd", /did you mean `method`/],
    [line({ response: { status: 200, sise: 1 } }), "response.sise", /did you mean `size`/],
    ['{"method":"GET","path":"/"}', "ip", /`ip` is missing/],
    [line({ ip: "203.0.113.900" }), "ip", /IPv4 or IPv6 address, but is "203.0.113.900"/],
    [line({ ip: 5 }), "ip", /must be a string, but is a number/],
    [line({ at: "yesterday" }), "at", /must be a time like/],
    [line({ at: "2026-02-30T00:00:00Z" }), "at", /must be a time like/],
    [line({ at: -1 }), "at", /count milliseconds/],
    [line({ at: 1_700_000_000_072 }), "at", /from 2026-01-01, .* from 1970: write "2023-11-14T22:13:20\.072Z"/],
    ['{"method":"GET","path":"/","ip":"203.0.113.9","at":1e999}', "at", /looks like one from 1970/],
    [line({ at: true }), "at", /a time or a number/],
    [line({ size: 1.5 }), "size", /whole number/],
    [line({ method: "GET /" }), "method", /HTTP method/],
    [line({ path: "v1" }), "path", /begin with "\/"/],
    [line({ headers: { a: 1 } }), "headers.a", /must be a string/],
    [
      line({ headers: { "X-Key": "a", b: "", "x-key": "b" } }),
      "headers.x-key",
      /"headers.X-Key" and "headers.x-key" are one/,
    ],
    ['{"method":"GET","path":"/","ip":"::1","ip":"::2"}', "ip", /"ip" is there twice/],
    ['{"method":"GET","path":"/","ip":"::1","headers":{"a":"1","\\u0061":"2"}}', "a", /"a" is there twice/],
    [line({ evidence: "token" }), "evidence", /one of none, network/],
    [line({ identity_error: "expird" }), "identity_error", /one of \d+ words, such as expired,.* mean `expired`\?$/],
    [line({ identity_error: "" }), "identity_error", /, but is ""$/],
    [line({ passes: ["captcha"] }), "passes[0]", /one of pow/],
    [line({ facts: ["bot"] }), "facts", /must be an object, but is an array/],
    [line({ claims: "t1" }), "claims", /must be an object/],
    [line({ claims: nested(32) }), "claims", /more than 32 levels/],
    [line({ response: { status: 99 } }), "response.status", /from 100 to 599/],
    [line({ response: {} }), "response.status", /missing/],
    [line({ response: { status: 200, after: "5 s" } }), "response.after", /duration/],
    [line({ response: { status: 200, after: "104250d" } }), "response.after", /104249d at most, but is "104250d"/],
  ])("%s", (text, field, message) => {
    const found = problem(text);
    expect(found.field).toBe(field);
    expect(found.error).toMatch(message);
  });

  it("does not look for repeated members in what callers and issuers wrote", () => {
    const twice = '{"a":{"b":1,"b":2},"a":3}';
    const text = `{"method":"GET","path":"/","body":${twice},"facts":${twice},"claims":${twice},"ip":"::1"}`;
    expect(parsed(text).request.body).toEqual({ a: 3 });
  });

  it("lists the members where none is like the one that was written", () => {
    expect(problem(line({ url: "/" })).error).toMatch(
      /^unknown member "url"; known are at, method, path, .*, response$/,
    );
  });

  it("names an unknown client and the closest one", () => {
    const clients = new Set(["acme_sync", "nightly"]);
    expect(problem(line({ client: "acme_snyc" }), clients).error).toMatch(/did you mean `acme_sync`/);
    expect(parsed(line({ client: "acme_sync" }), clients).request.client).toBe("acme_sync");
    expect(parsed(line({ client: "anyone" })).request.client).toBe("anyone");
  });

  it("refuses a line that is too long, unread", () => {
    expect(problem(" ".repeat(LONGEST_LINE + 1)).error).toMatch(/longer than/);
  });

  it("survives a body nested as deep as the line allows", () => {
    const deep = `{"method":"GET","path":"/","ip":"192.0.2.1","body":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    const record = parseRequestLine(deep);
    expect(isRecordError(record) ? record.error : record.request.size).toSatisfy(
      (result: unknown) => result === 400_000 || /nested|not JSON/.test(String(result)),
    );
  });
});
