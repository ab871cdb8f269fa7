/** Functions made of text and of named values. */
import { expect, test } from "vitest";
import { Source } from "../../../../engine/generate/source.ts";

test("a function has the values that were named for it, the latest of each name", () => {
  const source = new Source();
  const add = (a: number, b: number): number => a + b;
  expect([source.value("add", add), source.value("one", 1), source.value("one", 2)]).toEqual(["add", "one", "one"]);
  const made = source.make("(x) => add(x, one)") as (x: number) => number;
  expect(made(40)).toBe(42);
});

test("a function is strict, and knows nothing of this module", () => {
  const source = new Source();
  expect((source.make("function () { return this; }") as () => unknown)()).toBeUndefined();
  expect((source.make("() => typeof MOST_SOURCE") as () => unknown)()).toBe("undefined");
});

test("text of more than 32,768 characters makes none", () => {
  const source = new Source();
  const textOf = (length: number): string => "() => 1".padEnd(length, " ");
  expect((source.make(textOf(32_768)) as () => number)()).toBe(1);
  expect(source.make(textOf(32_769))).toBeNull();
});

test("text that is no function is a fault of ours, and is not hidden", () => {
  expect(() => new Source().make("() => (")).toThrow(SyntaxError);
  expect(() => new Source().make("nowhere")).toThrow(ReferenceError);
});

test("a host that makes no functions of texts is told by its refusal", () => {
  const own = globalThis.Function;
  globalThis.Function = function refuse() {
    throw new EvalError("not here");
  } as unknown as FunctionConstructor;
  try {
    expect(new Source().make("() => 1")).toBeNull();
  } finally {
    globalThis.Function = own;
  }
});
