import { expect, test } from "vitest";
import { type Key, makeRequest, type Request } from "../../../../engine/index.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import { keyOf, keyPart, spellKey } from "../../../../engine/reference/keys.ts";
import { type Scope } from "../../../../engine/reference/expressions.ts";
import { statelessScope } from "../../../../engine/reference/scope.ts";
import { attributeOf, makePolicy } from "../../../helpers/policies.ts";

function scopeOf(request: Partial<Request>): Scope {
  const policy = makePolicy({});
  return statelessScope(policy, readFacts(policy, makeRequest(request), 0));
}

test("keys that differ in any option or value are spelled apart", () => {
  const keys = [
    spellKey([{ option: 0, value: "a" }]),
    spellKey([{ option: 1, value: "a" }]),
    spellKey([{ option: 0, value: "1" }]),
    spellKey([{ option: 0, value: 1 }]),
    spellKey([{ option: 0, value: true }]),
    spellKey([{ option: 0, value: "true" }]),
    spellKey([
      { option: 0, value: "a" },
      { option: 0, value: "b" },
    ]),
    spellKey([
      { option: 0, value: "b" },
      { option: 0, value: "a" },
    ]),
    spellKey([{ option: 0, value: 'a"],[0,"b' }]),
    spellKey([]),
  ];
  expect(keys).not.toContain(null);
  expect(new Set(keys).size).toBe(keys.length);
  expect(spellKey([{ option: 2, value: "a" }])).toBe(spellKey([{ option: 2, value: "a" }]));
});

test("a key with a part that is missing is none", () => {
  const part = { option: 0, value: "a" };
  expect([spellKey([null]), spellKey([part, null]), spellKey([{ option: 0, value: null }, part])]).toEqual([
    null,
    null,
    null,
  ]);
  expect(
    spellKey([
      { option: 0, value: "" },
      { option: 0, value: 0 },
      { option: 0, value: false },
    ]),
  ).not.toBeNull();
});

const HOST: Key = { options: [attributeOf("string", "host")] };
const EITHER: Key = { options: [attributeOf("string", "header", "a"), attributeOf("string", "header", "b")] };

test("a part is the first of its options that the request has", () => {
  expect(keyPart(EITHER, scopeOf({ headers: { a: "1", b: "2" } }))).toEqual({ option: 0, value: "1" });
  expect(keyPart(EITHER, scopeOf({ headers: { b: "2" } }))).toEqual({ option: 1, value: "2" });
  expect(keyPart(EITHER, scopeOf({ headers: { b: "" } }))).toEqual({ option: 1, value: "" });
  expect(keyPart(EITHER, scopeOf({}))).toBeNull();
});

test("the key of a request has all its parts, or there is none", () => {
  const both = [HOST, EITHER];
  expect(keyOf(both, scopeOf({ host: "h", headers: { b: "2" } }))).toBe(
    spellKey([
      { option: 0, value: "h" },
      { option: 1, value: "2" },
    ]),
  );
  expect(keyOf(both, scopeOf({ host: "h" }))).toBeNull();
  expect(keyOf([], scopeOf({}))).toBe(spellKey([]));
});
