import { expect, test } from "vitest";
import { countOwn, ownText } from "../../../../engine/facts/own.ts";

const record = Object.assign(Object.create({ inherited: "x" }) as Record<string, string>, { a: "1", empty: "" });

test("the text of an own member, also an empty one", () => {
  expect([ownText(record, "a"), ownText(record, "empty")]).toEqual(["1", ""]);
});

test("null for what is inherited or absent, and without a record", () => {
  expect([ownText(record, "inherited"), ownText(record, "b"), ownText({}, "toString"), ownText(null, "a")]).toEqual([
    null,
    null,
    null,
    null,
  ]);
});

test.each([[1], [["a"]], [null], [undefined], [{}], [true]])(
  "null where the value is %j, which is no text",
  (value) => {
    expect(ownText({ a: value } as unknown as Record<string, string>, "a")).toBeNull();
  },
);

test("own members are counted, inherited ones not", () => {
  expect([countOwn({}), countOwn({ a: "", b: "" }), countOwn(record)]).toEqual([0, 2, 2]);
});
