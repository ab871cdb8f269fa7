/** What a request costs does not grow with the rules: counted, because time is noise, and on requests made to cost most. */
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { compile } from "../../../../engine/compile/compile.ts";
import { INDEX_BOUNDS } from "../../../../engine/compile/index-tree.ts";
import { makeRequest, type Policy, type Request } from "../../../../engine/index.ts";
import { Phase } from "../../../../engine/layout.ts";
import { IndexProbe } from "../../../helpers/index-probe.ts";

const FEW = 100;
const MANY = 3_000;
/** Requests of each policy, with values of other rules in each place. */
const REQUESTS = 400;
/** Words of bit vectors that are read in the time that one of the other things takes. */
const WORDS = 8;
/** What a rule that matches may cost: to be found, and that its literals are tested. */
const EACH_MATCH = 6;
/** Primes that turn numbers into others far from them. */
const STRIDES = [7, 193, 1_009, 3_571] as const;

interface Way {
  readonly name: string;
  readonly declare?: string;
  /** Condition of rule `i` of `n`. */
  readonly rule: (i: number, n: number) => string;
  /** Values from rules `a`, `b`, `c` and `d`, one for each place. */
  readonly request: (a: number, b: number, c: number, d: number) => Partial<Request>;
}

const FACTS = 'fact depth : int from header "x-depth"\nfact target : ip from header "x-target"';

function address(i: number): string {
  return `10.${(i >> 8) & 255}.${i & 255}.${(i * 7) & 255}`;
}

/** Networks of many lengths around addresses, so that they hold each other. */
function around(i: number, shift: number): string {
  const length = 8 + ((i + shift) % 24);
  const bytes = address(i).split(".").map(Number);
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const base = length === 32 ? value : Math.floor(value / 2 ** (32 - length)) * 2 ** (32 - length);
  return `${[24, 16, 8, 0].map((bits) => Math.floor(base / 2 ** bits) % 256).join(".")}/${length}`;
}

const WAYS: readonly Way[] = [
  {
    name: "two numbers whose ranges overlap",
    declare: FACTS,
    rule: (i) => `body.size >= ${i * 10}B and depth ?? 0 <= ${i * 10}`,
    request: (a, b) => ({ method: "POST", size: a * 10, facts: { depth: b * 10 } }),
  },
  {
    name: "ranges around a middle",
    declare: FACTS,
    rule: (i, n) =>
      `body.size >= ${i}B and body.size <= ${2 * n - i}B and depth ?? 0 >= ${n - i} and depth ?? 0 <= ${n + i}`,
    request: (a, b) => ({ method: "POST", size: a, facts: { depth: b } }),
  },
  {
    name: "two networks, a range and a word",
    declare: FACTS,
    rule: (i) => {
      const least = (i * 37) % 5_000;
      const places = `ip in ${around(i * 31, 0)} and has target and target in ${around(i * 17, 5)}`;
      return `${places} and depth ?? 0 >= ${least} and depth ?? 0 <= ${least + 40} and header["x-t"] ?? "" == "t${i % 3}"`;
    },
    request: (a, b, c, d) => ({
      ip: address(a * 31),
      headers: { "x-t": `t${d % 3}` },
      facts: { target: address(b * 17), depth: ((c * 37) % 5_000) + 20 },
    }),
  },
  {
    name: "prefixes that begin each other, and a range",
    rule: (i) =>
      `path.raw starts_with "/${"a/".repeat(i % 20)}" and body.size >= ${i * 8}B and body.size < ${i * 8 + 8}B`,
    request: (a, b) => ({ method: "POST", path: `/${"a/".repeat(a % 25)}b`, size: b * 8 }),
  },
  {
    name: "texts that they contain, and two numbers whose ranges overlap",
    declare: FACTS,
    rule: (i) => `path.raw contains "-${i % 50}-" and body.size >= ${i * 10}B and depth ?? 0 <= ${i * 10}`,
    request: (a, b, c, d) => ({
      method: "POST",
      path: `/-${c % 50}-${d % 50}-`,
      size: a * 10,
      facts: { depth: b * 10 },
    }),
  },
  {
    name: "everything but",
    declare: Array.from({ length: 16 }, (_, no) => {
      const others = Array.from({ length: 17 }, (_each, other) => other).filter((other) => other !== no);
      return `list not${no} : string = [${others.map((other) => `"v${other}"`).join(", ")}]`;
    }).join("\n"),
    rule: (i) => {
      const parts = [0, 1, 2].map((place) => `header["x-${place}"] ?? "v16" not in not${(i >> (4 * place)) & 15}`);
      return parts.join(" and ");
    },
    request: (a, b, c) => ({
      headers: { "x-0": `v${a & 15}`, "x-1": `v${(b >> 4) & 15}`, "x-2": `v${(c >> 8) & 15}` },
    }),
  },
  {
    name: "long lists that share members",
    declare: Array.from({ length: 20 }, (_, no) => {
      const words = Array.from({ length: 400 }, (_each, word) => `"w${word + 20 * no}"`);
      return `list l${no} : string = [${words.join(", ")}]`;
    }).join("\n"),
    rule: (i) => `header["x-t"] ?? "" in l${i % 20} and body.size >= ${i * 4}B and body.size < ${i * 4 + 4}B`,
    request: (a, b) => ({ method: "POST", headers: { "x-t": `w${(a * 13) % 800}` }, size: b * 4 }),
  },
  {
    name: "what a signal reads",
    declare: "signal seen = count per ip over 1m",
    rule: (i) => `seen >= ${i * 10} and seen < ${i * 10 + 10} and header["x-t"] ?? "" == "t${i % 2}"`,
    request: (a) => ({ headers: { "x-t": `t${a % 2}` } }),
  },
];

