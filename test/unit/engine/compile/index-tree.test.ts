import fc from "fast-check";
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { compile } from "../../../../engine/compile/compile.ts";
import { INDEX_BOUNDS } from "../../../../engine/compile/index-tree.ts";
import { Candidates, findCandidates } from "../../../../engine/dispatch.ts";
import { makeTests } from "../../../../engine/evaluate.ts";
import { Context } from "../../../../engine/facts/context.ts";
import { makeReaders } from "../../../../engine/facts/read-slot.ts";
import { readRequest } from "../../../../engine/facts/read-request.ts";
import { createEngine, createReference, makeRequest, type Policy, type Request } from "../../../../engine/index.ts";
import { DispatchKind, Phase, TestOp } from "../../../../engine/layout.ts";
import { arbitraryAlikeTrace, arbitraryWideTrace } from "../../../helpers/generators.ts";
import { arbitraryTextTrace } from "../../../helpers/generators-texts.ts";
import { IndexProbe } from "../../../helpers/index-probe.ts";

const HEAD = 'policy "many" { default allow unavailable closed }\n';

/** How rules can differ from each other, and a request that exactly rule i speaks of. */
const WAYS: readonly {
  name: string;
  head?: string;
  rule: (i: number) => string;
  request: (i: number) => Partial<Request>;
}[] = [
  { name: "header", rule: (i) => `header["x-t"] ?? "" == "t${i}"`, request: (i) => ({ headers: { "x-t": `t${i}` } }) },
  {
    name: "network",
    rule: (i) => `ip in 10.${i >> 8}.${i & 255}.0/24`,
    request: (i) => ({ ip: `10.${i >> 8}.${i & 255}.9` }),
  },
  {
    name: "address",
    rule: (i) => `ip == 10.0.${i >> 8}.${i & 255}`,
    request: (i) => ({ ip: `10.0.${i >> 8}.${i & 255}` }),
  },
  {
    name: "range",
    rule: (i) => `body.size >= ${10 * i}B and body.size < ${10 * i + 10}B`,
    request: (i) => ({ size: 10 * i + 9 }),
  },
  { name: "prefix", rule: (i) => `path.raw starts_with "/p${i}/"`, request: (i) => ({ path: `/p${i}/x` }) },
  { name: "suffix", rule: (i) => `path.raw ends_with "/${i}.php"`, request: (i) => ({ path: `/a/${i}.php` }) },
  {
    name: "contained text",
    rule: (i) => `path.raw contains "-${i}-"`,
    request: (i) => ({ path: `/a-${i}-b` }),
  },
  {
    name: "glob",
    rule: (i) => `path.raw like "/a*-${i}-*b"`,
    request: (i) => ({ path: `/a/-${i}-/b` }),
  },
  {
    name: "pattern",
    rule: (i) => `path.raw matches /-${i}-[a-z]+$/`,
    request: (i) => ({ path: `/a-${i}-b` }),
  },
  {
    name: "pattern of either case",
    rule: (i) => `path.raw matches /tool(?:-|_)${i}-[a-z]+$/i`,
    request: (i) => ({ path: `/a/Tool-${i}-B` }),
  },
  { name: "number", rule: (i) => `ip.asn ?? 0 == ${i + 1}`, request: (i) => ({ asn: i + 1 }) },
  { name: "one of several", rule: (i) => `path in ["/a/${i}", "/b/${i}"]`, request: (i) => ({ path: `/b/${i}` }) },
  {
    name: "scope",
    rule: (i) => `has token.scopes and "s${i}" in token.scopes`,
    request: (i) => ({ scopes: ["x", `s${i}`] }),
  },
  {
    name: "route",
    head: Array.from({ length: 500 }, (_, i) => `route at${i} = GET "/at/${i}"`).join("\n"),
    rule: (i) => `has route and route is at${i}`,
    request: (i) => ({ path: `/at/${i}` }),
  },
];

function entriesFound(policy: Parameters<typeof compile>[0], request: Request): number {
  const program = compile(policy);
  const none = { signal: () => 0, score: () => 0, used: () => 0, condition: () => false };
  const context = new Context(program, none, { makeReaders, makeTests });
  const found = new Candidates(program);
  readRequest(context, request);
  findCandidates(context, found);
  return found.counts[Phase.rule]!;
}

