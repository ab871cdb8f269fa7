/**
 * What is claimed of every policy is never refuted by an engine that is right, so that engines here decide by another policy than the one
 * whose claims they are judged by, or say something else than they decided.
 */
import { expect, test } from "vitest";
import { createExplainer, type ExplainingEngine, type Limit, type Policy } from "../../../../engine/index.ts";
import { proveJson } from "../../../../simulator/prove/report.ts";
import { prove } from "../../../helpers/proving.ts";

/** An engine that decides by another version of the policy. */
function decidingBy(change: (policy: Policy) => Policy): (policy: Policy) => ExplainingEngine {
  return (policy) => createExplainer(change(policy));
}

function withLimit(change: (limit: Limit) => Limit): (policy: Policy) => ExplainingEngine {
  return decidingBy((policy) => ({ ...policy, limits: policy.limits.map(change) }));
}

/** The amount with another count. */
function counting(count: number): (policy: Policy) => ExplainingEngine {
  return withLimit((limit) => {
    const { amount } = limit;
    if (!("rate" in amount)) return { ...limit, amount: { ...amount, count } };
    const rate = { ...amount.rate, value: { allow: count, perMicros: 60_000_000, burst: count } };
    return { ...limit, amount: { ...amount, rate: rate as typeof amount.rate } };
  });
}

/** Names and messages of what is refuted, and the length of its trace. */
function refuted(
  text: string,
  makeEngine: (policy: Policy) => ExplainingEngine,
): readonly (readonly [kind: string, message: string, requests: number])[] {
  const { claims } = proveJson(prove(text, { makeEngine, runs: 80 }));
  return claims.flatMap(({ kind, refutation }) =>
    refutation === null ? [] : [[kind, refutation.message, refutation.requests] as const],
  );
}

function limited(amount: string): string {
  return `policy "t" { default allow }
route order = GET "/v1/orders/{id}"
limit pace on order per ip allow ${amount}
`;
}

const MORE = "limit `pace` let 4 through, where it guarantees at most 3";
const LESS = "limit `pace` refuses a caller that keeps to it";

test.each([
  ["a rate", "3 per 1m"],
  ["an exact rate", "3 per 1m exact"],
  ["a quota", '3 per day "Europe/Rome"'],
  ["places", "3 at once"],
])("%s that lets one more through, or one less, is refuted by the shortest trace", (_, amount) => {
  expect(refuted(limited(amount), counting(4))).toContainEqual(["limit", MORE, 4]);
  expect(refuted(limited(amount), counting(2))).toContainEqual(["limit", LESS, 3]);
  expect(refuted(limited(amount), createExplainer)).toEqual([]);
});

test("a rate that refills too fast is refuted", () => {
  const fast = withLimit((limit) => {
    if (limit.amount.kind !== "gcra") return limit;
    const rate = { ...limit.amount.rate, value: { allow: 3, perMicros: 50_000_000, burst: 3 } };
    return { ...limit, amount: { ...limit.amount, rate: rate as typeof limit.amount.rate } };
  });
  const [limit] = refuted(limited("3 per 1m"), fast);
  expect(limit?.[1]).toMatch(/^limit `pace` let \d+ through, where it guarantees at most \d+$/);
});

test("callers whom a signal gives one key are not taken for apart", () => {
  const shared = `policy "t" { default allow }
route order = GET "/v1/orders/{id}"
signal hits = count on order per ip over 1m
class pool = busy when hits > 1, own when ip == 203.0.113.9, else other
limit pace on order per pool allow 1 per 1h exact
`;
  const { claims } = proveJson(prove(shared, { makeEngine: createExplainer, runs: 200 }));
  expect(claims.flatMap(({ kind, refutation }) => (refutation === null ? [] : [kind]))).toEqual([]);
});

test("a limit that gives charges back guarantees nothing, and is listed", () => {
  const { claims, refunding } = proveJson(
    prove(`${limited("3 per 1m").trimEnd()} refund when response.status >= 500\n`, { runs: 20 }),
  );
  expect(claims.map(({ kind }) => kind)).not.toContain("limit");
  expect(refunding).toEqual(["pace"]);
});

/** An engine whose limits say another wait than the one that is. */
function waiting(change: (micros: number) => number): (policy: Policy) => ExplainingEngine {
  return (policy) => {
    const engine = createExplainer(policy);
    const explain: ExplainingEngine["explain"] = (request, now) => {
      const { explanation, token } = engine.explain(request, now);
      const limits = explanation.limits.map((limit) => ({ ...limit, waitMicros: change(limit.waitMicros) }));
      return { explanation: { ...explanation, limits }, token };
    };
    return Object.assign(Object.create(engine) as ExplainingEngine, { explain });
  };
}

test("a retry-after that is too short or too long is refuted", () => {
  expect(
    refuted(
      limited("3 per 1m"),
      waiting((micros) => micros - 1),
    ),
  ).toContainEqual(["retry", "limit `pace` still refuses after the retry-after it gave", 4]);
  expect(
    refuted(
      limited("3 per 1m"),
      waiting((micros) => (micros > 0 ? micros + 1 : 0)),
    ),
  ).toContainEqual(["retry", "limit `pace` admits before the retry-after it gave", 4]);
});

const BANNING = `policy "t" { default allow }
rule trap when path == "/.env" then block for 10m per ip
`;

function banningFor(micros: number): (policy: Policy) => ExplainingEngine {
  return decidingBy((policy) => ({
    ...policy,
    rules: policy.rules.map((rule) => {
      const { action } = rule;
      if (action.kind !== "block" || action.ban === null) return rule;
      return { ...rule, action: { ...action, ban: { ...action.ban, forMicros: micros } } };
    }),
  }));
}

test("a ban that ends too soon, or too late, is refuted by two requests", () => {
  const soon = ["ban", "let through while the ban of `trap` lives", 2];
  expect(refuted(BANNING, banningFor(599_999_000))).toContainEqual(soon);
  expect(refuted(BANNING, banningFor(600_001_000))).toContainEqual(["ban", "the ban of `trap` outlives its span", 2]);
  expect(refuted(BANNING, createExplainer)).toEqual([]);
});

test("callers that share state which they should not are told apart from those that may", () => {
  const everybody = withLimit((limit) => ({ ...limit, keys: [] }));
  const [found] = refuted(limited("3 per 1m"), everybody).filter(([kind]) => kind === "isolation");
  expect(found).toEqual(["isolation", "decided otherwise than it is without the requests of other keys", 2]);
  const { claims } = proveJson(prove('policy "t" { default allow }\nrule all then block\n', { runs: 5 }));
  expect(claims).toEqual([]);
});
