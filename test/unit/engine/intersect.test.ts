/** Bit vectors of a program, asked with requests: exactly the rules are found whose ranges, texts and networks hold. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../engine/compile/compile.ts";
import { INDEX_BOUNDS } from "../../../engine/compile/index-tree.ts";
import { Candidates, findCandidates } from "../../../engine/dispatch.ts";
import { makeTests } from "../../../engine/evaluate.ts";
import { Context } from "../../../engine/facts/context.ts";
import { readRequest } from "../../../engine/facts/read-request.ts";
import { makeReaders } from "../../../engine/facts/read-slot.ts";
import { makeRequest, type Request } from "../../../engine/index.ts";
import { DispatchKind, Phase } from "../../../engine/layout.ts";
import { policyOf } from "../../helpers/compiled.ts";

const HEAD = Array.from({ length: 8 }, (_, i) => `route at${i} = GET "/at/${i}"`).join("\n");
const NOTHING = { signal: () => 0, score: () => 0, used: () => 0, condition: () => false };
/** No tree: one node of bit vectors. */
const BOUNDS = { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, cheap: 0 };

class Vectors {
  readonly context: Context;
  readonly found: Candidates;

  constructor(count: number, rule: (i: number) => string) {
    const rules = Array.from({ length: count }, (_, i) => `rule r${i} ${rule(i)} then note "n"`);
    const program = compile(policyOf(`${HEAD}\n${rules.join("\n")}`), BOUNDS);
    this.context = new Context(program, NOTHING, { makeReaders, makeTests });
    this.found = new Candidates(program);
    if (program.index.kinds.join() !== String(DispatchKind.vectors)) throw new Error("there is more than bit vectors");
  }

  get kinds(): ReadonlySet<number> {
    return new Set(this.context.program.index.vectors.flatMap(({ dimensions }) => dimensions.map(({ kind }) => kind)));
  }

  /** The rules found for a request, in the order in which they are found. */
  ask(request: Partial<Request>): readonly number[] {
    const { context, found } = this;
    readRequest(context, makeRequest(request));
    findCandidates(context, found);
    const { entryTarget } = context.program.index;
    return [...found.lists[Phase.rule]!.subarray(0, found.counts[Phase.rule])].map((entry) => entryTarget[entry]!);
  }
}

const ascending = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b);
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const within = (i: number): string => `body.size >= ${10 * i}B and body.size < ${10 * i + 25}B`;
/** The rules of `count` whose range `within` holds a size. */
const holding = (count: number, size: number): readonly number[] =>
  upTo(count).filter((i) => 10 * i <= size && size < 10 * i + 25);

test("each rule is found alone, whichever bit of whichever word it is", () => {
  const vectors = new Vectors(1_100, (i) => `when body.size >= ${10 * i}B and body.size < ${10 * i + 10}B`);
  for (const i of [0, 1, 30, 31, 32, 63, 64, 991, 992, 1_023, 1_024, 1_025, 1_055, 1_056, 1_099])
    expect(vectors.ask({ method: "POST", size: 10 * i + 9 })).toEqual([i]);
  expect(vectors.ask({ method: "POST", size: 11_000 })).toEqual([]);
});

test("all rules are found at once, each once, in the order of their bits", () => {
  const vectors = new Vectors(1_100, (i) => `when body.size >= ${i}B`);
  expect(vectors.ask({ method: "POST", size: 5_000 })).toEqual(upTo(1_100));
  expect(vectors.ask({ method: "POST", size: 40 })).toEqual(upTo(41));
});

const NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "11.0.0.0/8", "2001:db8::/32"];
const HELD: Readonly<Record<string, readonly number[]>> = {
  "10.9.9.9": [0],
  "10.1.9.9": [0, 1],
  "10.1.2.9": [0, 1, 2],
  "11.0.0.1": [3],
  "12.0.0.1": [],
  "2001:db8::1": [4],
  "2001:db9::1": [],
};

/** By kind of dimension: what rule `i` asks besides its range, requests, and whether rule `i` holds for them. */
const KINDS: Readonly<
  Record<
    string,
    {
      readonly kind: number;
      readonly rule: (i: number) => string;
      readonly asked: readonly (readonly [request: Partial<Request>, holds: (i: number) => boolean])[];
    }
  >
