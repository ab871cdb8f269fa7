import { describe, expect, test } from "vitest";
import { adopt, layered, ownCopy, type States } from "../../../../engine/reference/states.ts";

function states(...ids: readonly string[]): States<number> {
  return new Map(ids.map((id, index) => [id, new Map([["key", index]])]));
}

function adopted(before: States<number>, ...declared: readonly (readonly [id: string, was: string | null])[]): unknown {
  adopt(
    before,
    declared.map(([id, was]) => ({ id, was })),
  );
  return Object.fromEntries([...before].map(([id, entries]) => [id, entries.get("key") ?? null]));
}

describe("the state of another policy", () => {
  test("is kept by its id, begun anew, or dropped", () => {
    expect(adopted(states("a", "b"), ["b", null], ["c", null])).toEqual({ b: 1, c: null });
  });

  test("goes over to a declaration that was renamed", () => {
    expect(adopted(states("a"), ["b", "a"])).toEqual({ b: 0 });
    expect(adopted(states(), ["b", "a"])).toEqual({ b: null });
  });

  test("stays with a declaration that has the former name, or state of its own", () => {
    expect(adopted(states("a"), ["b", "a"], ["a", null])).toEqual({ b: null, a: 0 });
    expect(adopted(states("a", "b"), ["b", "a"])).toEqual({ b: 1 });
  });

  test("goes to the first of two that claim it", () => {
    expect(adopted(states("a"), ["b", "a"], ["c", "a"])).toEqual({ b: 0, c: null });
  });
});

describe("a copy", () => {
  test.each([
    ["of its own", ownCopy],
    ["in layers", layered],
  ])("%s has what there is, and keeps to itself what it is told", (_, copy) => {
    const before = states("a");
    const after = copy(before);
    expect(after.get("a")?.get("key")).toBe(0);
    after.get("a")?.set("key", 7);
    after.get("a")?.set("other", 8);
    expect([after.get("a")?.get("key"), after.get("a")?.get("other")]).toEqual([7, 8]);
    expect([before.get("a")?.get("key"), before.get("a")?.get("other")]).toEqual([0, undefined]);
    expect(after.get("b")).toBeUndefined();
  });
});
