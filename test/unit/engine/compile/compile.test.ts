/** The program of a policy: what each declaration becomes, what the index finds, and what is asked otherwise. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../../engine/compile/compile.ts";
import { FALSE, TRUE } from "../../../../engine/compile/literals.ts";
import { INDEX_BOUNDS } from "../../../../engine/compile/index-tree.ts";
import { Phase, SlotOp, TestOp } from "../../../../engine/layout.ts";
import { type Program, RecordPhase, SignalKind } from "../../../../engine/program.ts";
import { compiled, policyOf } from "../../../helpers/compiled.ts";

const HEAD = `route order = POST "/orders"
route view = GET "/orders/{id}"
`;

/** Targets by phase, of all entries of the index. */
function filed({ index }: Program, phase: number): readonly number[] {
  const targets = [...index.entryTarget].filter((_, entry) => index.entryPhase[entry] === phase);
  return [...new Set(targets)].sort((a, b) => a - b);
}

/** What a literal asks, as operations in the order of the condition; those it negates below zero. */
function asked({ tests }: Program, literal: number): readonly number[] {
  const node = literal >> 1;
  if (tests.op[node] !== TestOp.all) return [(literal & 1) === 0 ? tests.op[node]! : -tests.op[node]!];
  return [...tests.lists.subarray(tests.a[node], tests.b[node])].flatMap((each) => asked({ tests } as Program, each));
}

describe("signals", () => {
  const program = (): Program =>
    compiled(`${HEAD}signal counted = count per ip over 1m
signal kept = count where served per ip over 1m
signal answered = count where response.status == 500 per ip over 1m
signal fresh = novel(ip) per host over 1h
signal freshly = novel(ip) where served per host over 1h
signal answering = novel(ip) where response.status == 500 per host over 1h
signal last = elapsed(order) per ip over 1m
signal odd = deviation per ip over 1m against 1h
signal oddly = deviation where response.status == 500 per ip over 1m against 1h`);
  const NAMES = ["counted", "kept", "answered", "fresh", "freshly", "answering", "last", "odd", "oddly"];
  const names = (indices: Iterable<number>): readonly string[] => Array.from(indices, (index) => NAMES[index]!);

  test("of the request are found by the index, but for those that learn when all is decided", () => {
    expect(names(filed(program(), Phase.signal))).toEqual(["counted", "odd"]);
  });

  test("are recorded when what they speak of is known", () => {
    const { served, taught, elapsed, pending } = program();
    expect(names(served)).toEqual(["kept"]);
    expect(names(taught)).toEqual(["fresh", "freshly", "odd"]);
    expect(names(elapsed)).toEqual(["last"]);
    expect(names(pending.signals)).toEqual(["answered", "answering", "oddly"]);
  });

  test("have their phase, kind and key", () => {
    const { signals } = program();
    expect(signals.map(({ phase }) => phase)).toEqual([
      RecordPhase.request,
      RecordPhase.served,
      RecordPhase.outcome,
      RecordPhase.request,
      RecordPhase.served,
      RecordPhase.outcome,
      RecordPhase.request,
      RecordPhase.request,
      RecordPhase.outcome,
    ]);
    expect(signals[6]?.kind).toBe(SignalKind.elapsed);
    const keys = signals.map(({ key }) => key);
    expect([keys[0] === keys[1], keys[0] === keys[3], keys[3] === keys[4]]).toEqual([true, false, true]);
  });

  test("are of requests on their routes for which their condition holds", () => {
    const program = compiled(`${HEAD}signal all = count per ip over 1m
signal some = count on order where body.size > 1KB per ip over 1m
signal since = elapsed(view) per ip over 1m
signal both = elapsed(order) where body.size > 1KB per ip over 1m`);
    const conditions = program.signals.map(({ condition }) => condition);
    expect(conditions[0]).toBe(TRUE);
    expect(conditions.slice(1).map((literal) => asked(program, literal).toSorted((a, b) => a - b))).toEqual([
      [-TestOp.atMost, TestOp.inNumbers],
      [TestOp.inNumbers],
      [-TestOp.atMost, TestOp.inNumbers],
    ]);
  });
});

describe("scores", () => {
  test("are terms one after the other, each with its score and points, found by the index", () => {
    const program = compiled(`score heat { +1 when host == "a" -2 when host == "b" }
score cold { +3 when host == "c" }
rule r when heat > 1 and cold > 1 then block`);
    expect(program.terms).toEqual([
      { score: 0, points: 1 },
      { score: 0, points: -2 },
      { score: 1, points: 3 },
    ]);
    expect(filed(program, Phase.term)).toEqual([0, 1, 2]);
  });

  test.each([
    ["count per ip over 1m", false],
    ["count where served per ip over 1m", true],
    ["deviation per ip over 1m against 1h", true],
  ])("must be had at once where they read what the decision changes: %s", (aggregate, late) => {
    const program = compiled(`signal s = ${aggregate}\nscore heat { +1 when host == "a" +1 when s > 5 }`);
    expect(program.lateScores).toBe(late);
  });
});

