/** The search for the smallest change finds what trying every value of every attribute finds, on domains small enough for that. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Change,
  createExplainer,
  type Decision,
  type ExplainingEngine,
  type Expr,
  makeRequest,
  MOST_TRIALS,
  type Policy,
  type Request,
  smallestChange,
} from "../../engine/index.ts";
import { attributeOf, literalOf, makeLimit, makePolicy, makeRule, makeSignal } from "../helpers/policies.ts";
import { check, scaled } from "../helpers/property.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const BOOL = { scalar: "bool", set: false } as const;
const TEXT = { scalar: "string", set: false } as const;
const START = 1_767_225_600_000_000;

const LARGEST_SIZE = 60;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
const TEXTS = [null, "", "a", "b", "c", "none of these"];
const ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.1.0.0", "192.0.2.1", "198.51.100.1"];

const size = fc
  .record({ op: fc.constantFrom("==", "!=", "<", "<=", ">", ">="), value: fc.integer({ min: 0, max: 40 }) })
  .map(
    ({ op, value }): Expr => ({
      kind: "compare",
      type: BOOL,
      span: SPAN,
      op,
      left: attributeOf("int", "body.size"),
      right: literalOf("int", value),
    }),
  );

/** Twice the size: where it turns is no constant of the policy. */
const twice = fc.integer({ min: 0, max: 80 }).map((value): Expr => {
  const left: Expr = {
    kind: "*",
    type: { scalar: "int", set: false },
    span: SPAN,
    left: attributeOf("int", "body.size"),
    right: literalOf("int", 2),
  };
  return { kind: "compare", type: BOOL, span: SPAN, op: ">", left, right: literalOf("int", value) };
});

const text = fc
  .record({ name: fc.constantFrom("query", "header"), value: fc.constantFrom("a", "b", "c") })
  .map(({ name, value }): Expr => {
    const read = attributeOf("string", name as "query" | "header", "k");
    const left: Expr = { kind: "default", type: TEXT, span: SPAN, options: [read, literalOf("string", "")] };
    return { kind: "compare", type: BOOL, span: SPAN, op: "==", left, right: literalOf("string", value) };
  });

const method = fc.subarray(METHODS.slice(0, 7), { minLength: 1 }).map(
  (values): Expr => ({
    kind: "in",
    type: BOOL,
    span: SPAN,
    left: attributeOf("enum", "method"),
    right: literalOf("enum", values),
  }),
);

const address = fc.constantFrom("10.0.0.1", "10.1.0.0/16", "10.0.0.0/8").map(
  (network): Expr => ({
    kind: "in",
    type: BOOL,
    span: SPAN,
    left: attributeOf("ip", "ip"),
    right: literalOf("network", [network.includes("/") ? network : `${network}/32`]),
  }),
);

/** How often the address has called. */
const busy = fc.integer({ min: 0, max: 4 }).map(
  (value): Expr => ({
    kind: "compare",
    type: BOOL,
    span: SPAN,
    op: ">",
    left: { kind: "signal", type: { scalar: "int", set: false }, span: SPAN, index: 0 },
    right: literalOf("int", value),
  }),
);

const condition = fc.letrec<{ expr: Expr }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(size, text, method, address, busy),
    fc
      .tuple(fc.constantFrom("and" as const, "or" as const), fc.array(tie("expr"), { minLength: 2, maxLength: 3 }))
      .map(([kind, items]): Expr => ({ kind, type: BOOL, span: SPAN, items })),
    tie("expr").map((item): Expr => ({ kind: "not", type: BOOL, span: SPAN, item })),
  ),
})).expr;

function policyOf(whens: readonly Expr[], burst: number | null): Policy {
  const rate = { allow: 1, perMicros: 10_000_000, burst: burst ?? 1 };
  return makePolicy({
    signals: [makeSignal("calls", 60_000_000)],
    rules: whens.map((when, index) =>
      makeRule(`rule_${index}`, { when, action: { kind: "block", status: 403, ban: null } }),
    ),
    limits: burst === null ? [] : [makeLimit("pace", rate)],
  });
}

