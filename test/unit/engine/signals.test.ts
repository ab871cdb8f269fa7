/** What is an event of a signal and what is not, what each event teaches, and what is read without any, on both engines. */
import { describe, expect, test } from "vitest";
import { makeOutcome, makeRequest, type Policy, type PolicyEngine, type Request } from "../../../engine/index.ts";
import { policyOf } from "../../helpers/compiled.ts";
import { ENGINES } from "../../helpers/engines.ts";

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const NOW = 1_767_225_600 * SECOND;

const keyOf = (value: string): readonly [{ readonly option: number; readonly value: string }] => [{ option: 0, value }];
const IP = keyOf("10.0.0.1");

describe.each(ENGINES)("$name", ({ make }) => {
  function send(engine: PolicyEngine, fields: Partial<Request>, now: number = NOW): number {
    return engine.decide(makeRequest({ ip: "10.0.0.1", ...fields }), now).token;
  }

  function readingAfter(text: string, requests: readonly Partial<Request>[], keys: typeof IP = IP): number {
    const engine = make(policyOf(text));
    for (const [index, fields] of requests.entries()) send(engine, fields, NOW + index);
    return engine.readings.signal("it", keys, NOW + requests.length);
  }

  describe("`steps` takes for an integer", () => {
    /** The share of steps, in percent: of eight events that are each beside the one before, seven are. */
    function stepsBeside(argument: string, routes: string, requests: readonly Partial<Request>[]): number {
      return readingAfter(`${routes}\nsignal it = steps(${argument}) per ip over 1h`, requests);
    }
    const turns = (...fields: readonly Partial<Request>[]): readonly Partial<Request>[] =>
      [0, 1, 2, 3].flatMap(() => fields);
    const ALL = 7 / 8;
    const asked = (text: string): Partial<Request> => ({ headers: { "x-n": text } });
    const IN_HEADER = 'header["x-n"]';

    test.each([
      ["0", 1],
      ["-1", 0],
      ["-1", -2],
      ["-0", 1],
      ["-12", -13],
      ["57", 58],
      ["20", 19],
      ["0000000000000007", 8],
      ["9007199254740991", 9_007_199_254_740_990],
      ["-9007199254740991", -9_007_199_254_740_990],
    ])("the digits of %s, which is beside %d", (text, neighbour) => {
      const share = stepsBeside(IN_HEADER, "", turns(asked(`${neighbour}`), asked(text)));
      expect(share / 100).toBeCloseTo(ALL);
    });

    test.each([
      ["", 0],
      ["-", 0],
      ["--1", -1],
      ["+1", 1],
      ["1/", 9],
      ["1:", 20],
      ["1a", 1],
      ["a1", 1],
      [" 1", 1],
      ["1.0", 1],
      ["00000000000000007", 7],
      ["9007199254740993", 9_007_199_254_740_991],
      ["9999999999999999", 9_007_199_254_740_991],
    ])("nothing of %j, though it may look like %d", (text, neighbour) => {
      const share = stepsBeside(
        IN_HEADER,
        "",
        [0, 1].flatMap(() => turns(asked(`${neighbour}`), asked(text))),
      );
      // Eight times the same, and nothing between.
      expect(share / 100).toBeCloseTo(ALL);
    });

    test("a sign", () => {
      expect(stepsBeside(IN_HEADER, "", turns(asked("1"), asked("-1")))).toBe(0);
    });

    test("a part of the path, a parameter of the query and a number", () => {
      const route = 'route item = GET "/items/{id}"';
      const paths = turns({ path: "/items/-1?x" }, { path: "/items/0" });
      const onItem = readingAfter(`${route}\nsignal it = steps(id) on item per ip over 1h`, paths);
      const ofQuery = stepsBeside('query["n"]', route, turns({ path: "/?n=9&m" }, { path: "/?m=1&n=%310" }));
      const ofCount = stepsBeside("query.count", route, turns({ path: "/?a" }, { path: "/?a&b" }));
      for (const share of [onItem, ofQuery, ofCount]) expect(share / 100).toBeCloseTo(ALL);
    });
  });

  describe("an event whose argument is missing is none:", () => {
    const depth = (stated: unknown): Partial<Request> => ({ facts: { depth: stated } });

    test.each([
      ["distinct(depth)", 2],
      ["sum(depth)", 12],
      ["max(depth)", 7],
    ])("%s", (aggregate, expected) => {
      const text = `fact depth : int from header "x-depth"
        signal it = ${aggregate} per host over 1h`;
      const requests = [depth(5), depth(null), depth(7), depth("x")].map((each, at) => ({
        ...each,
        host: at % 2 === 0 ? "a" : "b",
      }));
      expect(readingAfter(text, requests, keyOf("a"))).toBe(expected);
      expect(readingAfter(text, requests, keyOf("b"))).toBe(0);
    });

    test("overflow, which counts values that it has not seen", () => {
      const text = `fact depth : int from header "x-depth"
        signal it = overflow(1 per 1h burst 2, depth) per ip over 1h`;
      expect(readingAfter(text, [1, 2, 2, 1, null].map(depth))).toBe(0);
      expect(readingAfter(text, [1, 2, 2, 1, null, 3].map(depth))).toBe(1);
    });
  });

  test("overflow without an argument counts every event", () => {
    const text = "signal it = overflow(1 per 1h burst 2) per ip over 1h";
    expect(
      [2, 3].map((count) =>
        readingAfter(
          text,
          Array.from({ length: count }, () => ({})),
        ),
      ),
    ).toEqual([0, 1]);
  });

  test("a request without the key is no event, and what a rule reads for it is what no event reads", () => {
    const text = `fact depth : int from header "x-depth"
      signal it = sum(depth) per header["x-k"] else skip over 1h
      route a = GET "/a"
      signal gap = elapsed(a) per header["x-k"] else skip over 1h
      rule empty when it == 0 and gap == 1h then note "empty"
      rule some when it > 0 or gap < 1h then note "some"`;
    const engine = make(policyOf(text));
    const labels = (headers: Readonly<Record<string, string>>, now: number): string =>
      engine
        .decide(makeRequest({ path: "/a", headers, facts: { depth: 4 } }), now)
        .toDecision()
        .labels.join();
    expect([labels({ "x-k": "a" }, NOW), labels({}, NOW + 1), labels({ "x-k": "a" }, NOW + 2)]).toEqual([
      "some",
      "empty",
      "some",
    ]);
    expect(engine.readings.signal("it", keyOf("a"), NOW + 2)).toBe(8);
    expect(engine.readings.signal("gap", keyOf("a"), NOW + 5)).toBe(3);
  });

  test("a name that no signal has, and a key that no request had, read as nothing", () => {
    const engine = make(
      policyOf(`route a = GET "/a"
      signal gap = elapsed(a) per ip over 1h
      signal hits = count per ip over 1h`),
    );
    send(engine, { path: "/a" });
    expect(engine.readings.signal("none", IP, NOW)).toBe(0);
    expect(engine.readings.signal("gap", keyOf("10.0.0.2"), NOW)).toBe(HOUR);
    expect(engine.readings.signal("gap", [{ option: 0, value: null }], NOW)).toBe(HOUR);
    expect(engine.readings.signal("hits", [{ option: 0, value: null }], NOW)).toBe(0);
  });

  describe("what is learnt", () => {
    const novel = policyOf(`route a = GET "/a"
      signal new_path = novel(header["x-v"]) on a per header["x-k"] else skip over 1h
      rule refused when has header["x-no"] then block
      rule new_one when new_path then note "new"`);
    const LATER = NOW + HOUR / 4;
    const labels = (engine: PolicyEngine, fields: Partial<Request>, now: number): string =>
      engine
        .decide(makeRequest({ path: "/a", ...fields }), now)
        .toDecision()
        .labels.join();
    const shown = (key: string | null, value: string | null, rest: object = {}): Partial<Request> => ({
      headers: { ...(key === null ? {} : { "x-k": key }), ...(value === null ? {} : { "x-v": value }), ...rest },
    });

    test.each<[string, Partial<Request>, string]>([
      ["by a served event", shown("k", "2"), ""],
      ["by no event that is refused", shown("k", "2", { "x-no": "" }), "new"],
      ["by no event of another key", shown("other", "2"), "new"],
      ["by no event without the key", shown(null, "2"), "new"],
      ["by no event without the value", shown("k", null), "new"],
      ["by no request that is no event", { ...shown("k", "2"), path: "/b" }, "new"],
    ])("%s", (_, between, expected) => {
      const engine = make(novel);
      labels(engine, shown("k", "1"), NOW);
      labels(engine, between, NOW + 1);
      expect(labels(engine, shown("k", "1"), LATER)).toBe("");
      expect(labels(engine, shown("k", "2"), LATER + 1)).toBe(expected);
    });

    test("by outcomes, of those requests that are events, while the state is there", () => {
      const learning = (rest: string): Policy =>
        policyOf(`signal usual = deviation where response.status == 200 per ip over 1m against 1h\n${rest}`);
      const engine = make(learning(""));
      for (let at = 0; at < 60; at++) engine.observe(send(engine, {}, NOW + at * 60 * SECOND), makeOutcome(200), NOW);
      const now = NOW + 60 * 60 * SECOND;
      const tokens = Array.from({ length: 9 }, () => send(engine, {}, now));
      for (const token of tokens.slice(1)) engine.observe(token, makeOutcome(500), now);
      expect(engine.readings.signal("usual", IP, now)).toBeLessThanOrEqual(0);
      engine.reload(policyOf(""));
      expect(engine.observe(tokens[0]!, makeOutcome(200), now)).toBe(true);
    });
  });
});