describe("rules", () => {
  const made = (): Program =>
    compiled(`${HEAD}limit first per ip allow 5 per 1s
rule plain on order when host == "a" then note "n"
rule banning when host == "b" then block for 1m per ip
limit second per ip allow 5 per 1s
rule elsewhere when host == "c" then block for 1m per host on view
rule again when host == "d" then block for 1m per ip`);

  test("have the key of their ban, or none, each key once", () => {
    const { rules, limits, banKeys } = made();
    const [plain, banning, elsewhere, again] = rules.map(({ banKey }) => banKey);
    expect(plain).toBe(-1);
    expect([banning === again, banning === elsewhere, banning! >= 0]).toEqual([true, false, true]);
    expect([...banKeys]).toEqual([banning, elsewhere]);
    expect(banning).toBe(limits[0]?.key);
  });

  test("have the routes that their ban holds on", () => {
    const program = made();
    const { rules } = program;
    expect(rules.map(({ banOn }) => banOn === TRUE)).toEqual([true, true, false, true]);
    expect(asked(program, rules[2]!.banOn)).toEqual([TestOp.inNumbers]);
  });

  test("and limits have their place among each other", () => {
    const { rules, limits } = made();
    expect(rules.map(({ place }) => place)).toEqual([1, 2, 4, 5]);
    expect(limits.map(({ place }) => place)).toEqual([0, 3]);
    expect(rules.map(({ rollout }) => rollout.place)).toEqual([1, 2, 4, 5]);
    expect(limits.map(({ rollout }) => rollout.place)).toEqual([0, 3]);
  });

  test("and limits are found by the index", () => {
    const program = made();
    expect([filed(program, Phase.rule), filed(program, Phase.limit)]).toEqual([
      [0, 1, 2, 3],
      [0, 1],
    ]);
  });

  test("that never hold are in no index, and those that always do with nothing to test", () => {
    const { index } = compiled('rule never when host == "a" and host != "a" then block\nrule always then note "n"');
    expect([[...index.entryTarget], [...index.residuals]]).toEqual([[1], []]);
    expect(FALSE).not.toBe(TRUE);
  });

  test("of several alternatives are in it once for each", () => {
    const { index } = compiled('rule either when host == "a" or method is POST then block');
    expect([...index.entryTarget]).toEqual([0, 0]);
  });
});

test("limits have a cost and a refund, or none", () => {
  const program = compiled(`limit plain per ip allow 5 per 1s
limit dear per ip allow 5 per 1s cost query.count refund when response.status == 500`);
  const [plain, dear] = program.limits;
  expect([plain?.cost, plain?.refund]).toEqual([-1, -1]);
  expect(program.slots.op[dear!.cost]).toBe(SlotOp.queryCount);
  expect(asked(program, dear!.refund)).toEqual([TestOp.equals]);
});

describe("texts that are tested one by one share a pass", () => {
  const many = (make: (i: number) => string): string => Array.from({ length: 20 }, (_, i) => make(i)).join("\n");
  const grouped = (text: string): number => {
    const { textGroups } = compile(policyOf(text), { ...INDEX_BOUNDS });
    return textGroups.groupOf.filter((group) => group >= 0).length;
  };
  const among = (i: number): string => `(path.raw contains "needle-${i}-")`;

  test.each<readonly [string, (i: number) => string]>([
    ["of signals that are recorded later", (i) => `signal s${i} = count where served and ${among(i)} per ip over 1m`],
    ["of signals that learn", (i) => `signal s${i} = novel(ip) where ${among(i)} per host over 1h`],
    ["of hits of shares", (i) => `signal s${i} = share(${among(i)}) per ip over 1m`],
    ["of refunds", (i) => `limit l${i} per ip allow 5 per 1s refund when response.status == 500 and ${among(i)}`],
    ["of negations that the index leaves", (i) => `rule r${i} when not ${among(i)} then note "n"`],
    ["of classes", (i) => `class c${i} = one when ${among(i)}, else two\nsignal s${i} = count per c${i} over 1m`],
  ])("%s", (_, make) => {
    expect(grouped(many(make))).toBe(20);
  });

  test("but none that the index finds", () => {
    expect(grouped(many((i) => `rule r${i} when ${among(i)} then note "n"`))).toBe(0);
    expect(grouped(many((i) => `signal s${i} = count where ${among(i)} per ip over 1m`))).toBe(0);
  });
});

test("a policy is compiled to the same program, whatever the index may take", () => {
  const policy = policyOf(
    Array.from(
      { length: 40 },
      (_, i) => `rule r${i} when body.size > ${i}B and host == "h${i % 3}" then note "n"`,
    ).join("\n"),
  );
  const [free, bound] = [compile(policy), compile(policy, { ...INDEX_BOUNDS, copies: 0, copiesEach: 0, words: 0 })];
  expect({ ...bound, index: null, textGroups: null, routes: null, inventory: null }).toEqual({
    ...free,
    index: null,
    textGroups: null,
    routes: null,
    inventory: null,
  });
  expect([free.index.kinds.length > 0, bound.index.kinds.length]).toEqual([true, 0]);
});
