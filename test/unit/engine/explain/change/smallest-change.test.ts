/** The smallest change of each attribute that turns a decision: the first that does, or the nearest. */
import { describe, expect, test } from "vitest";
import {
  type Change,
  type ChangeSearch,
  MOST_TRIALS,
  smallestChange,
} from "../../../../../engine/explain/change/smallest-change.ts";
import { valuesToTry } from "../../../../../engine/explain/change/values.ts";
import { createExplainer, type ExplainingEngine, makeRequest, type Request } from "../../../../../engine/index.ts";
import { policyOf } from "../../../../helpers/compiled.ts";

const NOW = 1_767_225_600_000_000;
const SECOND = 1_000_000;

/** Looks for what turns the decision from allowed to blocked, or back. */
function search(engine: ExplainingEngine, request: Partial<Request>): ChangeSearch {
  const { verdict } = engine.wouldDecide(makeRequest(request), NOW);
  return smallestChange(engine, makeRequest(request), NOW, (decision) => decision.verdict !== verdict);
}

/** What each attribute is changed to under a policy, if it is. */
function changes(text: string, request: Partial<Request>): Readonly<Record<string, unknown>> {
  const found = search(createExplainer(policyOf(text)), request).changes;
  return Object.fromEntries(found.map(({ attribute, to }) => [attribute, to]));
}

const block = (when: string): string => `rule r when ${when} then block\n`;

describe("of values without a distance", () => {
  test("the first that turns the decision is taken, in the order of the policy", () => {
    expect(changes(block('header["a"] ?? "" in ["p", "q"]'), {})).toMatchObject({ 'header["a"]': "p" });
    expect(changes(block('header["a"] ?? "" in ["p", "q"]'), { headers: { a: "q" } })).toMatchObject({
      'header["a"]': null,
    });
  });

  test("none is taken where none turns it", () => {
    expect(changes(block('header["a"] ?? "" == "p" and method is PUT'), {})).toEqual({});
  });
});

describe("of values with a distance", () => {
  test.each<[string, string, number, number]>([
    ["above a constant", "body.size > 10B", 3, 11],
    ["at a constant", "body.size >= 10B", 3, 10],
    ["below a constant", "body.size < 10B", 100, 9],
    ["where no constant says it, above", "body.size * 7 > 100B", 3, 15],
    ["where no constant says it, below", "body.size * 7 < 100B", 1_000, 14],
    ["where no constant says it, far above", "body.size * 2 > 2_000_001B", 3, 1_000_001],
    ["one below", "body.size < 10B", 10, 9],
    ["one above", "body.size > 10B", 10, 11],
    ["on the nearer side", "body.size < 10B or body.size > 16B", 14, 17],
    ["on the other side", "body.size < 10B or body.size > 18B", 12, 9],
    ["below where both are as near", "body.size < 10B or body.size > 14B", 12, 9],
  ])("the nearest turns it: %s", (_, when, size, to) => {
    expect(changes(block(when), { method: "POST", size })).toMatchObject({ "body.size": to });
  });

  test("the nearest has the decimals of its constant", () => {
    const text = 'route r = POST "/r" { body { total: number } }\nrule b on r when (total ?? 0) > 2.5 then block\n';
    const request: Partial<Request> = { method: "POST", path: "/r", body: { total: 1 } };
    expect(Object.values(changes(text, request))).toContain(2.6);
  });

  test("what lies between values that are not whole is not looked at", () => {
    const text = 'route r = POST "/r" { body { total: number } }\nrule b on r when (total ?? 0) * 3 > 100 then block\n';
    const request: Partial<Request> = { method: "POST", path: "/r", body: { total: 1.25 } };
    expect(Object.values(changes(text, request))).toContain(65.25);
  });

  test("each is tried once where none turns it", () => {
    const { looked } = search(createExplainer(policyOf(block("body.size > 10B and method is PUT"))), { size: 3 });
    const values = valuesToTry("size", [10], 3, false).filter((value) => Number(value) >= 0);
    expect(looked.find(({ attribute }) => attribute === "body.size")?.values).toBe(values.length);
  });

  test("absence is the last resort", () => {
    expect(changes(block("has ip.asn"), { asn: 64_500 })).toMatchObject({ "ip.asn": null });
    expect(changes(block("ip.asn ?? 0 > 5"), { asn: 64_500 })).toMatchObject({ "ip.asn": 5 });
    expect(changes(block("has ip.asn"), {})).toMatchObject({ "ip.asn": 0 });
  });
});

