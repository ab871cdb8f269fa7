/** No request makes a reader look at its characters again and again: the work of a decision grows as the request does. */
import { describe, expect, test } from "vitest";
import { createEngine, type Request } from "../../../engine/index.ts";
import { allocationRequests, everyReading } from "../../helpers/allocation-cases.ts";
import { textWork } from "../../helpers/text-work.ts";

const POLICY = everyReading();
const NOW = Date.UTC(2026, 0, 1) * 1_000;
const [, LOGIN, GRAPH] = allocationRequests(4) as readonly [Request, Request, Request];

function record<T>(names: readonly string[], value: T): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name) => [name, value]));
}

describe("the characters looked at grow as the request does", { timeout: 120_000 }, () => {
  // Patterns are given to the host's engine, whose work is not counted, up to 65,536 units: texts grow on either side of that.
  const SIZES = [1_500, 30_000] as const;
  const TIMES = 8;
  /** Requests of a size, each of which would be quadratic work for a reader that looks ahead, back, or again. */
  const GROWING: Readonly<Record<string, (size: number) => Partial<Request>>> = {
    "names without values": (size) => ({ path: `/v1/orders/7?${"a&".repeat(size)}` }),
    "names without escapes": (size) => ({ path: `/v1/orders/7?${"z=1&".repeat(size)}` }),
    "names with escapes": (size) => ({ path: `/v1/orders/7?${"%7a=1&".repeat(size)}` }),
    "names with escapes at the end": (size) => ({ path: `/v1/orders/7?${"z=1&".repeat(size)}%61` }),
    separators: (size) => ({ path: `/v1/orders/7?${"&".repeat(size)}` }),
    "equals signs": (size) => ({ path: `/v1/orders/7?q${"=".repeat(size)}` }),
    "cookies without values": (size) => ({ headers: { cookie: "a;".repeat(size) } }),
    "cookies with blanks": (size) => ({ headers: { cookie: " ".repeat(size) + "; ".repeat(size) } }),
    segments: (size) => ({ path: "/a".repeat(size) }),
    "dot segments": (size) => ({ path: "/a/..".repeat(size) }),
    slashes: (size) => ({ path: "/".repeat(size) }),
    escapes: (size) => ({ path: `/${"%61".repeat(size)}` }),
    "escapes apart": (size) => ({ path: `/${"%61-".repeat(size)}` }),
    "lone percents": (size) => ({ path: `/${"%".repeat(size)}` }),
    "percents between letters": (size) => ({ path: `/v1/orders/7?e=${"a%".repeat(size)}` }),
    hosts: (size) => ({ host: "a:1".repeat(size) }),
    "text for a pattern": (size) => ({ headers: { "user-agent": "curl/".repeat(size) } }),
    "text for stars": (size) => ({ headers: { "user-agent": "bot".repeat(size) } }),
    addresses: (size) => ({ ip: "1:".repeat(size) }),
    "facts of digits": (size) => ({
      facts: record(["score", "ratio_of", "load", "wait", "weight_of", "seen"], "1".repeat(size)),
    }),
    "quotes in a document": (size) => ({ ...GRAPH, body: { query: `{a(b:${'"""\\"""'.repeat(size / 8)}` } }),
    "names in a document": (size) => ({ ...GRAPH, body: { query: `{${"a ".repeat(size / 4)}}` } }),
  };

  test.each(Object.entries(GROWING))("%s", (_, fields) => {
    const engine = createEngine(POLICY);
    const work = (size: number): number => textWork(() => engine.decide({ ...LOGIN, ...fields(size) }, NOW));
    for (const least of SIZES) {
      work(least);
      const few = work(least);
      const many = work(least * TIMES);
      expect(few).toBeGreaterThan(0);
      expect(many / few).toBeLessThan(1.5 * TIMES);
    }
  });

  test("as counted: a reader that looks ahead from every character shows", () => {
    const ahead = (size: number): number =>
      textWork(() => {
        const text = "a".repeat(size);
        for (let at = 0; at < size; at++) text.indexOf("b", at);
      });
    expect(ahead(800) / ahead(100)).toBeGreaterThan(50);
  });
});
