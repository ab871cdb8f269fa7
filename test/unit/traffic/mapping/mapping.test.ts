/** Mappings: logs in formats of one's own, and what is wrong with a mapping. */
import { describe, expect, it } from "vitest";
import { readMapping } from "../../../../traffic/mapping/mapping.ts";
import type { LineReader } from "../../../../traffic/line-reading.ts";

function reader(text: string, clients: readonly string[] = []): LineReader {
  const read = readMapping(text);
  if (!read.ok) throw new Error(read.problems.join("\n"));
  return read.value.createReader(new Set(clients));
}

function problems(text: string): readonly string[] {
  const read = readMapping(text);
  return read.ok ? [] : read.problems;
}

const JSON_MAPPING = `
only: { kind: [access, api] }
fields:
  time: { from: meta.ts, format: unix_ms }
  method: verb
  path: url
  host: { value: api.example.com }
  ip: [net, "peer.address"]
  size: in
  asn: asn
  country: geo.0
  ja4: ja4
  client: who
  evidence: { value: bearer_token }
  credential: key
  scopes: scope
  body: payload
  headers: { User-Agent: agent, x-tenant: tenant }
  facts: { bot: score }
  claims: { tenant: tenant }
  response:
    status: code
    size: out
    latency: { from: took, unit: ms }
    headers: { x-cache: cache }
`;
const ROW = {
  kind: "access",
  meta: { ts: 1_772_614_801_000 },
  verb: "POST",
  url: "https://other.example.com/v1/orders?x=1",
  net: { "peer.address": "[2001:DB8::1]:443" },
  in: "12",
  asn: "AS64500 Example",
  geo: ["IT"],
  ja4: "t13d",
  who: "acme",
  key: "k1",
  scope: "read write",
  payload: '{"a":1}',
  agent: "a/1",
  tenant: "t1",
  score: 7,
  code: 201,
  out: 5,
  took: 1.5,
  cache: "hit",
};

describe("a mapping of JSON lines", () => {
  it("says where each part of a request is", () => {
    expect(reader(JSON_MAPPING, ["acme"]).read(JSON.stringify(ROW))).toEqual({
      request: {
        method: "POST",
        path: "/v1/orders?x=1",
        host: "api.example.com",
        ip: "2001:db8::1",
        headers: { "user-agent": "a/1", "x-tenant": "t1" },
        body: { a: 1 },
        size: 12,
        asn: 64500,
        country: "IT",
        ja4: "t13d",
        client: "acme",
        evidence: "bearer_token",
        identityError: null,
        facts: { bot: 7 },
        scopes: ["read", "write"],
        claims: { tenant: "t1" },
        credential: { id: "k1", issued: null, expires: null },
        passes: [],
      },
      at: 1_772_614_801_000_000,
      response: {
        outcome: { status: 201, size: 5, latencyMicros: 1_500, headers: { "x-cache": "hit" } },
        afterMicros: 1_500,
      },
    });
  });

  it("passes over lines of other kinds, and takes a client that the inventory does not have for a stranger", () => {
    const log = reader(JSON_MAPPING);
    expect(log.read(JSON.stringify({ ...ROW, kind: "debug" }))).toBeNull();
    expect(log.read(JSON.stringify(ROW))).toMatchObject({ request: { client: null } });
  });

  it.each([
    [{ ...ROW, meta: {} }, /no such time where the mapping has `time`/],
    [{ ...ROW, net: { "peer.address": "x" } }, /no address where the mapping has `ip`/],
    [{ ...ROW, verb: "NO WAY" }, /no HTTP method/],
    ["{", /^not JSON/],
  ])("says why a line is none: %#", (row, message) => {
    expect(reader(JSON_MAPPING).read(typeof row === "string" ? row : JSON.stringify(row))).toMatch(message);
  });
});

describe("a mapping by a pattern", () => {
  const text = String.raw`
pattern: '(?<time>\S+ \S+) (?<ip>\S+) "(?<request>[^"]*)" (?<status>\d+|-)'
fields:
  time: { from: time, format: "%Y-%m-%d %H:%M:%S.%f" }
  ip: ip
  request: request
  response: { status: status }
`;

  it("says which group each part is", () => {
    const log = reader(text);
    expect(log.read('2026-03-04 09:00:01.25 192.0.2.1:80 "GET /a HTTP/1.1" 404')).toMatchObject({
      at: 1_772_614_801_250_000,
      request: { method: "GET", path: "/a", ip: "192.0.2.1" },
      response: { outcome: { status: 404 }, afterMicros: null },
    });
    expect(log.read('2026-03-04 09:00:01.25 192.0.2.1 "GET /a HTTP/1.1" -')).toMatchObject({ response: null });
    expect(log.read("something else")).toMatch(/does not fit the mapping's pattern/);
    expect(log.read("x".repeat(70_000))).toMatch(/longer than 65536 characters/);
  });
});

describe("lines that a mapping says are others", () => {
  const fields = "fields: { time: t, ip: a, path: { value: / } }";

  it("stand for no request, by whichever pattern fits them whole", () => {
    const log = reader(`others: ['#.*', 'started \\S+']\n${fields}`);
    expect(["# a comment", "started now"].map((line) => log.read(line))).toEqual([null, null]);
    expect(log.read("not started now")).toMatch(/not JSON/);
    expect(log.read(`#${"x".repeat(70_000)}`)).toMatch(/not JSON/);
    const one = reader(`pattern: '(?<t>\\S+) (?<a>\\S+)'\nothers: '#.*'\n${fields}`);
    expect(one.read("# x")).toBeNull();
    expect(one.read("2026-03-04T09:00:01Z 192.0.2.1")).toMatchObject({ request: { ip: "192.0.2.1" } });
  });

  it("are told by patterns without a fault", () => {
    expect(readMapping(`others: ['#.*', '(']\n${fields}`)).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/^1:9: /)],
    });
  });
});

