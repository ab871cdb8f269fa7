/** Small policies whose rules differ in every way: whatever index they have, it finds what testing each rule finds, and little else. */
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { compile } from "../../../../engine/compile/compile.ts";
import { INDEX_BOUNDS, type IndexBounds } from "../../../../engine/compile/index-tree.ts";
import { makeRequest, type Policy, type Request } from "../../../../engine/index.ts";
import { DispatchKind, Phase } from "../../../../engine/layout.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { IndexProbe } from "../../../helpers/index-probe.ts";

const RULES = 36;

/** How rules differ: the condition of rule `i`, and what a request has that it speaks of. */
interface Way {
  readonly rule: (i: number) => string;
  readonly request: (i: number) => Partial<Request>;
}

const KINDS = ["red", "green", "blue"];
/** Networks within each other, and beside. */
const NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "11.0.0.0/8", "2001:db8::/32"];
const ADDRESSES = ["10.9.9.9", "10.1.9.9", "10.1.2.9", "10.1.2.3", "11.1.1.1", "2001:db8::1", "192.0.2.1"];

const WAYS: Readonly<Record<string, Way>> = {
  text: { rule: (i) => `header["x-t"] ?? "" == "t${i % 16}"`, request: (i) => ({ headers: { "x-t": `t${i % 20}` } }) },
  "a text or another": {
    rule: (i) => `header["x-t"] ?? "t0" in ["t${i % 7}", "t${i % 5}"]`,
    request: (i) => ({ headers: { "x-t": `t${i % 8}` } }),
  },
  "every text but one": {
    rule: (i) => `header["x-t"] ?? "t0" != "t${i % 6}"`,
    request: (i) => ({ headers: { "x-t": `t${i % 8}` } }),
  },
  "a number": { rule: (i) => `ip.asn ?? 0 == ${i % 9}`, request: (i) => ({ asn: i % 11 }) },
  "a least number": { rule: (i) => `body.size >= ${10 * i}B`, request: (i) => ({ method: "POST", size: 10 * i - 5 }) },
  "a range": {
    rule: (i) => `body.size >= ${10 * i}B and body.size < ${10 * i + 15}B`,
    request: (i) => ({ method: "POST", size: 10 * i + (i % 3) * 5 }),
  },
  network: {
    rule: (i) => `ip in ${NETWORKS[i % NETWORKS.length]!}`,
    request: (i) => ({ ip: ADDRESSES[i % ADDRESSES.length]! }),
  },
  beginning: {
    rule: (i) => `path.raw starts_with "/${"a/".repeat(i % 5)}${KINDS[i % 3]!}"`,
    request: (i) => ({ path: `/${"a/".repeat(i % 5)}${KINDS[i % 4] ?? "none"}/x` }),
  },
  end: {
    rule: (i) => `path.raw ends_with "${KINDS[i % 3]!}.${i % 4}"`,
    request: (i) => ({ path: `/${KINDS[i % 2]!}.${i % 5}` }),
  },
  "contained text": {
    rule: (i) => `path.raw contains "-${i % 11}-"`,
    request: (i) => ({ path: `/-${i % 13}-${(i * 7) % 13}-` }),
  },
  glob: {
    rule: (i) => `path.raw like "/*-${i % 11}-*z"`,
    request: (i) => ({ path: `/a-${i % 13}-b${i % 2 === 0 ? "z" : ""}` }),
  },
  pattern: {
    rule: (i) => `path.raw matches /-${i % 11}-[a-z]$/`,
    request: (i) => ({ path: `/a-${i % 13}-${i % 3 === 0 ? "9" : "b"}` }),
  },
  presence: { rule: (i) => `has header["x-${i % 6}"]`, request: (i) => ({ headers: { [`x-${i % 7}`]: "" } }) },
  scope: {
    rule: (i) => `has token.scopes and "s${i % 9}" in token.scopes`,
    request: (i) => ({ scopes: [`s${i % 9}`, `s${(i * 5) % 9}`] }),
  },
  route: {
    rule: (i) => `has route and route is at${i % 8}`,
    request: (i) => ({ path: `/at/${i % 9}` }),
  },
  method: {
    rule: (i) => `method is ${["GET", "POST", "PUT"][i % 3]!}`,
    request: (i) => ({ method: (["GET", "POST", "PUT", "PATCH"] as const)[i % 4]! }),
  },
  signal: { rule: (i) => `seen >= ${i} and seen < ${i + 3}`, request: () => ({}) },
};

const HEAD = `${Array.from({ length: 8 }, (_, i) => `route at${i} = GET "/at/${i}"`).join("\n")}
signal seen = count per ip over 1m
`;

const BOUNDS: readonly IndexBounds[] = [
  INDEX_BOUNDS,
  { ...INDEX_BOUNDS, cheap: 0 },
  { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, cheap: 0 },
  { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, cheap: 0, dimensionWords: 16 },
  { ...INDEX_BOUNDS, copies: 0, copiesEach: 2, words: 0 },
];
/** Every rule is tested. */
const NONE: IndexBounds = { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, words: 0, effort: 0 };

