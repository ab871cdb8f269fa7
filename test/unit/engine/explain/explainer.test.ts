/** Explanations of whole decisions: what each declaration made of a request, and that explaining changes nothing else. */
import { describe, expect, test } from "vitest";
import type { ExplainedExpr, ExplainingEngine, Explanation, Expr, Policy, Request } from "../../../../engine/index.ts";
import { createExplainer } from "../../../../engine/explain/explainer.ts";
import { createReference } from "../../../../engine/reference/reference.ts";
import { makeOutcome, makeRequest } from "../../../../engine/request.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { attributeOf, makePolicy, makeRule, makeSignal } from "../../../helpers/policies.ts";

const NOW = 1_767_225_600_000_000;
const SECOND = 1_000_000;
const IP = [{ option: 0, value: "0.0.0.0" }];

function textOf(text: string): Policy {
  const policy = policyOf(text);
  // A key that can be missing, which the language would have a default for.
  const keys = [{ options: [attributeOf("string", "client")] }];
  return { ...policy, signals: policy.signals.map((each) => (each.name === "size" ? { ...each, keys } : each)) };
}

const POLICY = textOf(`
route login = POST "/login" { body { n: int } }
route item = GET "/items/{id}"
signal calls = count where header["x-kind"] ?? "" == "a" per ip over 1m
signal failures = share(response.status >= 400) on login per ip over 1m
signal size = sum(body.size) per host over 1m
score risk {
  +30 when calls > 1
  +50 when header["x-kind"] ?? "" == "b"
}
rule deny_risk when risk >= 50 then block 403
rule slowly on item when calls > 2 then slow 2s
rule tried when calls > 0 then block
rule gone when calls > 0 then block
rule bans when header["x-kind"] ?? "" == "ban" then block for 1h per ip
rule ids on item when id == "8" then challenge pow
limit pace per ip allow 2 per 1m
limit slots on login when header["x-kind"] ?? "" != "free" per ip allow 1 at once
limit logins on login per ip allow 5 per 1m refund when response.status == 200
rollout { gone off  tried shadow }
`);

/** An expression as its kind, its value and its parts. */
function written(expr: ExplainedExpr | null): string | null {
  if (expr === null) return null;
  const parts = expr.parts.map(written).join(" ");
  return `${expr.kind} ${JSON.stringify(expr.value)}${parts === "" ? "" : ` (${parts})`}`;
}

function explain(engine: ExplainingEngine, request: Partial<Request>, now = NOW): Explanation {
  return engine.explain(makeRequest(request), now).explanation;
}

const item = (kind: string): Partial<Request> => ({ path: "/items/7", headers: { "x-kind": kind } });
const login = (kind: string): Partial<Request> => ({
  method: "POST",
  path: "/login",
  headers: { "x-kind": kind },
  body: { n: 3 },
});
const KIND = (kind: string, value: string): string =>
  `compare ${kind === value} (default "${kind}" (attribute "${kind}" literal "") literal "${value}")`;