describe("a query that is logged apart from its path", () => {
  const log = reader("fields: { time: t, ip: a, path: p, query: q }");
  it.each([
    ["/a", "b=1&c", "/a?b=1&c"],
    ["/a", "?b=1", "/a?b=1"],
    ["/a", "-", "/a"],
    ["/a", "?", "/a"],
    ["/a?b=1", "b=1", "/a?b=1"],
    ["https://example.com", "b=1", "/?b=1"],
  ])("%s and %s", (p, q, path) => {
    const line = JSON.stringify({ t: "2026-03-04T09:00:01Z", a: "192.0.2.1", p, q });
    expect(log.read(line)).toMatchObject({ request: { path } });
  });
});

describe("times", () => {
  it.each([
    ["rfc3339", '"2026-03-04T10:00:01+01:00"', 1_772_614_801_000_000],
    ["clf", '"04/Mar/2026:10:00:01 +0100"', 1_772_614_801_000_000],
    ["clf", '"[04/Mar/2026:09:00:01 +0000]"', 1_772_614_801_000_000],
    ["unix", "1772614801.5", 1_772_614_801_500_000],
    ["unix", '"1772614801"', 1_772_614_801_000_000],
    ["unix_us", "1772614801000001", 1_772_614_801_000_001],
    ["unix_ns", '"1772614801000000999"', 1_772_614_801_000_001],
    ["%d %b %Y %H:%M:%S %z", '"4 Mar 2026 10:00:01 +0100"', 1_772_614_801_000_000],
    ["%Y%m%dT%H%M", '"20260304T0900"', 1_772_614_800_000_000],
  ])("in the format %s: %s", (format, written, micros) => {
    const text = `fields: { time: { from: t, format: "${format}" }, ip: { value: 192.0.2.1 }, path: { value: / } }`;
    expect(reader(text).read(`{"t":${written}}`)).toMatchObject({ at: micros });
  });

  it.each([
    ["rfc3339", '"2026-02-30T00:00:00Z"'],
    ["unix", "-1"],
    ["unix", "1e300"],
    ["%Y-%m-%d %H:%M", '"2026-13-01 00:00"'],
    ["%Y-%m-%d %H:%M", '"2026-01-01 00:00 and more"'],
  ])("that are none, in the format %s: %s", (format, written) => {
    const text = `fields: { time: { from: t, format: "${format}" }, ip: { value: 192.0.2.1 }, path: { value: / } }`;
    expect(reader(text).read(`{"t":${written}}`)).toMatch(/no such time/);
  });
});

describe("what is wrong with a mapping", () => {
  const fields = "fields: { time: t, ip: ip, path: p";
  it.each([
    ["", /1:1: .*must be a mapping, but is nothing/],
    ["[1]", /the mapping must be a mapping, but is a list/],
    ["felds: {}", /^1:1: the mapping has no member "felds"; did you mean `fields`\?/],
    ["fields: {}", /`fields` has no `time`/],
    [`${fields}, status: s }`, /1:37: `fields` has no member "status"/],
    [`${fields}, hots: h }`, /did you mean `host`\?/],
    [`${fields}, host: {} }`, /`host` needs one of `from` and `value`/],
    [`${fields}, host: { from: a, unit: ms } }`, /`host` has no member "unit"/],
    [`${fields}, response: { status: s, latency: l } }`, /`response.latency` has no `unit`/],
    [`${fields}, response: { status: s, latency: { from: l, unit: min } } }`, /must be one of s, ms, us, ns/],
    [`${fields}, response: {} }`, /`response` has no `status`/],
    ['fields: { time: { from: t, format: "%Q" }, ip: i, path: p }', /`%Q` is no directive/],
    ['fields: { time: { from: t, format: "%Y-%d %H:%M" }, ip: i, path: p }', /needs the month/],
    ["fields: { time: { from: t, format: iso }, ip: i, path: p }", /must be one of rfc3339/],
    ["fields: { time: t, ip: i }", /neither `path` nor `request`/],
    [
      "pattern: '(?<t>a)'\nfields: { time: t, ip: i, path: t }",
      /^2:24: the pattern, for `ip`, has no member "i"; did you mean `t`/,
    ],
    [
      "pattern: '(?<t>a'\nfields: { time: t, ip: t, path: t }",
      /^1:10: at character 6 of the pattern, a group is not closed/,
    ],
    ["fields: *x", /./],
    ["a: [", /./],
    ["[".repeat(20_000), /./],
  ])("%j", (text, message) => {
    expect(problems(text)[0]).toMatch(message);
  });
});
