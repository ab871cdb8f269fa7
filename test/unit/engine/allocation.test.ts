/**
 * Deciding allocates nothing in the steady state, but for texts that a request makes necessary. Counted to the byte in a process of its
 * own (`test/helpers/allocation-worker.ts`), which prints where: `node test/helpers/allocation.ts "limit: exact" --where`.
 */
import { describe, expect, it } from "vitest";
import { allocated } from "../../helpers/allocation.ts";
import type { Allocated } from "../../helpers/allocation-worker.ts";

/** Bytes a decision that count as none: what is left of the just-in-time compiler's own, spread over the decisions. */
const NONE = 1;

/** What must make a text or an object, the most bytes a decision, and why. A quarter of the requests are on each of the four routes. */
const ALLOWED: Readonly<Record<string, { readonly bytes: number; readonly why: string }>> = {
  "request: path with escapes": { bytes: 1_600, why: "a path that is not canonical is made so" },
  "request: path with dots": { bytes: 1_200, why: "a path that is not canonical is made so" },
  "request: path that is ambiguous": { bytes: 1_400, why: "whether it is ambiguous shows when it has been decoded" },
  "request: host with capitals": { bytes: 80, why: "a host in lower case is another text" },
  "condition: path": { bytes: 32, why: "the part of the target before the query" },
  "condition: path.raw": { bytes: 32, why: "the part of the target before the query" },
  "condition: query.raw": { bytes: 32, why: "the part of the target behind the path" },
  "condition: parameter": { bytes: 32, why: "a part of the path" },
  "condition: query value": { bytes: 32, why: "a part of the target" },
  "condition: query value, encoded": { bytes: 280, why: "a part of the target, decoded" },
  "condition: cookie value": { bytes: 32, why: "a part of the header" },
  "condition: body, number": { bytes: 8, why: "a number that is not whole" },
  "condition: body, max": { bytes: 16, why: "numbers that are not whole" },
  "condition: fact, number as text": { bytes: 40, why: "a number is put together from its digits" },
  "condition: fact, percent as text": { bytes: 32, why: "a number is put together from its digits" },
  "condition: fact, duration as text": { bytes: 32, why: "a number is put together from its digits" },
  "condition: fact, size as text": { bytes: 32, why: "a number is put together from its digits" },
  "condition: fact, time as text": { bytes: 40, why: "a number is put together from its digits" },
  "condition: graphql depth": { bytes: 480, why: "a document is parsed" },
  "condition: graphql operation": { bytes: 480, why: "a document is parsed" },
  "condition: fact, path": { bytes: 48, why: "a text of its own for the path that a proxy states" },
  "signal: overflow": { bytes: 16, why: "a time that passes between parts of a bucket" },
  "limit: exact": { bytes: 16, why: "a time that passes between parts of a sliding log" },
  "limit: exact, of the client": { bytes: 16, why: "a time that passes between parts of a sliding log" },
  "limit: per hour": { bytes: 16, why: "the end of a unit" },
  "limit: per day": { bytes: 16, why: "the end of a unit" },
  "limit: per month": { bytes: 16, why: "the end of a unit" },
  "limit: refund": { bytes: 8, why: "the rate by which a charge is given back" },
  "key: query value": { bytes: 32, why: "a part of the target" },
  "key: cookie value": { bytes: 32, why: "a part of the header" },
};

function mostOf(name: string): number {
  return NONE + (ALLOWED[name]?.bytes ?? 0);
}

function tooMuch(all: readonly Allocated[]): readonly string[] {
  return all
    .filter(({ name, bytes }) => !(bytes <= mostOf(name)))
    .map(({ name, bytes }) => `${name}: ${bytes} bytes a decision, at most ${mostOf(name)}`);
}

describe("what a decision allocates", { timeout: 240_000 }, () => {
  it("is nothing on the traffic of the orders example with its outcomes, over a million decisions", () => {
    const all = allocated("the orders example");
    expect(all.map(({ decisions }) => decisions)).toEqual([1_000_000]);
    expect(tooMuch(all)).toEqual([]);
  });

  it("is nothing whatever is read, counted or charged, but for the texts that are listed", () => {
    const all = allocated("request", "condition", "key", "signal", "limit", "rule");
    expect(tooMuch(all)).toEqual([]);
    // An entry that nothing needs any more is taken off the list.
    const idle = all.filter(({ name, bytes }) => ALLOWED[name] !== undefined && bytes < NONE).map(({ name }) => name);
    expect(idle).toEqual([]);
    const names = new Set(all.map(({ name }) => name));
    expect(Object.keys(ALLOWED).filter((name) => !names.has(name))).toEqual([]);
  });
});
