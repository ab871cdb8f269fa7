/** What an engine holds besides the program: its time, the outcomes that it awaits over reloads, replaced lists, and its place among others. */
import { describe, expect, test } from "vitest";
import {
  createEngine,
  createReference,
  type DecisionRecord,
  makeOutcome,
  makeRequest,
  type PolicyEngine,
  restoreEngine,
  shareEngine,
  type StatefulEngine,
} from "../../../engine/index.ts";
import { createEngineOn } from "../../../engine/engine.ts";
import { readSnapshot } from "../../../engine/snapshot/read-snapshot.ts";
import { Arena } from "../../../engine/state/arena.ts";
import { policyOf } from "../../helpers/compiled.ts";
import { ENGINES } from "../../helpers/engines.ts";

const SECOND = 1_000_000;
const NOW = 1_767_225_600 * SECOND;
const IP = [{ option: 0, value: "10.0.0.1" }] as const;
const CALL = makeRequest({ ip: "10.0.0.1", path: "/" });
const FAILED = makeOutcome(500);

function labels(engine: PolicyEngine, now: number): readonly string[] {
  return engine.decide(CALL, now).toDecision().labels;
}

describe.each(ENGINES)("$name", ({ make }) => {
  describe("time", () => {
    const timed = policyOf(`rule past_ten when now >= 2026-01-01T00:00:10Z then note "past ten"
      rule last when now >= 2255-06-05T23:47:34Z then note "last"`);

    test.each([0, NOW, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("that steps back, or to %d, is held", (next) => {
      const engine = make(timed);
      expect(labels(engine, NOW + 10 * SECOND - 1)).toEqual([]);
      expect(labels(engine, NOW + 10 * SECOND)).toEqual(["past ten"]);
      expect(labels(engine, next)).toEqual(["past ten"]);
      engine.observe(1, FAILED, next);
      expect(labels(engine, NOW)).toEqual(["past ten"]);
    });

    test("goes on by outcomes too, of requests that nobody knows as well", () => {
      const engine = make(timed);
      expect(engine.observe(1, FAILED, NOW + 10 * SECOND)).toBe(false);
      expect(labels(engine, NOW)).toEqual(["past ten"]);
    });

    test("goes up to the last integer that is one", () => {
      expect(labels(make(timed), Number.MAX_SAFE_INTEGER)).toEqual(["past ten", "last"]);
      const engine = make(timed);
      engine.observe(1, FAILED, Number.MAX_SAFE_INTEGER);
      expect(labels(engine, NOW)).toEqual(["past ten", "last"]);
    });
  });

  describe("a route", () => {
    const routes = policyOf(`route a = GET "/a"
      route b = GET "/b/{id}"
      signal calls = count per ip over 1h
      score heat { +3 when query.count > 1 +4 when path.raw starts_with "/b" }
      rule trap when path.raw == "/trap" then block`);
    const to = (path: string, method = "GET"): ReturnType<typeof makeRequest> =>
      makeRequest({ ip: "10.0.0.1", path, method });

    test("is told without deciding", () => {
      const engine = make(routes);
      const told = [to("/a"), to("/b/1?x"), to("/c"), to("/a", "POST")].map((request) => engine.routeOf(request));
      expect(told).toEqual([0, 1, -1, -1]);
      expect(engine.readings.signal("calls", IP, 0)).toBe(0);
    });

    test("that is told in between changes nothing of the decision before", () => {
      const engine = make(routes);
      const record = engine.decide(to("/b/1?x&y"), NOW);
      engine.routeOf(to("/a"));
      expect(record.toDecision()).toMatchObject({ scores: { heat: 7 }, verdict: "allow" });
      const refused = engine.decide(to("/b/%2f?x&y"), NOW);
      engine.routeOf(to("/a"));
      expect(refused.toDecision()).toMatchObject({ scores: {}, reason: "ambiguous_path" });
    });
  });

  describe("lists that were replaced", () => {
    const files = { "a.txt": "a\n", "b.txt": "b\n", "c.txt": "c\n" };
    const lists = (one: string, two: string): ReturnType<typeof policyOf> =>
      policyOf(
        `list one : string from "${one}.txt"
         list two : string from "${two}.txt"
         signal seen = count where response.status == 500 and host in one per ip over 1h
         rule in_one when host in one then note "one"
         rule in_two when host in two then note "two"`,
        files,
      );
    const labelsOf = (engine: PolicyEngine, ...hosts: readonly string[]): readonly string[] =>
      hosts.map((host) => engine.decide(makeRequest({ host }), NOW).toDecision().labels.join());

    test("keep their values over every reload, each by itself", () => {
      const engine = make(lists("a", "b"));
      engine.setList("one", ["x"]);
      engine.setList("two", ["y"]);
      engine.setList("one", ["z"]);
      for (let reload = 0; reload < 3; reload++) {
        expect(labelsOf(engine, "a", "b", "x", "y", "z")).toEqual(["", "", "", "two", "one"]);
        engine.reload(lists("a", "b"));
      }
      engine.reload(lists("c", "b"));
      expect(labelsOf(engine, "a", "c", "z", "y")).toEqual(["", "one", "", "two"]);
      engine.reload(lists("a", "c"));
      expect(labelsOf(engine, "a", "c", "z", "y")).toEqual(["one", "two", "", ""]);
    });
  });

  describe("a request that waits for its outcome", () => {
    const counting = (rest = ""): ReturnType<typeof policyOf> =>
      policyOf(`signal failed = count where response.status == 500 per ip over 1h\n${rest}`);

    test("is known by each policy that comes after, and once", () => {
      const engine = make(counting());
      const tokens = [engine.decide(CALL, NOW).token];
      engine.reload(counting('rule note when path.raw == "/" then note "n"'));
      tokens.push(engine.decide(CALL, NOW).token, engine.decide(CALL, NOW).token);
      engine.reload(counting("limit pace per ip allow 10 per 1h"));
      tokens.push(engine.decide(CALL, NOW).token);
      expect(new Set(tokens).size).toBe(4);
      const counts = [1, 0, 3, 2].map((at) => {
        expect(engine.observe(tokens[at]!, FAILED, NOW)).toBe(true);
        expect(engine.observe(tokens[at]!, FAILED, NOW)).toBe(false);
        return engine.readings.signal("failed", IP, NOW);
      });
      expect(counts).toEqual([1, 2, 3, 4]);
    });

    test("goes to state that is still there, and to none that is gone", () => {
      const engine = make(counting());
      const { token } = engine.decide(CALL, NOW);
      engine.reload(policyOf(""));
      expect(engine.observe(token, FAILED, NOW)).toBe(true);
      engine.reload(counting());
      expect(engine.readings.signal("failed", IP, NOW)).toBe(0);
    });
  });
});

describe("of requests that wait for their outcome", () => {
  const counting = policyOf("signal failed = count where response.status == 500 per ip over 1h");
  const take = (engine: PolicyEngine): number => engine.decide(CALL, NOW).token;
  const known = (engine: PolicyEngine, tokens: readonly number[]): readonly boolean[] =>
    tokens.map((token) => engine.observe(token, FAILED, NOW));

  test("as many are kept as may wait, over all policies, and the oldest go", () => {
    const engine = createEngine(counting, { pendingOutcomes: 3 });
    const tokens = [take(engine)];
    engine.reload(counting);
    tokens.push(take(engine));
    engine.reload(counting);
    tokens.push(take(engine));
    tokens.push(take(engine), take(engine));
    expect(known(engine, tokens)).toEqual([false, false, true, true, true]);
    expect(engine.readings.signal("failed", IP, NOW)).toBe(3);
  });

  test("none goes while there are just as many as may wait", () => {
    const engine = createEngine(counting, { pendingOutcomes: 3 });
    const tokens = [take(engine), take(engine)];
    engine.reload(counting);
    tokens.push(take(engine));
    expect(known(engine, tokens)).toEqual([true, true, true]);
  });

  test("those of the four latest policies that have any are kept", () => {
    const engine = createEngine(counting);
    const tokens: number[] = [];
    for (let policy = 0; policy < 6; policy++) {
      tokens.push(take(engine));
      engine.reload(counting);
      engine.reload(counting);
    }
    expect(known(engine, tokens)).toEqual([false, false, true, true, true, true]);
  });

  test("those of a policy that has been answered are not asked for again", () => {
    const engine = createEngine(counting, { pendingOutcomes: 1 });
    const first = take(engine);
    engine.reload(counting);
    expect(known(engine, [first])).toEqual([true]);
    const second = take(engine);
    engine.reload(counting);
    expect(known(engine, [second, first])).toEqual([true, false]);
  });
});

test("an outcome is taken by the lists of the policy that decided, with the values that they have by now", () => {
  const files = { "a.txt": "a\n", "b.txt": "b\n" };
  const listed = (file: string): ReturnType<typeof policyOf> =>
    policyOf(
      `list bad : string from "${file}.txt"
       signal seen = count where response.status == 500 and host in bad per ip over 1h`,
      files,
    );
  const ask = (engine: PolicyEngine, host: string): number =>
    engine.decide(makeRequest({ ip: "10.0.0.1", host }), NOW).token;
  const counted = (engine: PolicyEngine, token: number): number => {
    const before = engine.readings.signal("seen", IP, NOW);
    engine.observe(token, FAILED, NOW);
    return engine.readings.signal("seen", IP, NOW) - before;
  };
  const engine = createEngine(listed("a"));
  const [own, replaced] = [ask(engine, "a"), ask(engine, "x")];
  engine.reload(listed("a"));
  engine.setList("bad", ["x"]);
  expect([counted(engine, own), counted(engine, replaced)]).toEqual([0, 1]);
  const [again, gone] = [ask(engine, "a"), ask(engine, "x")];
  // A reload to the list of another file gives the values of the policy back to those that were replaced.
  engine.reload(listed("b"));
  engine.reload(listed("b"));
  expect([counted(engine, again), counted(engine, gone)]).toEqual([1, 0]);
  const late = ask(engine, "b");
  engine.reload(listed("a"));
  expect(counted(engine, late)).toBe(1);
});

describe("a record", () => {
  const scored = policyOf(`signal failed = count where response.status == 500 per ip over 1h
    score heat { +7 when path.raw == "/" }`);
  const ask = (engine: PolicyEngine): DecisionRecord => engine.decide(CALL, NOW);

  test("whose scores were not read before an outcome came cannot tell them any more", () => {
    const engine = createEngine(scored);
    const record = ask(engine);
    engine.observe(record.token, FAILED, NOW);
    expect(() => record.toDecision()).toThrow();
    engine.routeOf(CALL);
    expect(() => record.toDecision()).toThrow();
  });
});

describe("a snapshot", () => {
  function headOf(engine: StatefulEngine): Record<string, unknown> {
    const read = readSnapshot(bytesOf(engine));
    if (!read.ok) throw new Error(read.message);
    return read.head as unknown as Record<string, unknown>;
  }

  function bytesOf(engine: StatefulEngine): Uint8Array {
    const snapshot = engine.snapshot();
    const parts: Uint8Array[] = [];
    for (let part = snapshot.next(); part !== null; part = snapshot.next()) parts.push(part.slice());
    return new Uint8Array(Buffer.concat(parts));
  }

  test("says whose it is, by which key, and when it was", () => {
    const engine = createEngine(policyOf("signal n = count per ip over 1h"), { hashKey: [3, 4] });
    engine.decide(CALL, NOW);
    expect(headOf(engine)).toMatchObject({
      policy: { name: "p", version: engine.policy.version },
      hashKey: [3, 4],
      clock: NOW,
    });
    expect(headOf(createEngine(policyOf("")))).toMatchObject({ hashKey: [0, 0], clock: 0 });
  });

  test("of shared state is of the latest time of any worker, and has the state's own key", () => {
    const policy = policyOf("signal n = count per ip over 1h");
    const state = shareEngine(createEngine(policy, { hashKey: [5, 6] }), { memoryBytes: 1 << 20, snapshots: true });
    const [a, b] = [0, 1].map((worker) =>
      createEngine(policy, { hashKey: [7, 8], shared: { state, worker, patienceMs: 5 } }),
    );
    a!.decide(CALL, NOW);
    expect(headOf(b!)).toMatchObject({ clock: NOW, hashKey: [5, 6] });
    const { engine } = restoreEngine(bytesOf(b!), policy) as { engine: StatefulEngine };
    expect(engine.readings.signal("n", IP, NOW)).toBe(1);
  });
});

describe("memory", () => {
  const policy = policyOf("limit l per ip allow 1 per 1h");

  test.each([{ reserve: true }, { reserve: false }, {}])("is taken at once with %j, or as it is needed", (options) => {
    const arena = new Arena(8);
    const engine = createEngineOn(arena, policy, options);
    const isWhole = arena.words.byteLength >= policy.settings.memoryBytes;
    expect([isWhole, engine.memory().map(({ name }) => name)]).toEqual([options.reserve === true, ["l", "bans"]]);
  });
});

test.each([
  [{}, true],
  [{ generate: true }, true],
  [{ generate: false }, false],
])("an engine with %j makes functions of texts: %s", (options, expected) => {
  const own = globalThis.Function;
  let made = 0;
  globalThis.Function = function counted(...texts: string[]) {
    made++;
    return own(...texts);
  } as unknown as FunctionConstructor;
  try {
    createEngine(policyOf(`rule r when query.count > 1 then note "n"`), options).decide(CALL, NOW);
  } finally {
    globalThis.Function = own;
  }
  expect(made > 0).toBe(expected);
});

test("only a compiled engine's own state can be shared", () => {
  const policy = policyOf("limit l per ip allow 1 per 1h");
  const reference = createReference(policy) as StatefulEngine;
  expect(() => shareEngine(reference, { memoryBytes: 1 << 20 })).toThrow(
    "only the state of a compiled engine that has it for itself can be shared",
  );
});