function rulesOf(condition: (i: number) => string): Policy {
  const rules = Array.from({ length: RULES }, (_, i) => `rule r${i} when ${condition(i)} then note "n"`);
  return policyOf(HEAD + rules.join("\n"));
}

/** The rules that each request meets, and the entries looked at for all of them. */
function met(policy: Policy, bounds: IndexBounds, requests: readonly Request[]): { rules: unknown; entries: number } {
  let seen = 0;
  let entries = 0;
  const probe = new IndexProbe(compile(policy, bounds), () => seen);
  const rules = requests.map((request, index) => {
    seen = index % 40;
    probe.find(request);
    entries += probe.work().entries;
    return probe.targets()[Phase.rule];
  });
  return { rules, entries };
}

/** What indexes find otherwise than none does, or look at more for; and whether any rule is met at all. */
function compared(policy: Policy, requests: readonly Request[]): { wrong: readonly unknown[]; some: boolean } {
  const expected = met(policy, NONE, requests);
  const wrong = BOUNDS.map((bounds) => met(policy, bounds, requests)).filter(
    ({ rules, entries }) => !isDeepStrictEqual(rules, expected.rules) || entries > expected.entries,
  );
  return { wrong, some: (expected.rules as readonly unknown[][]).some((rules) => rules.length > 0) };
}

const AGREE = { wrong: [], some: true };

const REQUESTS = Array.from({ length: 40 }, (_, i) => i);
const names = Object.keys(WAYS);
/** Ways that a request can be only one of. */
const OF_PATH = new Set(["beginning", "end", "contained text", "glob", "pattern", "route"]);

/** Each way with one some places after it, that a request can be as well. */
function pairs(places: number): (readonly [string, string])[] {
  return names
    .map((name, index) => [name, names[(index + places) % names.length]!] as const)
    .filter((pair) => !pair.every((name) => OF_PATH.has(name)));
}

describe("rules that differ by", () => {
  test.each(names)("%s", (name) => {
    const { rule, request } = WAYS[name]!;
    expect(
      compared(
        rulesOf(rule),
        [...REQUESTS.map((i) => request(i)), {}].map((fields) => makeRequest(fields)),
      ),
    ).toEqual(AGREE);
  });

  test.each(pairs(4))("%s and %s", (one, other) => {
    const [a, b] = [WAYS[one]!, WAYS[other]!];
    const requests = REQUESTS.map((i) =>
      makeRequest({ ...a.request(i), ...b.request((i * 7) % 40), ...(i % 5 === 0 ? a.request(i) : {}) }),
    );
    expect(
      compared(
        rulesOf((i) => `${a.rule(i)} and ${b.rule((i * 5) % RULES)}`),
        requests,
      ),
    ).toEqual(AGREE);
  });

  test.each(pairs(6))("%s, or not %s", (one, other) => {
    const [a, b] = [WAYS[one]!, WAYS[other]!];
    const requests = REQUESTS.map((i) => makeRequest({ ...a.request(i), ...b.request((i * 11) % 40) }));
    expect(
      compared(
        rulesOf((i) => `(${a.rule(i)}) or not (${b.rule(i)})`),
        requests,
      ),
    ).toEqual(AGREE);
  });
});

test("bit vectors of each kind look at few of the rules that do not hold", () => {
  const parts = ["least", "text", "network", "beginning", "end"] as const;
  const rule = (i: number): string =>
    [
      `body.size >= ${10 * i}B and ip.asn ?? 0 <= ${10 * i}`,
      `header["x-t"] ?? "" == "t${i % 3}"`,
      `ip in ${NETWORKS[i % 4]!}`,
      `path.raw starts_with "/${KINDS[i % 2]!}"`,
      `path.raw ends_with ".${i % 2}"`,
    ]
      .slice(0, parts.length)
      .join(" and ");
  const policy = rulesOf(rule);
  const bounds = { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, cheap: 0 };
  const { vectors } = compile(policy, bounds).index;
  const kinds = new Set(vectors.flatMap(({ dimensions }) => dimensions.map(({ kind }) => kind)));
  expect(kinds.has(DispatchKind.range) && kinds.has(DispatchKind.text)).toBe(true);
  const requests = REQUESTS.map((i) =>
    makeRequest({
      method: "POST",
      size: 10 * i + 5,
      asn: 10 * (i - 6),
      headers: { "x-t": `t${i % 3}` },
      ip: ADDRESSES[i % ADDRESSES.length]!,
      path: `/${KINDS[i % 2]!}.${i % 2}`,
    }),
  );
  expect(compared(policy, requests)).toEqual(AGREE);
  const found = met(policy, bounds, requests);
  const matches = (found.rules as readonly unknown[][]).reduce((sum, rules) => sum + rules.length, 0);
  expect(found.entries).toBeLessThanOrEqual(matches + REQUESTS.length);
});
