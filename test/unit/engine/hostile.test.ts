/** Requests that nobody sends in good faith: each is decided or refused by rule, by both engines alike, and never throws. */
import { describe, expect, it, test } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import {
  createEngine,
  createReference,
  type Decision,
  makeOutcome,
  makeRequest,
  type Policy,
  type PolicyEngine,
  type Request,
} from "../../../engine/index.ts";
import { allocationRequests, everyReading } from "../../helpers/allocation-cases.ts";

const POLICY = everyReading();
const NOW = Date.UTC(2026, 0, 1) * 1_000;
/** What both engines are given; the reference keeps every text of every key. */
const MUCH = 40_000;
const TEN_MB = 10_000_000;

const USUAL = allocationRequests(4);
const [ORDER, LOGIN, GRAPH] = USUAL as readonly [Request, Request, Request];

/** Names that objects have without anybody giving them. */
const INHERITED = ["__proto__", "constructor", "hasOwnProperty", "toString", "valueOf", "__defineGetter__"];

function record<T>(names: readonly string[], value: T): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

/** An object whose own member `__proto__` is a value, as `JSON.parse` makes it. */
function parsed(text: string): Readonly<Record<string, unknown>> {
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

function nested(levels: number, open: string, close: string, middle: string): unknown {
  return JSON.parse(open.repeat(levels) + middle + close.repeat(levels));
}

function pairs(count: number, of: (index: number) => string, separator: string): string {
  return Array.from({ length: count }, (_, index) => of(index)).join(separator);
}

const oddTexts = (size: number): Readonly<Record<string, string>> => ({
  "a high surrogate alone": "a\ud800b",
  "a low surrogate alone": "\udc00",
  "surrogates in the wrong order": "\udfff\ud800",
  NUL: "a\0b",
  "line breaks": "a\r\nx-b: 1",
  "what is not ASCII": "é😀\u202e\ufeff",
  "percent signs": "%%%25%2525%",
  "escapes that are not UTF-8": "%ff%c0%af%ed%a0%80",
  "an inherited name": "__proto__",
  blanks: " \t ",
  "very long": "x".repeat(size),
});

/** Requests of which one field is hostile, with texts of about this size. */
const hostile = (size: number): Readonly<Record<string, Partial<Request>>> => ({
  nothing: {
    ...{ method: "", path: "", host: "", ip: "", headers: {}, body: undefined, size: 0, facts: {}, passes: [] },
    ...{
      asn: null,
      country: null,
      ja4: null,
      client: null,
      evidence: null,
      scopes: null,
      claims: null,
      credential: null,
    },
  },
  "a path without a slash": { path: "v1/orders/7" },
  "a path of slashes": { path: "/".repeat(size) },
  "a path of dots": { path: "/..".repeat(size / 4) },
  "a path of many segments": { path: "/a".repeat(size / 4) },
  "a path of escapes": { path: `/v1/orders/${"%61".repeat(size / 8)}` },
  "a path of escaped slashes": { path: `/${"%2f".repeat(size / 8)}` },
  "a path of lone percents": { path: `/${"%".repeat(size / 4)}` },
  "a parameter that is very long": { path: `/v1/orders/${"x".repeat(size)}` },
  "a fragment and a whole address": { path: "http://user@evil.example/v1/orders/7#x?y" },
  "ten thousand names in the query": { path: `/v1/orders/7?${pairs(10_000, (index) => `n${index}=${index}`, "&")}` },
  "ten thousand values of one name": { path: `/v1/orders/7?${pairs(10_000, (index) => `q=${index}`, "&")}` },
  "a query of separators": { path: `/v1/orders/7?${"&".repeat(size / 4)}` },
  "a query of names without values": { path: `/v1/orders/7?${"a&".repeat(size / 4)}` },
  "a query of one-letter values": { path: `/v1/orders/7?${"b=1&".repeat(size / 8)}` },
  "a query of question marks": { path: `/v1/orders/7${"?".repeat(100_000)}q=1` },
  "a query of inherited names": { path: `/v1/orders/7?${pairs(6, (index) => `${INHERITED[index]}=1`, "&")}` },
  "ten thousand headers": {
    headers: record(
      Array.from({ length: 10_000 }, (_, index) => `x-${index}`),
      "1",
    ),
  },
  "headers that is very long": { headers: record(["x-a", "user-agent", "cookie", "x-many", "host"], "x".repeat(size)) },
  "headers of inherited names": { headers: record(INHERITED, "1") },
  "headers without a prototype": {
    headers: Object.assign(Object.create(null) as Record<string, string>, { "x-a": "b" }),
  },
  "ten thousand cookies": { headers: { cookie: pairs(10_000, (index) => `c${index}=${index}`, "; ") } },
  "a cookie header of blanks and separators": { headers: { cookie: " ;".repeat(size / 4) } },
  "cookies of one name": { headers: { cookie: pairs(10_000, (index) => `sid=${index}`, ";") } },
  "cookies of inherited names": { headers: { cookie: pairs(6, (index) => `${INHERITED[index]}=1`, "; ") } },
  "a host of digits": { host: `a:${"1".repeat(size)}` },
  "a host of brackets": { host: "[::1]:8443" },
  "an address that is very long": { ip: "1".repeat(size) },
  "an address of colons": { ip: ":".repeat(1_000) },
  "an address with a zone": { ip: "fe80::1%eth0" },
  "an address with a port": { ip: "203.0.113.9:443" },
  "a body of inherited names": { body: parsed('{"__proto__":{"username":"a","order":{"amount":1}},"constructor":1}') },
  "a body whose fields have other types": {
    body: parsed('{"username":{},"order":[],"flag":"true","weight":"1","home":7,"lines":{}}'),
  },
  "a body of arrays, a thousand deep": { body: nested(1_000, "[", "]", "1") },
  "a body of objects, a thousand deep": { body: nested(1_000, '{"order":', "}", "{}") },
  "a body of numbers past all bounds": {
    body: parsed('{"order":{"amount":1e999},"weight":-1e999,"lines":[{"quantity":9007199254740993,"price":1e308}]}'),
  },
  "a body with a hundred thousand lines": {
    body: { lines: Array.from({ length: 100_000 }, () => ({ quantity: 1, price: 1 })) },
  },
  "a body that is a text": { body: "username" },
  "a body that is null": { body: null },
  "a body that is an array with holes": { body: Object.assign([], { 7: 1, username: "a" }) },
  "claims of inherited names": {
    claims: parsed('{"__proto__":{"tenant":"t1"},"constructor":{"name":"a"},"iss":"https://id.example"}'),
  },
  "claims whose values have other types": { claims: { iss: 7, tenant: ["t1"], org: "acme", level: "3", home: {} } },
  "claims that nest deep": { claims: { iss: "https://id.example", org: nested(1_000, '{"name":', "}", "1") } },
  "ten thousand scopes": { scopes: Array.from({ length: 10_000 }, (_, index) => `s${index}`) },
  "facts of inherited names": { facts: parsed('{"__proto__":{"tier":"a"},"constructor":"a"}') },
  "facts whose values have other types": {
    facts: {
      tier: 7,
      score: {},
      ratio_of: [],
      load: null,
      bot: "yes",
      wait: "1y",
      weight_of: -1,
      seen: "never",
      origin: 9,
      site: "x",
      page: "",
    },
  },
  "facts that is very long": {
    facts: record(
      ["tier", "score", "ratio_of", "load", "wait", "weight_of", "seen", "origin", "site", "page"],
      "1".repeat(size),
    ),
  },
  "a size past all bounds": { size: Number.MAX_SAFE_INTEGER },
  "numbers that are none": { size: Number.NaN, asn: Number.NaN },
  "headers that are no texts": {
    headers: { "x-a": 7, "user-agent": null, cookie: {}, "x-many": ["a"] } as unknown as Readonly<
      Record<string, string>
    >,
  },
  "a client that nobody knows": { client: "__proto__" },
  "a client that is very long": { client: "x".repeat(size) },
  "a network number past all bounds": { asn: Number.MAX_SAFE_INTEGER },
  "passes that nobody asked for": { passes: INHERITED },
  "a credential of the end of time": {
    credential: { id: "__proto__", issued: Number.MAX_SAFE_INTEGER, expires: Number.MAX_SAFE_INTEGER },
  },
  "a credential of before time": { credential: { id: "", issued: -Number.MAX_SAFE_INTEGER, expires: null } },
});

const FRAGMENTS = pairs(1_240, (index) => `fragment F${index} on T{...F${index + 1}}`, " ");
const GRAPHQL: Readonly<Record<string, unknown>> = {
  "a chain of fragments": `{...F0} ${FRAGMENTS} fragment F1240 on T{a}`,
  "a ring of fragments": `{...F0} ${FRAGMENTS} fragment F1240 on T{...F0}`,
  "fragments that double": pairs(60, (index) => `fragment F${index} on T{...F${index + 1} a:b ...F${index + 1}}`, " "),
  "braces without end": "{a".repeat(20_000),
  "brackets without end": `{a(b:${"[".repeat(20_000)}`,
  "quotes without end": `{a(b:${'"""\\"""'.repeat(5_000)}`,
  "inherited names": "{...__proto__} fragment __proto__ on T{constructor:a}",
  "ten million characters": `{${"a ".repeat(TEN_MB / 2)}}`,
};

/** Texts in every field that takes one. */
function withText(text: string): Partial<Request> {
  return {
    ...{ method: text, path: `/v1/orders/${text}?q=${text}&${text}=1`, host: text, ip: text, country: text, ja4: text },
    headers: { "x-a": text, "user-agent": text, cookie: `sid=${text}; ${text}=1`, "x-many": text, [text]: text },
    ...{ client: text, scopes: [text], passes: [text], credential: { id: text, issued: 0, expires: null } },
    body: { username: text, home: text, [text]: text },
    claims: { iss: text, tenant: text, org: { name: text }, home: text, [text]: text },
    facts: {
      ...record(["tier", "score", "load", "bot", "wait", "seen", "origin", "site", "page"], text),
      [text]: text,
    },
  };
}

/** Conditions on names that every object inherits: no request states them by having none. */
const INHERITING = loadPolicyText(`policy "p" { default allow }
identity { jwt "https://id.example" { audience "a" keys "https://id.example/keys" claims { deep: string from "constructor.name", level: int from "__proto__.level" } } }
route order = GET "/v1/{constructor}" { body { name: string from "constructor.name", own: string from "__proto__.username" } }
fact valueof : string from header "constructor"
${INHERITED.map(
  (name, index) =>
    `rule h${index} when has header["${name.toLowerCase()}"] or has query["${name}"] or has cookie["${name}"] or has token.claim["${name}"] then note "r${index}"
signal s${index} = count per header["${name.toLowerCase()}"] else query["${name}"] else skip over 1m
rule k${index} when s${index} > 0 then note "s${index}"`,
).join("\n")}
rule b when (name ?? own ?? token.deep ?? valueof ?? "") != "" or token.level ?? 0 != 0 then note "body"
rule c when has client and (has client.labels["constructor"] or has client.expect["valueOf"]) then note "client"
`);

/** Decides by both engines, which then hear an outcome as odd as the request. */
function decideBoth(engines: readonly PolicyEngine[], request: Request, now: number): Decision {
  const outcome = makeOutcome(999, {
    size: Number.MAX_SAFE_INTEGER,
    latencyMicros: -1,
    headers: record(INHERITED, "x"),
  });
  const answers = engines.map((engine) => {
    const answer = engine.decide(request, now);
    const { token, route, client } = answer;
    const decision = answer.toDecision();
    if (token !== 0) engine.observe(token, outcome, now);
    return { decision, route, client, awaited: token !== 0 };
  });
  expect(answers[1]).toEqual(answers[0]);
  return answers[0]!.decision;
}

function both(policy: Policy = POLICY): readonly PolicyEngine[] {
  return [createEngine(policy), createReference(policy)];
}

describe("a hostile request is decided, by both engines alike", { timeout: 120_000 }, () => {
  const engines = both();
  let now = NOW;
  /** The status of an honest request that comes after it: whatever came before, it is decided as ever. */
  const after = (request: Request): number => {
    now += 10_000_000;
    decideBoth(engines, request, now);
    return decideBoth(engines, ORDER, now).status;
  };

  test.each(Object.entries(hostile(MUCH)))("%s", (_, fields) => {
    expect(after({ ...LOGIN, ...fields })).toBe(200);
  });

  test.each(Object.entries(oddTexts(MUCH)))("every text is %s", (_, text) => {
    expect(after({ ...LOGIN, ...withText(text) })).toBe(200);
  });

  test.each(Object.entries(GRAPHQL))("a document of %s", (_, query) => {
    expect(after({ ...GRAPH, body: { query } })).toBe(200);
    expect(after({ ...GRAPH, body: [{ query }, { query, operationName: "__proto__" }] })).toBe(200);
  });
});

describe("ten megabytes are decided like any request", { timeout: 120_000 }, () => {
  const engine = createEngine(POLICY);
  let now = NOW;
  const decide = (request: Request): number => {
    const { token, status } = engine.decide(request, (now += 10_000_000));
    if (token !== 0) engine.observe(token, makeOutcome(200), now);
    return status;
  };

  test.each(Object.entries(hostile(TEN_MB)))("%s", (_, fields) => {
    expect(decide({ ...LOGIN, ...fields })).toBeGreaterThanOrEqual(200);
    expect(decide(ORDER)).toBe(200);
  });

  test("in every text", () => {
    expect(decide({ ...LOGIN, ...withText("x".repeat(TEN_MB)) })).toBeGreaterThanOrEqual(200);
  });
});

describe("names that every object inherits", () => {
  const policy = INHERITING.policy as Policy;
  const engines = both(policy);
  const labels = (fields: Partial<Request>): readonly string[] =>
    decideBoth(engines, makeRequest({ path: "/v1/a", ...fields }), NOW).labels;

  it("are not there unless they are stated", () => {
    expect(INHERITING.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(labels({})).toEqual([]);
    expect(labels({ claims: { iss: "https://id.example" }, facts: {}, body: {}, headers: { cookie: "a=1" } })).toEqual(
      [],
    );
    const headers = Object.assign(Object.create({ constructor: "x", tostring: "x" }) as Record<string, string>, {
      a: "b",
    });
    expect(labels({ headers })).toEqual([]);
  });

  it("are there where they are stated", () => {
    const query = INHERITED.map((name) => `${name}=1`).join("&");
    const all = INHERITED.flatMap((_, index) => [`r${index}`, `s${index}`]);
    expect(labels({ path: `/v1/a?${query}` })).toEqual(all);
    expect(labels({ headers: { cookie: INHERITED.map((name) => `${name}=1`).join(";") } })).toEqual(
      INHERITED.map((_, index) => `r${index}`),
    );
    expect(labels({ claims: parsed('{"__proto__":"a","iss":"https://id.example"}') })).toEqual(["r0"]);
    expect(labels({ body: parsed('{"__proto__":{"username":"a"}}') })).toEqual(["body"]);
    expect(labels({ body: parsed('{"constructor":{"name":"a"}}') })).toEqual(["body"]);
  });
});

describe("networks that a proxy states", () => {
  const { policy } = loadPolicyText(`policy "p" { default allow }
fact site : network from header "x-site"
rule there when has site then note "there"
rule inside when site ?? 0.0.0.0/32 in 10.0.0.0/8 then note "inside"`);
  const engines = both(policy as Policy);
  const bits = [
    "",
    "x",
    "-1",
    "08",
    "8 ",
    " 8",
    "+8",
    "8.0",
    "8e0",
    "0x8",
    "1e2",
    "33",
    "129",
    "999",
    "8/8",
    "128",
    "32",
    "0",
  ];
  const addresses = ["10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1", "10.1.2", ""];

  test.each(addresses.flatMap((address) => bits.map((each) => `${address}/${each}`)))("%s", (site) => {
    const fine = /^(10\.1\.2\.3\/(0|32)|(::ffff:10\.1\.2\.3|2001:db8::1)\/(0|32|33|128))$/.test(site);
    const { labels } = decideBoth(engines, makeRequest({ facts: { site } }), NOW);
    expect(labels.includes("there")).toBe(fine);
  });
});

describe("a clock that is out of order", () => {
  const YEAR = 365 * 24 * 3_600_000_000;
  const TIMES = [
    NOW,
    NOW - 1,
    NOW - YEAR,
    0,
    -1,
    -Infinity,
    NaN,
    NOW + 1,
    Infinity,
    2 ** 53,
    NOW + YEAR,
    NOW + 5 * YEAR,
    2 ** 53 - 1,
    NOW,
  ];

  it("is held where it steps back or tells no time, and followed where it jumps, by both engines alike", () => {
    const engines = both();
    for (const time of TIMES) {
      for (const request of USUAL) decideBoth(engines, request, time);
      expect(engines.map(({ readings }) => readings.ban("none", [], time))).toEqual([0, 0]);
    }
  });

  it.each([NaN, Infinity, 2 ** 53, 2 ** 60, -Infinity])("goes on after %d as if it had not been", (time) => {
    const told = both();
    const spared = both();
    for (const at of [NOW, NOW + 1_000_000]) {
      for (const request of USUAL) {
        expect(decideBoth(told, request, at)).toEqual(decideBoth(spared, request, at));
        // The same request again, at a time that is none, is at the time before.
        expect(decideBoth(told, request, time)).toEqual(decideBoth(spared, request, at));
      }
    }
  });

  it("is held for outcomes too", () => {
    const engines = both();
    for (const engine of engines) {
      const { token } = engine.decide(ORDER, NOW);
      expect(token).not.toBe(0);
      expect(engine.observe(token, makeOutcome(401), Infinity)).toBe(true);
      expect(engine.observe(token, makeOutcome(401), NaN)).toBe(false);
    }
    expect(decideBoth(engines, ORDER, NOW + 1).status).toBe(200);
  });
});