test.each(WAYS)(
  "a request meets few of 500 rules that differ by $name, and the right one",
  ({ head, rule, request }) => {
    const rules = Array.from({ length: 500 }, (_, i) => `rule r${i} when ${rule(i)} then block`);
    const { policy, diagnostics } = loadPolicyText(`${HEAD}${head ?? ""}\n${rules.join("\n")}`);
    expect(diagnostics.filter((each) => each.severity === "error")).toEqual([]);
    for (const i of [0, 1, 250, 499]) {
      const asked = makeRequest(request(i));
      expect(entriesFound(policy!, asked)).toBe(1);
      const compiled = createEngine(policy!).decide(asked, 0).toDecision();
      expect(compiled).toMatchObject({ verdict: "block", by: `r${i}` });
      expect(compiled).toEqual(createReference(policy!).decide(asked, 0).toDecision());
    }
    expect(entriesFound(policy!, makeRequest({ path: "/none", ip: "192.0.2.1", size: 1e9 }))).toBe(0);
  },
);

test("conditions that share one key are told apart by the next", () => {
  const rules = Array.from(
    { length: 400 },
    (_, i) => `rule r${i} when header["x-a"] ?? "" == "a${i % 20}" and header["x-b"] ?? "" == "b${i >> 4}" then block`,
  );
  const { policy } = loadPolicyText(HEAD + rules.join("\n"));
  const request = makeRequest({ headers: { "x-a": "a7", "x-b": "b1" } });
  expect(entriesFound(policy!, request)).toBeLessThanOrEqual(3);
  expect(createEngine(policy!).decide(request, 0).toDecision()).toEqual(
    createReference(policy!).decide(request, 0).toDecision(),
  );
});

test("thousands of overlapping ranges compile within their allowance and decide alike", () => {
  const rules = Array.from({ length: 2_000 }, (_, i) => `rule r${i} when body.size > ${i}B then note "n${i % 7}"`);
  const { policy } = loadPolicyText(HEAD + rules.join("\n"));
  const compiled = createEngine(policy!);
  const reference = createReference(policy!);
  for (const size of [0, 1, 1_000, 5_000]) {
    const request = makeRequest({ size });
    expect(compiled.decide(request, 0).toDecision()).toEqual(reference.decide(request, 0).toDecision());
  }
});

test("the same policy compiles to the same tables", () => {
  const rules = WAYS.filter((way) => way.head === undefined).flatMap((way, kind) =>
    [0, 1, 2, 3, 4].map((i) => `rule r${kind}_${i} when ${way.rule(i)} then block`),
  );
  const { policy } = loadPolicyText(HEAD + rules.join("\n"));
  expect(compile(policy!).index).toEqual(compile(policy!).index);
  expect(compile(policy!).index.kinds.length).toBeGreaterThan(5);
});

test("state is read for many rules at once, and only by its phase", () => {
  const policyOf = (count: number): Policy => {
    const rules = Array.from({ length: count }, (_, i) => `rule r${i} on login when seen == ${i} then note "n"`);
    const declared = 'route login = POST "/login"\nsignal seen = count per ip over 1m\n';
    return loadPolicyText(HEAD + declared + rules.join("\n")).policy!;
  };
  expect([...compile(policyOf(10)).index.waits]).not.toContain(Phase.rule + 1);
  const many = new IndexProbe(compile(policyOf(100)), () => 70);
  many.find(makeRequest({ method: "POST", path: "/login" }));
  expect(many.work().entries).toBe(2);
  expect(many.targets()[Phase.rule]).toEqual([70]);
  const elsewhere = new IndexProbe(compile(policyOf(100)), () => expect.unreachable("the signal was read"));
  elsewhere.find(makeRequest({ method: "POST", path: "/other" }));
});

test("conditions of a great many parts make no deeper an index than its bound", () => {
  const parts = Array.from({ length: 300 }, (_, i) => `header["x-${i}"] ?? "" == "v"`).join(" and ");
  const rules = [0, 1, 2, 3].map((i) => `rule r${i} when ${parts} and body.size >= ${i}B then block`);
  const { policy } = loadPolicyText(HEAD + rules.join("\n"));
  expect(compile(policy!).index.nodeEntries.length).toBeLessThan(INDEX_BOUNDS.depth + 8);
});