const request = fc
  .record({
    method: fc.constantFrom(...METHODS),
    size: fc.integer({ min: 0, max: LARGEST_SIZE }),
    query: fc.constantFrom(...TEXTS),
    header: fc.constantFrom(...TEXTS),
    ip: fc.constantFrom(...ADDRESSES),
  })
  .map(
    (fields): Request =>
      withText(makeRequest({ method: fields.method, size: fields.size, ip: fields.ip }), fields.query, fields.header),
  );

function withText(given: Request, query: string | null, header: string | null): Request {
  return {
    ...given,
    path: query === null ? "/" : `/?k=${encodeURIComponent(query)}`,
    headers: header === null ? {} : { k: header },
  };
}

const queryIn = ({ path }: Request): string | null =>
  path.includes("?") ? decodeURIComponent(path.slice(path.indexOf("=") + 1)) : null;
const headerIn = ({ headers }: Request): string | null => headers["k"] ?? null;

interface Domain {
  readonly attribute: string;
  readonly current: (given: Request) => unknown;
  readonly values: readonly unknown[];
  readonly put: (given: Request, value: never) => Request;
}

/** In the order of preference that the search documents. */
const DOMAINS: readonly Domain[] = [
  {
    attribute: 'query["k"]',
    current: queryIn,
    values: TEXTS,
    put: (given, value: string | null) => withText(given, value, headerIn(given)),
  },
  {
    attribute: 'header["k"]',
    current: headerIn,
    values: TEXTS,
    put: (given, value: string | null) => withText(given, queryIn(given), value),
  },
  {
    attribute: "body.size",
    current: (given) => given.size,
    values: Array.from({ length: 3 * LARGEST_SIZE }, (_, index) => index),
    put: (given, value: number) => ({ ...given, size: value }),
  },
  {
    attribute: "ip",
    current: (given) => given.ip,
    values: ADDRESSES,
    put: (given, value: string) => ({ ...given, ip: value }),
  },
  {
    attribute: "method",
    current: (given) => given.method,
    values: METHODS,
    put: (given, value: string) => ({ ...given, method: value }),
  },
];

const isBlocked = ({ verdict }: Decision): boolean => verdict === "block" || verdict === "throttle";

/** Values of one attribute that turn the decision, by trying all of them, each on an engine of its own. */
function turning(domain: Domain, engine: ExplainingEngine, given: Request, now: number): readonly unknown[] {
  const before = isBlocked(engine.fork().decide(given, now).toDecision());
  return domain.values.filter((value) => {
    if (value === domain.current(given)) return false;
    return (
      isBlocked(
        engine
          .fork()
          .decide(domain.put(given, value as never), now)
          .toDecision(),
      ) !== before
    );
  });
}

function search(
  policy: Policy,
  past: readonly Request[],
  given: Request,
): { engine: ExplainingEngine; now: number; changes: readonly Change[] } {
  const engine = createExplainer(policy);
  past.forEach((each, index) => engine.decide(each, START + index * 1_000_000));
  const now = START + past.length * 1_000_000;
  const before = isBlocked(engine.wouldDecide(given, now));
  const found = smallestChange(engine, given, now, (decision) => isBlocked(decision) !== before);
  expect(found.complete).toBe(true);
  return { engine, now, changes: found.changes };
}

/** The past is the caller's own: that another address has called more is nothing the policy's constants tell of. */
const world = fc
  .record({
    whens: fc.array(condition, { minLength: 1, maxLength: 3 }),
    burst: fc.constantFrom(null, 1, 2, 3),
    past: fc.array(request, { maxLength: 5 }),
    given: request,
  })
  .map((each) => ({ ...each, past: each.past.map((request) => ({ ...request, ip: each.given.ip })) }));