test("a change says what it changes, from what to what, and what is decided then", () => {
  const engine = createExplainer(policyOf(block("body.size > 10B")));
  const request = makeRequest({ method: "POST", size: 3 });
  const { changes } = search(engine, request);
  const change = changes.find(({ attribute }) => attribute === "body.size");
  const changed = { ...request, size: 11 };
  expect(change).toEqual({
    attribute: "body.size",
    type: "size",
    from: 3,
    to: 11,
    request: changed,
    nowMicros: NOW,
    decision: engine.wouldDecide(changed, NOW),
  } satisfies Change);
  expect(change?.decision.verdict).toBe("block");
});

describe("waiting", () => {
  const engine = (): ExplainingEngine => {
    const made = createExplainer(policyOf("limit l per ip allow 1 per 10s\n"));
    made.decide(makeRequest({}), NOW - SECOND);
    return made;
  };

  test("is the last of all, and ends where the limit admits", () => {
    const { changes, looked } = search(engine(), {});
    expect(looked.at(-1)?.attribute).toBe("now");
    expect(changes.at(-1)).toMatchObject({ attribute: "now", type: "time", from: NOW, to: NOW + 9 * SECOND });
    expect(changes.at(-1)).toMatchObject({ nowMicros: NOW + 9 * SECOND, request: makeRequest({}) });
  });

  test("and all else that is tried leaves the engine as it was", () => {
    const tried = engine();
    search(tried, {});
    expect(tried.wouldDecide(makeRequest({}), NOW)).toEqual(engine().wouldDecide(makeRequest({}), NOW));
  });
});

describe("a search", () => {
  test("tells what it looked at, and that it was all", () => {
    const { looked, complete } = search(createExplainer(policyOf(block('host == "h" and method is PUT'))), {});
    expect(looked.map(({ attribute }) => attribute)).toEqual(["host", "evidence", "client", "method", "path", "now"]);
    // The constant and two strangers; all methods but the one that is there.
    expect(looked[0]).toEqual({ attribute: "host", values: 2 });
    expect([looked[3]!.values > 5, complete]).toEqual([true, true]);
  });

  test("that is for nothing else tries no more than the first", () => {
    const { looked, changes } = search(createExplainer(policyOf(block('host == "h"'))), {});
    expect([looked[0], changes[0]?.to]).toEqual([{ attribute: "host", values: 1 }, "h"]);
  });

  test("tries two thousand values of an attribute, and says that there were more", () => {
    const routes = (count: number): string =>
      Array.from({ length: count }, (_, index) => `route r${index} = GET "/r${index}"\n`).join("");
    const found = (count: number): readonly unknown[] => {
      const { looked, complete } = search(createExplainer(policyOf(routes(count))), {});
      return [looked.find(({ attribute }) => attribute === "path")?.values, complete];
    };
    // Every route's path, and a stranger.
    expect([found(1_999), found(2_000)]).toEqual([
      [2_000, true],
      [2_000, false],
    ]);
  });

  test("takes no more decisions than it may, and says so", () => {
    const texts = Array.from({ length: 256 }, (_, index) => `"v${index}"`).join(", ");
    const read = Array.from({ length: 40 }, (_, index) => `header["h${index}"] ?? "" in all`);
    const policy = policyOf(`list all : string = [${texts}]\n${block(`method is PUT and ${read.join(" and ")}`)}`);
    const { looked, complete, changes } = search(createExplainer(policy), {});
    expect(looked.reduce((sum, { values }) => sum + values, 0)).toBe(MOST_TRIALS);
    expect([complete, changes, looked.at(-1)]).toEqual([false, [], { attribute: "now", values: 0 }]);
  });
});
