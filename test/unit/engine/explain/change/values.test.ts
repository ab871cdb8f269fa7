/** The values that are tried for an attribute, and in which order. */
import { describe, expect, test } from "vitest";
import {
  evidenceToTry,
  firstAddress,
  isOrdered,
  methodsToTry,
  valuesToTry,
} from "../../../../../engine/explain/change/values.ts";

describe("types with a distance", () => {
  test("are numbers and what is counted as one", () => {
    const types = ["int", "number", "percent", "duration", "size", "time"] as const;
    expect(types.map(isOrdered)).toEqual(types.map(() => true));
    const others = ["bool", "string", "ip", "network", "path", "enum", "rate"] as const;
    expect(others.map(isOrdered)).toEqual(others.map(() => false));
  });

  test("are tried at the constants and beside them, the nearest first, the smaller of two", () => {
    const tried = valuesToTry("int", [10], 7, false);
    expect(tried.slice(0, 8)).toEqual([6, 8, 5, 9, 10, 3, 11, 0]);
    expect(tried).not.toContain(7);
    expect(new Set(tried).size).toBe(tried.length);
    expect(tried).toContain(0);
    const distances = tried.map((each) => Math.abs(Number(each) - 7));
    expect(distances).toEqual(distances.toSorted((left, right) => left - right));
  });

  test("are tried far away, and no farther than numbers tell", () => {
    const tried = valuesToTry("int", [Number.MAX_SAFE_INTEGER], 0, false);
    expect(tried).toContain(2 ** 39);
    expect(tried).toContain(-(2 ** 39));
    expect(tried).not.toContain(2 ** 40);
    expect(tried).toContain(Number.MAX_SAFE_INTEGER);
    expect(tried).not.toContain(Number.MAX_SAFE_INTEGER + 1);
  });

  test("are tried beside a constant by its last decimal", () => {
    const tried = valuesToTry("number", [0.25, 3], 0, false);
    for (const each of [0.24, 0.25, 0.26, 2, 3, 4]) expect(tried).toContain(each);
    expect(tried).not.toContain(0.15);
  });

  test("begin at zero where there is no value; absence comes first", () => {
    expect(valuesToTry("int", [], null, true).slice(0, 3)).toEqual([0, -1, 1]);
    expect(valuesToTry("int", [5], 7, true)[0]).toBeNull();
    expect(valuesToTry("int", [5], 7, false)).not.toContain(null);
  });
});

describe("other types are tried at the constants and at something else", () => {
  test("texts: constants other than the present one, a text that is none, and the empty one", () => {
    expect(valuesToTry("string", ["a", "b"], "a", false)).toEqual(["b", "x", ""]);
    expect(valuesToTry("string", ["x", "xx"], "other", true)).toEqual([null, "x", "xx", "x-1", ""]);
    expect(valuesToTry("string", ["x", "xx", "other", "x-1"], "a", false).at(-2)).toBe("x-2");
    expect(valuesToTry("string", [], "x", false)).toEqual(["xx", ""]);
    expect(valuesToTry("string", [], "", false)).toEqual(["x"]);
  });

  test("truth: the opposite", () => {
    expect(valuesToTry("bool", [], true, false)).toEqual([false]);
    expect(valuesToTry("bool", [], false, false)).toEqual([true]);
    expect(valuesToTry("bool", [], null, true)).toEqual([true]);
  });

  test("addresses and networks", () => {
    const strangers = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"];
    expect(valuesToTry("ip", ["10.0.0.0/8", "10.1.2.3"], null, false)).toEqual([...strangers, "10.0.0.0", "10.1.2.3"]);
    expect(valuesToTry("ip", [], "192.0.2.1", false)).toEqual(strangers.slice(1));
    expect(valuesToTry("network", ["10.0.0.0/8"], null, false)).toEqual(["10.0.0.0/8", "192.0.2.0/24"]);
  });

  test("the address that a network begins with", () => {
    expect(["10.0.0.0/8", "10.1.2.3", "2001:db8::/32"].map(firstAddress)).toEqual([
      "10.0.0.0",
      "10.1.2.3",
      "2001:db8::",
    ]);
  });
});

test("kinds of proof are tried from the nearest on, the weaker of two first", () => {
  expect(evidenceToTry("bearer_token")).toEqual(["static_secret", "signed_request", "network", "bound_token", "none"]);
  expect(evidenceToTry("none")).toEqual(["network", "static_secret", "bearer_token", "signed_request", "bound_token"]);
});

test("all other methods are tried, and one without a name", () => {
  expect(methodsToTry("GET")).toEqual(["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]);
  expect(methodsToTry("TRACE")).toEqual(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
});