test("a text is searched where at least eight conditions ask for one that it contains", () => {
  const kindsOf = (count: number): readonly number[] => {
    const rules = Array.from({ length: count }, (_, i) => `rule r${i} when path.raw contains "-${i}-" then block`);
    return [...compile(loadPolicyText(HEAD + rules.join("\n")).policy!).index.kinds];
  };
  expect(kindsOf(7)).toEqual([]);
  expect(kindsOf(8)).toEqual([DispatchKind.contained]);
});

test("what other axes tell apart as well is not searched", () => {
  const rules = Array.from(
    { length: 100 },
    (_, i) => `rule r${i} when path.raw contains "-${i}-" and header["x-t"] ?? "" == "t${i >> 1}" then block`,
  );
  const { kinds } = compile(loadPolicyText(HEAD + rules.join("\n")).policy!).index;
  expect([...kinds]).toEqual([DispatchKind.text]);
});

test("globs that found rules are tested last of all, also of those that bit vectors tell apart", () => {
  const rules = Array.from({ length: 400 }, (_, i) => {
    const ranges = `body.size >= ${i * 10}B and ip.asn ?? 0 <= ${i * 10}`;
    return `rule r${i} when path.raw like "/a*-${i % 20}-*b" and header["x-m"] ?? "" != "m" and ${ranges} then note "n"`;
  });
  const { policy } = loadPolicyText(HEAD + rules.join("\n"));
  // Copies for the texts, and hardly any for the ranges under them.
  const program = compile(policy!, { ...INDEX_BOUNDS, copies: 0, copiesEach: 1.06 });
  const { entryTarget, kinds, residuals, residualStart } = program.index;
  expect(new Set(kinds)).toEqual(new Set([DispatchKind.contained, DispatchKind.vectors]));
  for (const entry of entryTarget.keys()) {
    const left = residuals.subarray(residualStart[entry], residualStart[entry + 1]);
    expect([...left].map((literal) => program.tests.op[literal >> 1])).toEqual([TestOp.textEquals, TestOp.like]);
  }
  const probe = new IndexProbe(program);
  for (const [path, found] of [
    ["/a-7-b", [7, 27, 47]],
    ["/a-7-", []],
    ["/-7-b", []],
  ] as const) {
    probe.find(makeRequest({ path, method: "POST", size: 470, asn: 47 }));
    expect(probe.targets()[Phase.rule]).toEqual(found);
  }
});

test("a condition of many alternatives is told apart by each of them", () => {
  const rules = Array.from({ length: 100 }, (_, i) => {
    const ways = Array.from({ length: 40 }, (_each, way) => `header["x-${way}"] ?? "" == "v${i}"`);
    return `rule r${i} when ${ways.join(" or ")} then block`;
  });
  const { policy } = loadPolicyText(HEAD + rules.join("\n"));
  const asked = makeRequest({ headers: { "x-17": "v60" } });
  expect(entriesFound(policy!, asked)).toBe(1);
  expect(createEngine(policy!).decide(asked, 0).by).toBe("r60");
});

test("generated policies of many rules reach every kind of dispatch", { timeout: 120_000 }, () => {
  const kinds = new Set<number>();
  const waits = new Set<number>();
  const traces = [
    ...fc.sample(arbitraryWideTrace, { seed: 7, numRuns: 150 }),
    ...fc.sample(arbitraryAlikeTrace, { seed: 7, numRuns: 150 }),
    ...fc.sample(arbitraryTextTrace, { seed: 7, numRuns: 30 }),
  ];
  for (const { policies } of traces) {
    for (const { index } of policies.map((policy) => compile(policy))) {
      for (const kind of index.kinds) kinds.add(kind);
      for (const wait of index.waits) waits.add(wait);
    }
  }
  const names = Object.entries(DispatchKind)
    .filter(([, kind]) => !kinds.has(kind))
    .map(([name]) => name);
  expect(names).toEqual([]);
  expect([...waits].sort((a, b) => a - b)).toEqual([0, Phase.term + 1, Phase.rule + 1, Phase.limit + 1]);
});