function policyOf({ declare, rule }: Way, count: number): Policy {
  const rules = Array.from({ length: count }, (_, i) => `rule r${i} when ${rule(i, count)} then note "n${i % 9}"`);
  const files = { "rules.edgepolicy": rules.join("\n") };
  const head = 'policy "p" { default allow unavailable closed }\nimport "rules.edgepolicy"\n';
  const { policy, diagnostics } = loadPolicyText(`${head}${declare ?? ""}\n`, files);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return policy!;
}

/** The most that a request costs beyond what it must: each rule that matches has to be found and told. */
function mostWork(way: Way, policy: Policy, bounds = INDEX_BOUNDS): number {
  const count = policy.rules.length;
  let signal = 0;
  const probe = new IndexProbe(compile(policy, bounds), () => signal);
  let most = 0;
  for (let index = 0; index < REQUESTS; index++) {
    const [a = 0, b = 0, c = 0, d = 0] = STRIDES.map((stride) => (index * stride) % count);
    // Half of them take all values from rules near each other, where most holds at once.
    const near = index % 2 === 0;
    signal = a * 10;
    probe.find(makeRequest(way.request(a, near ? a : b, near ? a + 1 : c, near ? a : d)));
    const { nodes, entries, literals, words } = probe.work();
    const matches = probe.targets()[Phase.rule]!.length;
    most = Math.max(most, nodes + entries + literals + words / WORDS - EACH_MATCH * matches);
  }
  return most;
}

/** No index: every condition is tested in turn. */
const NONE = { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, words: 0 };
/** What few rules may cost in any case. */
const FLOOR = 8;

test.each(WAYS)(
  "thirty times the rules cost at most twice as much that differ by $name",
  { timeout: 60_000 },
  (way) => {
    const policy = policyOf(way, MANY);
    expect(mostWork(way, policy)).toBeLessThanOrEqual(2 * Math.max(mostWork(way, policyOf(way, FEW)), FLOOR));
    expect(mostWork(way, policy, NONE)).toBeGreaterThan(MANY);
  },
);