describe("a decision", () => {
  test("says where the request belongs, and is the decision of every engine", () => {
    const engine = createExplainer(POLICY);
    const reference = createReference(POLICY);
    for (const [request, route] of [
      [item("a"), "item"],
      [login("b"), "login"],
      [{ path: "/none" }, null],
    ] as const) {
      const { decision, ...rest } = explain(engine, request);
      expect(decision).toEqual(reference.decide(makeRequest(request), NOW).toDecision());
      expect([rest.route, rest.client, rest.endedBefore]).toEqual([route, null, null]);
    }
  });

  test("says of each signal what it reads, for whom, and whether this request was an event", () => {
    const engine = createExplainer(POLICY);
    const signals = (request: Partial<Request>): readonly unknown[] =>
      explain(engine, request).signals.map(({ name, key, recorded, value, type, conditions: { where, hit } }) => [
        name,
        key,
        recorded,
        value,
        type.scalar,
        written(where),
        written(hit),
      ]);
    expect(signals(item("a"))).toEqual([
      ["calls", IP, true, 1, "int", KIND("a", "a"), null],
      ["failures", IP, false, 0, "percent", null, null],
      ["size", null, false, 0, "size", null, null],
    ]);
    expect(signals(item("b"))[0]).toEqual(["calls", IP, false, 1, "int", KIND("b", "a"), null]);
  });

  test("says of each score what its terms added", () => {
    const engine = createExplainer(POLICY);
    const scores = (kind: string): readonly unknown[] =>
      explain(engine, item(kind)).scores.map(({ name, value, terms }) => [
        name,
        value,
        terms.map(({ points, when }) => [points, written(when)]),
      ]);
    expect(scores("b")).toEqual([
      [
        "risk",
        50,
        [
          [30, "compare false (signal 0 literal 1)"],
          [50, KIND("b", "b")],
        ],
      ],
    ]);
  });

  test("says of each rule whether it applies, matches, and what it added", () => {
    const engine = createExplainer(POLICY);
    const rules = (request: Partial<Request>): readonly unknown[] =>
      explain(engine, request).rules.map((rule) => [
        rule.name,
        rule.mode,
        rule.onRoute,
        rule.matches,
        rule.added,
        written(rule.when),
      ]);
    explain(engine, item("a"));
    explain(engine, item("a"));
    expect(rules(item("a"))).toEqual([
      ["deny_risk", "on", true, false, null, "compare false (score 30 literal 50)"],
      ["slowly", "on", true, true, "slow", "compare true (signal 3 literal 2)"],
      ["tried", "shadow", true, true, null, "compare true (signal 3 literal 0)"],
      ["gone", "off", true, true, null, "compare true (signal 3 literal 0)"],
      ["bans", "on", true, false, null, KIND("a", "ban")],
      ["ids", "on", true, false, null, 'compare false (attribute "7" literal "8")'],
    ]);
    // On another route what can be read there is, and what cannot is not.
    expect(rules(login("b")).map((each) => each)).toEqual([
      ["deny_risk", "on", true, true, "block", "compare true (score 80 literal 50)"],
      ["slowly", "on", false, false, null, "compare true (signal 3 literal 2)"],
      ["tried", "shadow", true, true, null, "compare true (signal 3 literal 0)"],
      ["gone", "off", true, true, null, "compare true (signal 3 literal 0)"],
      ["bans", "on", true, false, null, KIND("b", "ban")],
      ["ids", "on", false, false, null, null],
    ]);
  });

  test("says how long a ban still lasts", () => {
    const engine = createExplainer(POLICY);
    const left = (now: number): number | undefined =>
      explain(engine, item("ban"), now).rules.find(({ name }) => name === "bans")?.banMicros;
    expect([left(NOW), left(NOW + 60 * SECOND)]).toEqual([0, 3_540 * SECOND]);
  });

  test("says of each limit what it was asked and answered", () => {
    const engine = createExplainer(POLICY);
    const limits = (request: Partial<Request>): readonly unknown[] =>
      explain(engine, request).limits.map((limit) => [
        limit.name,
        limit.mode,
        limit.onRoute,
        limit.asked,
        limit.admits,
        limit.remaining,
        limit.waitMicros,
        limit.used,
        limit.cost,
        limit.key,
        written(limit.when),
      ]);
    expect(limits(login("a"))).toEqual([
      ["pace", "on", true, true, true, 1, 0, 0, 1, IP, null],
      [
        "slots",
        "on",
        true,
        true,
        true,
        0,
        0,
        0,
        1,
        IP,
        'compare true (default "a" (attribute "a" literal "") literal "free")',
      ],
      ["logins", "on", true, true, true, 4, 0, 0, 1, IP, null],
    ]);
    // Slots are all taken, and one that refuses keeps all others from being charged.
    expect(limits(login("a")).map((each) => (each as unknown[]).slice(0, 8))).toEqual([
      ["pace", "on", true, true, true, 1, 0, 50],
      ["slots", "on", true, true, false, 0, 60 * SECOND, 100],
      ["logins", "on", true, true, true, 4, 0, 20],
    ]);
    expect(limits(login("free")).map((each) => (each as unknown[]).slice(0, 8))).toEqual([
      ["pace", "on", true, true, true, 0, 0, 50],
      ["slots", "on", true, false, false, 0, 0, 100],
      ["logins", "on", true, true, true, 3, 0, 20],
    ]);
    expect(limits(item("x")).map((each) => (each as unknown[]).slice(0, 6))).toEqual([
      ["pace", "on", true, true, false, 0],
      ["slots", "on", false, false, false, 0],
      ["logins", "on", false, false, false, 0],
    ]);
  });

  test("says who asked for a verdict, the strictest first, and for how long", () => {
    const engine = createExplainer(POLICY);
    for (let call = 0; call < 3; call++) explain(engine, item("a"));
    expect(explain(engine, item("a")).contenders).toEqual([
      { name: "pace", kind: "limit", verdict: "throttle", micros: 30 * SECOND },
      { name: "slowly", kind: "rule", verdict: "slow", micros: 2 * SECOND },
    ]);
    const challenged = explain(engine, { ...item("a"), path: "/items/8" });
    expect(challenged.contenders).toEqual([
      { name: "ids", kind: "rule", verdict: "challenge", micros: 0 },
      { name: "slowly", kind: "rule", verdict: "slow", micros: 2 * SECOND },
    ]);
    expect(challenged.rules.filter(({ added }) => added !== null).map(({ name, added }) => [name, added])).toEqual([
      ["slowly", "slow"],
      ["ids", "challenge"],
    ]);
  });

  test("says what ended it before the rules, with the signals as they stand where it is known who asks", () => {
    const engine = createExplainer(POLICY);
    const ambiguous = explain(engine, { path: "/a%2fb" });
    expect([ambiguous.endedBefore, ambiguous.signals, ambiguous.rules, ambiguous.limits]).toEqual([
      "ambiguous_path",
      [],
      [],
      [],
    ]);
    const refused = explain(engine, { ...item("a"), identityError: "unknown_key" });
    expect([refused.endedBefore, refused.signals.map(({ name }) => name), refused.scores, refused.contenders]).toEqual([
      "unknown_key",
      ["calls", "failures", "size"],
      [],
      [],
    ]);
  });
});

