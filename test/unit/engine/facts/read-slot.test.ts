/** What declared facts, claims and body fields read of a request, seen by rules on the compiled engine. */
import { describe, expect, test } from "vitest";
import {
  type BodyField,
  createEngine,
  type Expr,
  makeRequest,
  type Policy,
  type Request,
  type ScalarType,
  type ScalarValue,
} from "../../../../engine/index.ts";
import { attributeOf, equals, literalOf, makePolicy, makeRule } from "../../../helpers/policies.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const BOOL = { scalar: "bool", set: false } as const;
const NOW = 1_767_225_600_000_000;

/** Which of several conditions hold, by name. */
function holding(
  conditions: Readonly<Record<string, Expr>>,
  parts: Partial<Policy>,
  request: Partial<Request>,
): string[] {
  const rules = Object.entries(conditions).map(([name, when]) => makeRule(name, { when }));
  const engine = createEngine(makePolicy({ ...parts, rules }));
  return [...engine.decide(makeRequest(request), NOW).toDecision().matched];
}

function has(attribute: Expr): Expr {
  if (attribute.kind !== "attribute") throw new Error("only attributes are missing");
  return { kind: "has", type: BOOL, span: SPAN, attribute };
}

describe("facts", () => {
  function factIs(type: ScalarType, stated: unknown, value: ScalarValue): string[] {
    const facts = [{ name: "f", doc: "", span: SPAN, type, header: "x-f" }];
    const fact = attributeOf(type, "fact", "f");
    return holding(
      { present: has(fact), equal: equals(fact, literalOf(type, value)) },
      { facts },
      { facts: { f: stated } },
    );
  }

  test.each<readonly [ScalarType, unknown, ScalarValue]>([
    ["string", "bot", "bot"],
    ["int", 7, 7],
    ["int", "7", 7],
    ["bool", true, true],
    ["bool", "false", false],
    ["percent", "60%", 60],
    ["duration", "35ms", 35_000],
    ["duration", 35_000, 35_000],
    ["size", "64KB", 65_536],
    ["time", "2026-01-01", NOW],
    ["ip", "::ffff:203.0.113.9", "203.0.113.9"],
    ["network", "10.1.2.3/8", "10.0.0.0/8"],
    ["path", "/a/../b", "/b"],
  ])("a %s stated as %j is %j", (type, stated, value) => {
    expect(factIs(type, stated, value)).toEqual(["present", "equal"]);
  });

  test.each<readonly [ScalarType, unknown, ScalarValue]>([
    ["string", 7, "7"],
    ["int", 7.5, 7],
    ["int", "seven", 7],
    ["bool", "yes", true],
    ["bool", 1, true],
    ["ip", "nowhere", "0.0.0.0"],
    ["int", null, 0],
    ["int", [7], 7],
  ])("a %s stated as %j is missing", (type, stated, value) => {
    expect(factIs(type, stated, value)).toEqual([]);
  });

  test.each([
    [3, ["present", "equal"]],
    [undefined, []],
  ])("stated as %j is read once a request", (stated, expected) => {
    let times = 0;
    const request = {
      facts: {
        get f(): unknown {
          times++;
          return stated;
        },
      },
    };
    const facts = [{ name: "f", doc: "", span: SPAN, type: "int" as const, header: "x-f" }];
    const fact = attributeOf("int", "fact", "f");
    const other = equals(fact, literalOf("int", 4));
    const conditions = { present: has(fact), equal: equals(fact, literalOf("int", 3)), other };
    expect([holding(conditions, { facts }, request), times]).toEqual([expected, 1]);
  });

  test("what a request inherits is no fact of it", () => {
    const facts = [{ name: "toString", doc: "", span: SPAN, type: "string" as const, header: "x-f" }];
    expect(holding({ present: has(attributeOf("string", "fact", "toString")) }, { facts }, {})).toEqual([]);
  });
});

