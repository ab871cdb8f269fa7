/** The walk through an index: what each kind of dispatcher leads to, what waits for its phase, and that a node is visited once. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../engine/compile/compile.ts";
import { INDEX_BOUNDS, type IndexBounds } from "../../../engine/compile/index-tree.ts";
import { Candidates, findCandidates, findWaiting } from "../../../engine/dispatch.ts";
import { makeTests } from "../../../engine/evaluate.ts";
import { Context, type SlotReader } from "../../../engine/facts/context.ts";
import { readRequest } from "../../../engine/facts/read-request.ts";
import { makeReaders } from "../../../engine/facts/read-slot.ts";
import { makeRequest, type Policy, type Request } from "../../../engine/index.ts";
import { DispatchKind, Phase } from "../../../engine/layout.ts";
import { policyOf } from "../../helpers/compiled.ts";

const HEAD = `${Array.from({ length: 9 }, (_, i) => `route at${i} = GET "/at/${i}"`).join("\n")}
signal seen = count per ip over 1m
`;
/** Trees alone. */
const BOUNDS = { ...INDEX_BOUNDS, effort: 0 };
const KIND_NAMES = Object.fromEntries(Object.entries(DispatchKind).map(([name, kind]) => [kind, name]));

class Index {
  readonly context: Context;
  readonly found: Candidates;
  /** What the signal reads. */
  seen = 0;

  constructor(policy: Policy, reader: Partial<SlotReader> = {}, bounds: IndexBounds = BOUNDS) {
    const program = compile(policy, bounds);
    const signal = (_: number, slot: number): void => {
      this.context.numbers[slot] = this.seen;
    };
    const nothing = { signal, score: () => 0, used: () => 0, condition: () => false };
    this.context = new Context(program, { ...nothing, ...reader }, { makeReaders, makeTests });
    this.found = new Candidates(program);
  }

  get kinds(): readonly string[] {
    return Array.from(this.context.program.index.kinds, (kind) => KIND_NAMES[kind] ?? "");
  }

  ask(request: Partial<Request>): readonly number[] {
    readRequest(this.context, makeRequest(request));
    findCandidates(this.context, this.found);
    return this.targets(Phase.rule);
  }

  await(phase: number): readonly number[] {
    findWaiting(this.context, this.found, phase);
    return this.targets(phase);
  }

  /** Targets of the entries found for a phase, as often as they were found. */
  targets(phase: number): readonly number[] {
    const { found } = this;
    const entries = found.lists[phase]!.subarray(0, found.counts[phase]);
    return Array.from(entries, (entry) => this.context.program.index.entryTarget[entry]!).sort((a, b) => a - b);
  }
}

function indexOf(count: number, rule: (i: number) => string): Index {
  const rules = Array.from({ length: count }, (_, i) => `rule r${i} ${rule(i)} then note "n"`);
  return new Index(policyOf(HEAD + rules.join("\n")));
}