> = {
  routes: {
    kind: DispatchKind.route,
    rule: (i) => `on at${i % 3}, at${(i % 3) + 1} when ${within(i)}`,
    asked: [0, 1, 2, 3, 4, 9].map((at) => [{ path: `/at/${at}` }, (i) => at === i % 3 || at === (i % 3) + 1]),
  },
  texts: {
    kind: DispatchKind.text,
    rule: (i) => `when ${within(i)} and (header["x-t"] ?? "none") in ["t${i % 3}", "t${i % 4}"]`,
    asked: ["t0", "t1", "t2", "t3", "other"].map((text) => [
      { headers: { "x-t": text } },
      (i) => text === `t${i % 3}` || text === `t${i % 4}`,
    ]),
  },
  "texts but one": {
    kind: DispatchKind.text,
    rule: (i) => `when ${within(i)} and (header["x-t"] ?? "none") != "t${i % 3}"`,
    asked: ["t0", "t1", "other"].map((text) => [{ headers: { "x-t": text } }, (i) => text !== `t${i % 3}`]),
  },
  networks: {
    kind: DispatchKind.network,
    rule: (i) => `when ${within(i)} and ip in ${NETWORKS[i % NETWORKS.length]!}`,
    asked: Object.entries(HELD).map(([ip, held]) => [{ ip }, (i) => held.includes(i % NETWORKS.length)]),
  },
  beginnings: {
    kind: DispatchKind.prefix,
    rule: (i) => `when ${within(i)} and path.raw starts_with "/${"a".repeat(i % 4)}"`,
    asked: ["/", "/a", "/aab", "/aaaa", "/b"].map((path) => [
      { path },
      (i) => path.startsWith(`/${"a".repeat(i % 4)}`),
    ]),
  },
  ends: {
    kind: DispatchKind.suffix,
    rule: (i) => `when ${within(i)} and path.raw ends_with "${"a".repeat(i % 4)}.b"`,
    asked: ["/.b", "/a.b", "/aaaa.b", "/ba.b", "/x"].map((path) => [
      { path },
      (i) => path.endsWith(`${"a".repeat(i % 4)}.b`),
    ]),
  },
};

describe.each(Object.entries(KINDS))("%s beside a range", (_, { kind, rule, asked }) => {
  const vectors = new Vectors(80, rule);

  test("leave the rules that both leave", () => {
    expect(vectors.kinds).toEqual(new Set([DispatchKind.range, kind]));
    for (const [request, holds] of asked) {
      for (const size of [0, 9, 10, 19, 25, 320, 795, 815, 900])
        expect(ascending(vectors.ask({ size, ...request }))).toEqual(holding(80, size).filter(holds));
    }
  });
});

test("a value that is missing leaves the rules that do not ask for it", () => {
  const vectors = new Vectors(40, (i) =>
    i % 2 === 0 ? `when has ip.asn and ip.asn == ${i % 8}` : `when ${within(i)}`,
  );
  expect(vectors.kinds).toEqual(new Set([DispatchKind.range]));
  const odd = (i: number): boolean => i % 2 === 1;
  expect(ascending(vectors.ask({ size: 55 }))).toEqual(holding(40, 55).filter(odd));
  expect(ascending(vectors.ask({ size: 55, asn: 99 }))).toEqual(holding(40, 55).filter(odd));
  expect(ascending(vectors.ask({ size: 55, asn: 4 }))).toEqual(
    upTo(40).filter((i) => (odd(i) ? holding(40, 55).includes(i) : i % 8 === 4)),
  );
});

test("what comes after a dimension that leaves nothing is not read", () => {
  const vectors = new Vectors(40, (i) => `when ${within(i)} and ip in ${NETWORKS[i % NETWORKS.length]!}`);
  const { context } = vectors;
  const [first, second] = context.program.index.vectors[0]!.dimensions.map(({ slot }) => slot);
  const isRead = (slot: number | undefined): boolean => Math.abs(context.stamps[slot!]!) === context.epoch;
  expect(vectors.ask({ ip: "10.1.2.3", size: 10_000 })).toEqual([]);
  expect([isRead(first), isRead(second)]).toEqual([true, false]);
  expect(vectors.ask({ ip: "10.1.2.3", size: 10 })).not.toEqual([]);
  expect([isRead(first), isRead(second)]).toEqual([true, true]);
});

test("rules that each dimension leaves a word of, but no bit that both have, are not found", () => {
  const vectors = new Vectors(64, (i) => `when body.size >= ${i}B and (header["x-t"] ?? "") == "t${i % 16}"`);
  expect(vectors.ask({ size: 14, headers: { "x-t": "t15" } })).toEqual([]);
  expect(ascending(vectors.ask({ size: 47, headers: { "x-t": "t15" } }))).toEqual([15, 31, 47]);
});