test.each([
  [{ kind: "count" }, "int"],
  [{ kind: "distinct", value: attributeOf("string", "host") }, "int"],
  [{ kind: "share", when: attributeOf("bool", "path.ambiguous") }, "percent"],
  [{ kind: "steps", value: attributeOf("int", "query.count") }, "percent"],
  [{ kind: "sum", value: attributeOf("size", "body.size") }, "size"],
  [{ kind: "max", value: attributeOf("int", "query.count") }, "int"],
  [{ kind: "interval", latest: 33 }, "duration"],
  [{ kind: "elapsed", routes: [] }, "duration"],
  [{ kind: "deviation", againstMicros: 32_000 }, "number"],
  [{ kind: "novel", value: attributeOf("string", "host") }, "bool"],
  [{ kind: "overflow", rate: { allow: 1, perMicros: 1, burst: 1 }, value: null }, "bool"],
] as const)("a signal of %j reads as %s", (aggregate, type) => {
  const engine = createExplainer(makePolicy({ signals: [makeSignal("s", 16_000, { aggregate })] }));
  expect(explain(engine, {}).signals[0]?.type).toEqual({ scalar: type, set: false });
});

describe("an outcome", () => {
  test("says which signals it was an event of, with their conditions, and what refunds read", () => {
    const engine = createExplainer(POLICY);
    const { token } = engine.explain(makeRequest(login("a")), NOW);
    const { known, signals, refunds } = engine.explainOutcome(token, makeOutcome(401), NOW + 1);
    expect(known).toBe(true);
    expect(
      signals.map(({ name, recorded, conditions: { where, hit } }) => [name, recorded, where, written(hit)]),
    ).toEqual([["failures", true, null, "compare true (attribute 401 literal 400)"]]);
    expect(refunds.map(({ name, when }) => [name, written(when)])).toEqual([
      ["logins", "compare false (attribute 401 literal 200)"],
    ]);
  });

  test("of a route that no signal and no refund is about has none of them", () => {
    const engine = createExplainer(
      policyOf(`route a = GET "/a"
route b = GET "/b"
signal all = count where response.status >= 400 per ip over 1m
signal share_a = share(response.status >= 400) on a per ip over 1m
limit slots on b per ip allow 1 at once
limit refunded on a per ip allow 5 per 1m refund when response.status == 200`),
    );
    const { token } = engine.explain(makeRequest({ path: "/b" }), NOW);
    const { signals, refunds } = engine.explainOutcome(token, makeOutcome(200), NOW + 1);
    expect(
      signals.map(({ name, recorded, conditions: { where, hit } }) => [name, recorded, written(where), hit]),
    ).toEqual([
      ["all", false, "compare false (attribute 200 literal 400)", null],
      ["share_a", false, null, null],
    ]);
    expect(refunds).toEqual([]);
  });

  test("that nobody waits for says nothing", () => {
    const engine = createExplainer(POLICY);
    expect(engine.explainOutcome(99, makeOutcome(200), NOW)).toEqual({ known: false, signals: [], refunds: [] });
  });
});