test("it finds the changes that trying everything finds, and the nearest of them", { timeout: 300_000 }, () => {
  let found = 0;
  check(
    fc.property(world, ({ whens, burst, past, given }) => {
      const { engine, now, changes } = search(policyOf(whens, burst), past, given);
      const domains = DOMAINS.map((domain) => ({ ...domain, turns: turning(domain, engine, given, now) }));
      const named = changes
        .map(({ attribute }) => attribute)
        .filter((name) => DOMAINS.some((each) => each.attribute === name));
      expect(named).toEqual(domains.filter(({ turns }) => turns.length > 0).map(({ attribute }) => attribute));
      found += named.length;
      const size = changes.find(({ attribute }) => attribute === "body.size");
      if (size === undefined) return;
      const distances = domains
        .find(({ attribute }) => attribute === "body.size")
        ?.turns.map((value) => Math.abs(Number(value) - given.size));
      expect(Math.abs(Number(size.to) - given.size)).toBe(Math.min(...(distances ?? [])));
    }),
    { runs: 400 },
  );
  expect(found).toBeGreaterThan(scaled(200));
});

test("a threshold that is no constant is found by halving", { timeout: 120_000 }, () => {
  check(
    fc.property(twice, fc.integer({ min: 0, max: 100_000 }), (when, start) => {
      const { engine, now, changes } = search(policyOf([when], null), [], makeRequest({ size: start }));
      const [change] = changes.filter(({ attribute }) => attribute === "body.size");
      const blocked = (value: number): boolean => isBlocked(engine.wouldDecide(makeRequest({ size: value }), now));
      // Every size is blocked or none of those that a size can be.
      if (change === undefined) expect(blocked(0)).toBe(blocked(1_000));
      if (change === undefined) return;
      const to = Number(change.to);
      expect(blocked(to)).not.toBe(blocked(start));
      expect(blocked(to + Math.sign(start - to))).toBe(blocked(start));
    }),
  );
});

test("every change does what it says, and the engine is as it was", { timeout: 120_000 }, () => {
  check(
    fc.property(world, ({ whens, burst, past, given }) => {
      const { engine, now, changes } = search(policyOf(whens, burst), past, given);
      const again = search(policyOf(whens, burst), past, given);
      expect(changes).toEqual(again.changes);
      for (const { request: changed, nowMicros, decision } of changes)
        expect(engine.fork().decide(changed, nowMicros).toDecision()).toEqual(decision);
      expect(engine.wouldDecide(given, now)).toEqual(again.engine.wouldDecide(given, now));
    }),
    { runs: 100 },
  );
});

test("waiting ends where the limit admits, to the microsecond", () => {
  check(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9_999_999 }), (burst, late) => {
      const engine = createExplainer(policyOf([], burst));
      for (let index = 0; index < burst; index++) engine.decide(makeRequest({}), START);
      const now = START + late;
      const { changes } = smallestChange(engine, makeRequest({}), now, ({ verdict }) => verdict === "allow");
      const wait = changes.find(({ attribute }) => attribute === "now");
      expect(wait?.to).toBe(START + 10_000_000);
    }),
    { runs: 50 },
  );
});

test("the search is bounded, and says so", () => {
  const values = Array.from({ length: 400 }, (_, index) => `v${index}`);
  const tests = Array.from(
    { length: 60 },
    (_, index): Expr => ({
      kind: "in",
      type: BOOL,
      span: SPAN,
      left: {
        kind: "default",
        type: TEXT,
        span: SPAN,
        options: [attributeOf("string", "query", `q${index}`), literalOf("string", "")],
      },
      right: literalOf("string", values),
    }),
  );
  const never: Expr = { kind: "and", type: BOOL, span: SPAN, items: tests };
  const { changes, complete, looked } = smallestChange(
    createExplainer(policyOf([never], null)),
    makeRequest({}),
    START,
    isBlocked,
  );
  expect({ changes, complete }).toEqual({ changes: [], complete: false });
  expect(looked.reduce((sum, each) => sum + each.values, 0)).toBe(MOST_TRIALS);
});
