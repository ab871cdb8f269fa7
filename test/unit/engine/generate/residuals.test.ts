/** The generated test of what is residual: the same as literal by literal, whatever the shapes, and nothing of the policy's text. */
import { describe, expect, test } from "vitest";
import { residualHolds } from "../../../../engine/evaluate.ts";
import type { Test } from "../../../../engine/facts/context.ts";
import { readRequest } from "../../../../engine/facts/read-request.ts";
import { Expressions } from "../../../../engine/generate/expressions.ts";
import { type ResidualTest, writeResidualTest } from "../../../../engine/generate/residuals.ts";
import { Source } from "../../../../engine/generate/source.ts";
import { Hasher } from "../../../../engine/hasher.ts";
import { makeRequest, type Request } from "../../../../engine/index.ts";
import { Signals } from "../../../../engine/signals.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { contextOf } from "../../../helpers/contexts.ts";

/** Each rule is filed under a path of its own, and the rest of its condition is residual. */
function policyOfRests(rests: readonly string[]): ReturnType<typeof policyOf> {
  const rules = rests.map((rest, index) => `rule r${index} when path == "/p${index}" and ${rest} then note "n"`);
  return policyOf(`route item = GET | POST "/items/{id}"\n${rules.join("\n")}`);
}

function residualOf(rests: readonly string[]) {
  const context = contextOf(policyOfRests(rests));
  const hasher = new Hasher(context, [0, 0]);
  const signals = new Signals(context.program, hasher);
  const written = writeResidualTest(context, new Expressions(context, hasher, signals, new Source()));
  const { entryTarget } = context.program.index;
  const entryOf = (rule: number): number => entryTarget.indexOf(rule);
  /** What a way to test says of a rule, the request read anew. */
  const ask = (way: ResidualTest, request: Request, rule: number): boolean => {
    readRequest(context, request);
    return way(context, entryOf(rule));
  };
  return { context, written, ask };
}

const RESTS = [
  'method is POST and (header["x-a"] ?? "" == "one")',
  'method is POST and (header["x-a"] ?? "" == "two")',
  'not (method is POST) and (header["x-a"] ?? "one" == "one")',
  "body.size > 100B and body.size <= 200B",
  "body.size > 150B and body.size <= 900B",
  "not (body.size >= 100B) and query.count == 1",
  'has header["x-a"] and not (header["x-a"] ?? "" == "one")',
  'header["x-a"] ?? "" != "one" and query["q"] ?? "" == "two"',
  'query["q"] ?? "none" != "two" and header["x-a"] ?? "" contains "n"',
  'header["x-a"] ?? "" matches /^o.e$/ and query.count < 1',
  "ip in [10.0.0.0/8] and not path.ambiguous",
];

function requests(): readonly Request[] {
  const all: Request[] = [];
  for (const method of ["GET", "POST", "BREW"])
    for (const value of [null, "one", "two", ""])
      for (const size of [0, 100, 150, 151, 200, 900, 901])
        for (const query of ["", "?", "?q=two", "?q=none", "?q=two&q=one"])
          for (const ip of ["10.0.0.1", "192.0.2.1"])
            all.push(
              makeRequest({
                method,
                size,
                ip,
                path: `/items/two${query}`,
                headers: value === null ? {} : { "x-a": value },
              }),
            );
  return all;
}

describe("of every rule and request", () => {
  test("it holds where all that is residual holds", () => {
    const { written, ask } = residualOf(RESTS);
    const held = RESTS.map(() => 0);
    for (const request of requests())
      for (const rule of RESTS.keys()) {
        const expected = ask(residualHolds, request, rule);
        expect(ask(written!, request, rule), `${RESTS[rule]} of ${JSON.stringify(request)}`).toBe(expected);
        if (expected) held[rule]!++;
      }
    expect(held.every((count) => count > 0 && count < requests().length)).toBe(true);
  });

  test("it holds of more shapes, and of longer ones, than are written out", () => {
    const rests = Array.from({ length: 40 }, (_, index) => `header["x-${index}"] ?? "" == "a" and query.count < 2`);
    const { written, ask } = residualOf([...rests, ofParts(8), ofParts(9)]);
    const headers = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`x-${index}`, "a"]));
    for (const rule of [0, 31, 32, 39, 40, 41]) {
      expect(ask(written!, makeRequest({ headers }), rule)).toBe(true);
      expect(ask(written!, makeRequest({}), rule)).toBe(false);
    }
  });
});

/** A condition of so many parts. */
function ofParts(count: number): string {
  return Array.from({ length: count }, (_, index) => `header["x-${index}"] ?? "" == "a"`).join(" and ");
}

describe("what is written out", () => {
  /** Whether a rule is tested without what it would be tested by otherwise. */
  const isWritten = (rests: readonly string[], rule: number): boolean => {
    const { context, written, ask } = residualOf(rests);
    const called = new Error("called");
    (context.tests as Test[]).fill(() => {
      throw called;
    });
    try {
      ask(written!, makeRequest({}), rule);
      return true;
    } catch (fault) {
      if (fault !== called) throw fault;
      return false;
    }
  };

  test("is the shapes of most entries", () => {
    const once = Array.from({ length: 32 }, (_, index) => `header["x-${index}"] ?? "" == "a"`);
    const twice = ["a", "b"].map((text) => `header["x-twice"] ?? "" == "${text}"`);
    const rests = [...once, ...twice];
    expect([0, 30, 31, 32, 33].map((rule) => isWritten(rests, rule))).toEqual([true, true, false, true, true]);
  });

  test("is every entry of a shape", () => {
    const rests = ["a", "b", "c"].map((text) => `header["x-a"] ?? "" == "${text}"`);
    expect([0, 1, 2].map((rule) => isWritten(rests, rule))).toEqual([true, true, true]);
  });

  test("is no shape of more than eight parts", () => {
    // Two rules are not filed, so the path is a part of both.
    expect([0, 1].map((rule) => isWritten([ofParts(7), ofParts(8)], rule))).toEqual([true, false]);
  });
});

describe("the source", () => {
  test("has what differs in constants alone once", () => {
    const rests = Array.from(
      { length: 50 },
      (_, index) => `body.size > ${index}B and header["x-a"] ?? "" == "v${index}"`,
    );
    expect(String(residualOf(rests).written).match(/case \d+:/g)).toHaveLength(1);
  });

  test("asks methods and numbers first, then texts, then what is called by name", () => {
    const [rest] = [
      'header["x-a"] ?? "" matches /^o/ and header["x-b"] ?? "" == "a" and body.size > 1B and method is GET',
    ];
    const source = String(residualOf([rest!]).written);
    const places = ["c.method === 0", "numbers[", "textOf(", "holds("].map((text) => source.indexOf(text));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test("holds nothing of the policy's text", () => {
    const source = String(residualOf(['header["evil"] ?? "" == "*/ evil() /*" and method is POST']).written);
    expect(source).not.toMatch(/evil|["'`\\/]/);
  });

  test("is none where nothing is residual", () => {
    expect(residualOf([]).written).toBeNull();
  });
});