describe("an explaining engine", () => {
  const SPAN = { file: 0, start: 0, end: 0 };
  const LISTED: Expr = {
    kind: "in",
    type: { scalar: "bool", set: false },
    span: SPAN,
    left: attributeOf("string", "header", "x-kind"),
    right: { kind: "list", type: { scalar: "string", set: true }, span: SPAN, index: 0 },
  };
  const REQUEST = makeRequest(item("a"));

  test("counts what it only decides too, and says nothing of it later", () => {
    const engine = createExplainer(POLICY);
    engine.decide(REQUEST, NOW);
    expect(explain(engine, item("a")).signals[0]?.value).toBe(2);
    expect(engine.readings.signal("calls", IP, NOW)).toBe(2);
    const { token } = engine.decide(makeRequest(login("x")), NOW + 61 * SECOND);
    expect([engine.observe(token, makeOutcome(500), NOW), engine.observe(token, makeOutcome(500), NOW)]).toEqual([
      true,
      false,
    ]);
  });

  test("keeps nothing of an explanation that it has given", () => {
    const engine = createExplainer(POLICY);
    const { notes } = engine as unknown as { readonly notes: { readonly page: unknown } };
    const { token } = engine.explain(makeRequest(login("x")), NOW);
    expect(notes.page).toBeNull();
    engine.explainOutcome(token, makeOutcome(200), NOW);
    expect(notes.page).toBeNull();
  });

  test("tells what it would decide without deciding it", () => {
    const engine = createExplainer(POLICY);
    for (let call = 0; call < 2; call++) engine.decide(REQUEST, NOW);
    expect([1, 2].map(() => engine.wouldDecide(REQUEST, NOW).verdict)).toEqual(["throttle", "throttle"]);
    expect(engine.readings.signal("calls", IP, NOW)).toBe(2);
  });

  test("has forks that share nothing with it which changes", () => {
    const engine = createExplainer(POLICY);
    engine.decide(REQUEST, NOW);
    const fork = engine.fork();
    expect(explain(fork, item("a")).signals[0]?.value).toBe(2);
    expect(engine.readings.signal("calls", IP, NOW)).toBe(1);
    expect(explain(engine, item("a")).signals[0]?.value).toBe(2);
    expect(fork.readings.signal("calls", IP, NOW)).toBe(2);
  });

  test("is an engine in all else: routes, needs, lists, overlays and other policies", () => {
    const lists = makePolicy({
      lists: [{ name: "bad", doc: "", span: SPAN, type: "string", values: [], file: "bad.txt" }],
      rules: [makeRule("listed", { when: LISTED, action: { kind: "block", status: 403, ban: null } })],
    });
    const engine = createExplainer(POLICY);
    expect([engine.policy, engine.routeOf(REQUEST), engine.routeOf(makeRequest({}))]).toEqual([POLICY, 1, -1]);
    expect(engine.needs).toEqual(createReference(POLICY).needs);
    expect(engine.setList("bad", ["a"])).toBe(false);
    const times = { author: "a", reason: "r", endsMicros: NOW + SECOND };
    engine.setOverlays([{ id: "o", ...times, kind: "mode", name: "ids", mode: "off" }]);
    expect(explain(engine, item("b")).rules.find(({ name }) => name === "ids")?.mode).toBe("off");
    expect(engine.reload(lists).dropped.length).toBeGreaterThan(0);
    expect(engine.policy).toBe(lists);
    expect([engine.setList("bad", ["a"]), explain(engine, item("a")).decision.verdict]).toEqual([true, "block"]);
  });
});