describe("a request is led to the rules that ask", () => {
  const nested = (i: number): string => `/${"a/".repeat(i)}`;

  test.each<
    readonly [
      kind: keyof typeof DispatchKind,
      rule: (i: number) => string,
      asked: readonly (readonly [Partial<Request>, readonly number[]])[],
    ]
  >([
    [
      "route",
      (i) => `on at${i}`,
      [
        [{ path: "/at/0" }, [0]],
        [{ path: "/at/8" }, [8]],
        [{ path: "/none" }, []],
      ],
    ],
    [
      "number",
      (i) => `when has ip.asn and ip.asn == ${i}`,
      [
        [{ asn: 0 }, [0]],
        [{ asn: 8 }, [8]],
        [{ asn: 9 }, []],
        [{}, []],
      ],
    ],
    [
      "text",
      (i) => `when has header["x-t"] and header["x-t"] == "t${i}"`,
      [
        [{ headers: { "x-t": "t3" } }, [3]],
        [{ headers: { "x-t": "t" } }, []],
        [{}, []],
      ],
    ],
    [
      "member",
      (i) => `when has token.scopes and "s${i}" in token.scopes`,
      [
        [{ scopes: ["s3", "x", "s0", "s3"] }, [0, 3]],
        [{ scopes: [] }, []],
        [{}, []],
      ],
    ],
    [
      "network",
      (i) => `when method is GET and ip in 10.${i >> 1}.${i & 1}.0/${i % 2 === 0 ? 16 : 24}`,
      [
        [{ ip: "10.1.1.1" }, [2, 3]],
        [{ ip: "10.1.2.1" }, [2]],
        [{ ip: "11.1.2.1" }, []],
      ],
    ],
    [
      "prefix",
      (i) => `when path.raw starts_with "${nested(i)}"`,
      [
        [{ path: "/a/a/b" }, [0, 1, 2]],
        [{ path: nested(20) }, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
      ],
    ],
    [
      "suffix",
      (i) => `when path.raw ends_with "${"/a".repeat(i + 1)}"`,
      [
        [{ path: "/b/a/a" }, [0, 1]],
        [{ path: "/b" }, []],
      ],
    ],
    [
      "range",
      (i) => `when body.size >= ${i}B and body.size < ${i + 2}B`,
      [
        [{ method: "POST", size: 5 }, [4, 5]],
        [{ method: "POST", size: 50 }, []],
      ],
    ],
    [
      "contained",
      (i) => `when path.raw contains "-${i}-"`,
      [
        [{ path: "/-8-0-" }, [0, 8]],
        [{ path: "/-80-" }, []],
      ],
    ],
    [
      "containedFolded",
      (i) => `when path.raw matches /ab${i}[x-z]/i`,
      [
        [{ path: "/Ab3x" }, [3]],
        [{ path: "/ab" }, []],
      ],
    ],
  ])("by %s", (kind, rule, asked) => {
    const index = indexOf(9, rule);
    expect(index.kinds).toEqual([kind]);
    // Twice: nothing is left over from the request before.
    for (const [request, targets] of [...asked, ...asked]) expect(index.ask(request)).toEqual(targets);
  });

  test("by bit vectors, beside what is found without them", () => {
    const rules = Array.from({ length: 128 }, (_, i) => {
      const ranges = `body.size >= ${i >> 1}B and ip.asn ?? 0 <= ${i}`;
      return `rule r${i} when (header["x-t"] ?? "") == "t${i & 1}" and ${ranges} then note "n"`;
    });
    const index = new Index(policyOf(`${HEAD}${rules.join("\n")}\nrule always then note "n"`), {}, INDEX_BOUNDS);
    expect(index.kinds).toContain("vectors");
    const held = (text: number): readonly number[] =>
      Array.from({ length: 11 }, (_, half) => 2 * half + text).filter((i) => i >= 2);
    const asked = (text: number): Partial<Request> => ({
      method: "POST",
      size: 10,
      asn: 2,
      headers: { "x-t": `t${text}` },
    });
    for (const text of [0, 1, 0]) expect(index.ask(asked(text))).toEqual([...held(text), 128]);
    expect(index.ask({ ...asked(0), headers: {} })).toEqual([128]);
  });

  test("one thing after the other, with what is filed along neither", () => {
    const index = indexOf(
      40,
      (i) =>
        `when ${i === 0 ? "method is GET" : `(header["x-t"] ?? "") == "t${i % 5}" and (header["x-u"] ?? "") == "u${i % 8}"`}`,
    );
    expect(new Set(index.kinds)).toEqual(new Set(["text"]));
    expect(index.ask({ headers: { "x-t": "t3", "x-u": "u0" } })).toEqual([0, 8]);
    expect(index.ask({ headers: { "x-t": "t3", "x-u": "u3" } })).toEqual([0, 3]);
    expect(index.ask({ headers: { "x-t": "t9", "x-u": "u3" } })).toEqual([0]);
  });
});

describe("a node that several keys lead to", () => {
  test("is visited once, and what else is found with it is found", () => {
    const around = Array.from({ length: 12 }, (_, i) => `10.0.0.0/${8 + i}`).join(", ");
    const index = indexOf(8, (i) => `when ip in [${i < 7 ? around : "10.0.0.1"}] and not (path.raw contains "c${i}")`);
    expect(index.ask({ ip: "10.0.0.1" })).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(index.ask({ ip: "10.0.0.2" })).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(index.ask({ ip: "11.0.0.2" })).toEqual([]);
  });

  test("is visited again when epochs begin anew", () => {
    const index = indexOf(8, (i) => `when (header["x-t"] ?? "") == "t${i}"`);
    const asked = { headers: { "x-t": "t3" } };
    expect([index.ask(asked), index.context.epoch]).toEqual([[3], 1]);
    index.context.epoch = 0x3ffffffe;
    expect([index.ask(asked), index.context.epoch]).toEqual([[3], 1]);
  });
});

describe("what is told apart by state", () => {
  const states = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, i) => `when seen == ${i} and method is GET`);

  test("is found when its phase asks, and its state is not read before", () => {
    let reads = 0;
    const rules = states(20).map((when, i) => `rule r${i} ${when} then note "n"`);
    const limits = states(20).map((when, i) => `limit l${i} ${when} per ip allow 5 per 1s`);
    const index = new Index(policyOf(HEAD + [...rules, ...limits].join("\n")), {
      signal: (_, slot) => {
        reads++;
        index.context.numbers[slot] = index.seen;
      },
    });
    index.seen = 7;
    expect(index.ask({})).toEqual([]);
    expect([index.await(Phase.term), index.await(Phase.signal), reads]).toEqual([[], [0], 0]);
    expect([index.await(Phase.rule), index.targets(Phase.limit), reads]).toEqual([[7], [], 1]);
    expect([index.await(Phase.limit), index.targets(Phase.rule), reads]).toEqual([[7], [7], 1]);
    expect(index.ask({})).toEqual([]);
    expect(index.targets(Phase.limit)).toEqual([]);
  });

  test("is found on every way that waits", () => {
    const index = indexOf(80, (i) => `when seen >= ${i >> 2} and (header["x-${i % 4}"] ?? "") == "on"`);
    index.seen = 3;
    const headers = { "x-0": "on", "x-1": "on", "x-3": "on" };
    expect(index.ask({ headers })).toEqual([]);
    const expected = Array.from({ length: 16 }, (_, i) => i).filter((i) => i % 4 !== 2);
    expect(index.await(Phase.rule)).toEqual(expected);
  });

  test("may ask for another phase while it is found, and neither loses anything", () => {
    const terms = Array.from({ length: 20 }, (_, i) => `+1 when seen == ${i}`);
    const rules = Array.from(
      { length: 60 },
      (_, i) => `rule r${i} when heat >= ${i % 20} and (header["x-${i % 3}"] ?? "") == "on" then note "n"`,
    );
    const asked: (readonly number[])[] = [];
    const index = new Index(policyOf(`${HEAD}score heat { ${terms.join(" ")} }\n${rules.join("\n")}`), {
      score: () => {
        asked.push(index.await(Phase.term));
        return 4;
      },
    });
    index.seen = 9;
    expect(index.ask({ headers: { "x-0": "on", "x-2": "on" } })).toEqual([]);
    const held = Array.from({ length: 60 }, (_, i) => i).filter((i) => i % 20 <= 4 && i % 3 !== 1);
    expect(index.await(Phase.rule)).toEqual(held);
    expect(asked).toEqual([[9]]);
    expect(index.found.stage).toBe(0);
  });
});