describe("claims", () => {
  const identity: Policy["identity"] = [
    {
      kind: "jwt",
      on: null,
      span: SPAN,
      issuer: "i",
      audience: ["a"],
      keys: "keys.json",
      clientClaim: "sub",
      algorithms: ["RS256"],
      lifetimeMicros: null,
      claims: [
        { name: "tenant", type: "string", path: ["org", "tenant"] },
        { name: "level", type: "int", path: ["level"] },
      ],
      dpop: null,
    },
  ];
  const conditions = {
    tenant: equals(attributeOf("string", "token.field", "tenant"), literalOf("string", "acme")),
    level: equals(attributeOf("int", "token.field", "level"), literalOf("int", 3)),
    claim: has(attributeOf("string", "token.claim", "level")),
  };

  test("are read at their path, by their type", () => {
    expect(holding(conditions, { identity }, { claims: { org: { tenant: "acme" }, level: 3 } })).toEqual([
      "tenant",
      "level",
    ]);
  });

  test("a text is no number, and only a text is read as `token.claim`", () => {
    expect(holding(conditions, { identity }, { claims: { org: "acme", level: "3" } })).toEqual(["claim"]);
    expect(holding(conditions, { identity }, { claims: null })).toEqual([]);
  });
});

describe("body fields", () => {
  function fold(field: Partial<BodyField>, body: unknown): number | null {
    const whole: BodyField = {
      name: "f",
      type: "int",
      path: ["lines", "[]", "n"],
      fold: "sum",
      reader: "json",
      ...field,
    };
    const routes: Policy["routes"] = [
      {
        name: "r",
        doc: "",
        span: SPAN,
        methods: ["POST"],
        host: null,
        segments: [{ kind: "literal", text: "q" }],
        scopes: [],
        minEvidence: null,
        body: [whole],
      },
    ];
    const attribute = attributeOf(whole.type, "body", "f");
    const signal = {
      name: "s",
      doc: "",
      span: SPAN,
      aggregate: { kind: "count" as const },
      phase: "request" as const,
      on: null,
      where: null,
      keys: [{ options: [attribute] }],
      windowMicros: 1_000_000,
      stateId: "s",
      wasStateId: null,
    };
    const engine = createEngine(makePolicy({ routes, signals: [signal] }));
    engine.decide(makeRequest({ method: "POST", path: "/q", body }), NOW);
    const candidates = [0, 1, 2, 3, 5, 6, 2.5, 2 ** 53];
    return candidates.find((value) => engine.readings.signal("s", [{ option: 0, value }], NOW) > 0) ?? null;
  }

  const lines = (...numbers: unknown[]): unknown => ({ lines: numbers.map((n) => ({ n })) });

  test("fold the numbers of arrays", () => {
    expect(fold({}, lines(1, 2, 3))).toBe(6);
    expect(fold({ fold: "max" }, lines(1, 3, 2))).toBe(3);
    expect(fold({ fold: "count" }, lines(1, "x", null))).toBe(3);
    expect(fold({ type: "number" }, lines(1.5, 1))).toBe(2.5);
    expect(fold({ path: ["[]", "[]"] }, [[1, 2], [], [3]])).toBe(6);
  });

  test("an empty array has sum and count, and no greatest", () => {
    expect([fold({}, lines()), fold({ fold: "count" }, lines()), fold({ fold: "max" }, lines())]).toEqual([0, 0, null]);
  });

  test("sums saturate", () => {
    expect(fold({}, lines(Number.MAX_SAFE_INTEGER, 5))).toBe(2 ** 53);
  });

  test.each([[lines(1, "2")], [lines(1, 2.5)], [{ lines: [{ n: 1 }, {}] }], [{ lines: { n: 1 } }], [{}], [null]])(
    "%j makes the field missing",
    (body) => {
      expect(fold({}, body)).toBeNull();
      expect(fold({ fold: "max" }, body)).toBeNull();
    },
  );

  test("a count needs every value to be there", () => {
    expect(fold({ fold: "count" }, { lines: [{ n: 1 }, {}] })).toBeNull();
  });

  test("a GraphQL request tells its depth and aliases", () => {
    const body = { query: "{ a: b { c { d: e } } }" };
    expect(fold({ name: "f", reader: "graphql" }, body)).toBe(2);
  });
});
