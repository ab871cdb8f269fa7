/** The steps of a decision in their order, and that what is remembered of one request is not taken for another's, however long it runs. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../engine/compile/compile.ts";
import { HeldNumber } from "../../../engine/held-number.ts";
import { Decider } from "../../../engine/decide.ts";
import { type Decision, makeOutcome, makeRequest, type PolicyEngine, type Request } from "../../../engine/index.ts";
import { Arena } from "../../../engine/state/arena.ts";
import { PendingPool } from "../../../engine/state/pending.ts";
import { StateStore } from "../../../engine/state/store.ts";
import { policyOf } from "../../helpers/compiled.ts";
import { ENGINES } from "../../helpers/engines.ts";
import { client } from "../../helpers/generators-vocabulary.ts";
import { attributeOf, equals, kindIs, literalOf, makePolicy, makeRule, makeSignal } from "../../helpers/policies.ts";

const LAST_EPOCH = 0x3fffffff;

test("stamps of a billion requests ago are forgotten, whatever made the epochs begin again", () => {
  const policy = makePolicy({
    rules: [makeRule("a", { when: kindIs("a"), action: { kind: "note", label: "a" } })],
    signals: [
      makeSignal("errors", 1_000, {
        phase: "outcome",
        where: equals(attributeOf("int", "response.status"), literalOf("int", 500)),
      }),
    ],
  });
  const store = new StateStore(new Arena(8), 0);
  store.adopt(policy, 0, new Map());
  const program = compile(policy);
  const pending = new PendingPool(4, program.pending.keys.length, program.pending.cells, program.pending.values, 0, 1);
  const decider = new Decider(program, store, [0, 0], pending, new HeldNumber(0), null, true);
  const ask = (kind: string): readonly string[] =>
    decider.decide(makeRequest({ ip: "10.0.0.1", headers: { "x-kind": kind } })).toDecision().matched;
  ask("b");
  expect(decider.context.epoch).toBe(1);
  expect(ask("a")).toEqual(["a"]);
  const { token } = decider.record;
  decider.context.epoch = LAST_EPOCH - 1;
  decider.observe(pending.slotOf(token), makeOutcome(500));
  expect(decider.context.epoch).toBe(1);
  expect(ask("a")).toEqual(["a"]);
});

describe.each(ENGINES)("$name", ({ make }) => {
  const NOW = 1_767_225_600_000_000;
  const SECOND = 1_000_000;
  const IP = [{ option: 0, value: "10.0.0.1" }] as const;
  const ask = (engine: PolicyEngine, fields: Partial<Request> = {}, seconds = 0): Decision =>
    engine.decide(makeRequest({ ip: "10.0.0.1", path: "/", ...fields }), NOW + seconds * SECOND).toDecision();

  test("an ambiguous path is refused with nothing of the request before, and records nothing", () => {
    const engine = make(
      policyOf(`route a = GET "/a"
        signal hits = count per ip over 1h
        signal failed = count where response.status == 500 per ip over 1h
        limit l per ip allow 9 per 1h
        score heat { +4 when hits > 0 }
        rule seen when heat > 3 then note "hot"
        rule shy when hits > 0 then block
        rollout { shy shadow }`),
    );
    expect(ask(engine, { path: "/a" })).toMatchObject({ labels: ["hot"], shadow: ["shy"], scores: { heat: 4 } });
    const record = engine.decide(makeRequest({ ip: "10.0.0.1", path: "/a%2f" }), NOW);
    expect([record.route, record.token, record.shadows, record.matches]).toEqual([-1, 0, 0, 0]);
    expect(record.toDecision()).toMatchObject({
      status: 400,
      matched: [],
      labels: [],
      shadow: [],
      scores: {},
      limits: [],
    });
    expect(engine.readings.signal("hits", IP, NOW)).toBe(1);
  });

  test("a score is of the state that the rules see, also where none reads it", () => {
    const engine = make(
      policyOf(`route a = GET "/a"
        signal passed = count where served per ip over 1h
        signal gap = elapsed(a) per ip over 1h
        limit l per ip allow 4 per 1h
        score heat { +1 when passed > 0 +2 when used(l) > 0% +4 when gap < 1h }`),
    );
    expect([0, 1].map((seconds) => ask(engine, { path: "/a" }, seconds).scores)).toEqual([{ heat: 0 }, { heat: 7 }]);
  });

  describe("the time of a request is noted whatever becomes of it:", () => {
    const text = `route a = GET "/a"
      signal gap = elapsed(a) per ip over 1h
      rule refuse when has header["x-no"] then block`;
    test.each<[string, Partial<Request>]>([
      ["it passes", {}],
      ["a rule refuses it", { headers: { "x-no": "" } }],
      ["its credential is refused", { identityError: "expired" }],
      ["it is killed", { ip: "10.0.0.1" }],
    ])("%s", (name, fields) => {
      const engine = make(policyOf(text));
      if (name === "it is killed") {
        const overlay = { id: "o", author: "a", reason: "r", endsMicros: NOW * 2 } as const;
        engine.setOverlays([{ ...overlay, kind: "kill", subject: { network: "10.0.0.0/8" } }]);
      }
      expect(engine.readings.signal("gap", IP, NOW)).toBe(3_600 * SECOND);
      ask(engine, { path: "/a", ...fields });
      expect(engine.readings.signal("gap", IP, NOW + 5 * SECOND)).toBe(5 * SECOND);
    });
  });

  test("what is in shadow is told in the order of declaration, rules and limits alike", () => {
    const engine = make(
      policyOf(`limit first per ip allow 1 per 1h
        rule second when path.raw == "/" then block
        limit third per ip allow 1 per 1h
        rule fourth when path.raw == "/" then block
        rollout { first shadow second shadow third shadow fourth shadow }`),
    );
    expect([0, 1].map(() => ask(engine).shadow)).toEqual([
      ["second", "fourth"],
      ["first", "second", "third", "fourth"],
    ]);
  });

  test("whose request it is stays in the decision, however it ends", () => {
    const engine = make({
      ...policyOf('rule refuse when has header["x-no"] then block'),
      clients: [client("a", {}), client("b", {})],
    });
    const whose = (fields: Partial<Request>): number => engine.decide(makeRequest(fields), NOW).client;
    const ways: readonly Partial<Request>[] = [{}, { headers: { "x-no": "" } }, { path: "/a%2fb" }];
    expect(ways.map((fields) => whose({ ...fields, client: "b" }))).toEqual([1, 1, 1]);
    expect(ways.map((fields) => whose({ ...fields, client: "a" }))).toEqual([0, 0, 0]);
    expect(ways.map((fields) => whose({ ...fields, client: "none" }))).toEqual([-1, -1, -1]);
    const overlay = { id: "o", author: "a", reason: "r", endsMicros: NOW * 2 } as const;
    engine.setOverlays([{ ...overlay, kind: "kill", subject: { client: "b" } }]);
    expect(["a", "b"].map((id) => whose({ client: id }))).toEqual([0, 1]);
  });

  test("what outcomes teach is known to the next request", () => {
    const engine = make(
      policyOf(`signal new_word = novel(header["x-v"]) where response.status == 200 per ip over 1h
        signal words = distinct(header["x-v"]) where response.status == 200 per ip over 1h`),
    );
    for (const [word, status] of [
      ["a", 200],
      ["b", 500],
      ["c", 200],
    ] as const) {
      const { token } = engine.decide(makeRequest({ ip: "10.0.0.1", headers: { "x-v": word } }), NOW);
      engine.observe(token, makeOutcome(status), NOW);
    }
    expect(engine.readings.signal("new_word", IP, NOW)).toBe(2);
    expect(engine.readings.signal("words", IP, NOW)).toBe(2);
  });

  test("a condition can be a key", () => {
    const engine = make(
      policyOf(`let large = body.size > 10B
        signal sized = count per large over 1h
        rule again when sized == 2 then note "again"`),
    );
    expect([1, 20, 30, 2, 3].map((size) => ask(engine, { size }).labels.join())).toEqual([
      "",
      "",
      "again",
      "again",
      "",
    ]);
  });

  test("only what waits has a token, by its route", () => {
    const engine = make(
      policyOf(`route a = GET "/a"
        route b = GET "/b"
        signal failed = count on a where response.status == 500 per ip over 1h
        limit l on b per ip allow 2 per 1h refund when response.status == 500
        rule refuse when has header["x-no"] then block`),
    );
    const tokens = ["/a", "/b", "/", "/a", "/b", "/b"].map(
      (path) => engine.decide(makeRequest({ ip: "10.0.0.1", path }), NOW).token > 0,
    );
    expect(tokens).toEqual([true, true, false, true, true, false]);
    expect(engine.decide(makeRequest({ path: "/a", headers: { "x-no": "" } }), NOW).token).toBe(0);
  });
});
