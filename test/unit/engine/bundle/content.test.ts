/** The layout of bundles: plain data comes back as it was, and bytes that are none are refused without harm. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INTEGERS, LONG_TEXT, TAG } from "../../../../engine/bundle/layout.ts";
import { readContent } from "../../../../engine/bundle/read-content.ts";
import { writeContent } from "../../../../engine/bundle/write-content.ts";
import { check } from "../../../helpers/property.ts";

/** Names of members; one that comparing would not survive has a test of its own. */
const names = fc
  .oneof(fc.constantFrom("kind", "span", "start", "index", "a"), fc.string())
  .filter((name) => name !== "__proto__");

/** Spans, which are written apart: near one another, and as far as they can be; some end before they start. */
const place = fc.oneof(fc.nat(200), fc.nat(INTEGERS), fc.constantFrom(0, INTEGERS - 1));
const span = fc.record({ file: fc.nat(3), start: place, end: place }, { noNullPrototype: true });

/** Everything that may be in a bundle, repeated often enough that some of it is kept. */
const data: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom(
      null,
      true,
      false,
      undefined,
      0,
      -0,
      1,
      INTEGERS - 1,
      INTEGERS,
      2 ** 53 - 1,
      -1,
      0.1,
      Infinity,
      NaN,
    ),
    fc.double(),
    fc.constantFrom(
      "",
      "kind",
      "\uD800",
      "x".repeat(LONG_TEXT),
      `\uFEFF${"é".repeat(LONG_TEXT)}`,
      "\uDC00".repeat(LONG_TEXT),
    ),
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.uint8Array({ maxLength: 4 }),
  ),
  node: fc.oneof(
    { depthSize: "small" },
    tie("leaf"),
    fc.array(tie("node"), { maxLength: 10 }),
    fc.dictionary(names, tie("node"), {
      maxKeys: 10,
      noNullPrototype: true,
    }),
    fc.record({ file: tie("leaf"), start: tie("leaf"), end: tie("leaf") }, { noNullPrototype: true }),
    span,
    fc.record(
      { kind: tie("leaf"), value: tie("node"), type: tie("node"), span: tie("node") },
      { noNullPrototype: true },
    ),
  ),
})).node;

describe("content", () => {
  it("comes back as it was, and equal content as equal bytes", () => {
    check(
      fc.property(data, (content) => {
        const twice = [content, content];
        const bytes = writeContent(twice);
        expect(readContent(bytes)).toStrictEqual(twice);
        expect(writeContent(structuredClone(twice))).toEqual(bytes);
      }),
      { runs: 500 },
    );
  });

  it("keeps what a member called __proto__ holds, and the prototype", () => {
    const content = JSON.parse('{ "a": 1, "__proto__": { "b": 2 } }') as object;
    const read = readContent(writeContent(content)) as object;
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(JSON.stringify(read)).toBe('{"a":1,"__proto__":{"b":2}}');
    expect(Object.getOwnPropertyDescriptor(read, "__proto__")).toMatchObject({
      writable: true,
      enumerable: true,
      configurable: true,
    });
  });

  it("takes four bytes for a span that is near the one before", () => {
    const spans = (count: number): unknown =>
      Array.from({ length: count }, (_, index) => ({
        file: 0,
        start: 1_000_000 + 40 * index,
        end: 1_000_020 + 40 * index,
      }));
    expect(writeContent(spans(11)).length - writeContent(spans(1)).length).toBe(40);
  });

  it.each<object>([
    { file: 0, start: 1, end: 2, more: 3 },
    { start: 1, end: 2, file: 0 },
    { file: 0, start: 1 },
    { file: -1, start: 1, end: 2 },
    { file: 0, start: -1, end: 2 },
    { file: 0, start: 0.5, end: 2 },
    { file: 0, start: 2, end: 1 },
    { file: 0, start: 1, end: INTEGERS },
    { file: INTEGERS, start: 1, end: 2 },
    { file: 0, start: -0, end: 2 },
    { file: 0, start: 1, end: "2" },
  ])("keeps %j, which is like a span and none", (almost) => {
    const spans = [{ file: 0, start: 5, end: 9 }, almost, { file: 0, start: 7, end: 7 }];
    const read = readContent(writeContent(spans)) as readonly object[];
    expect(read).toStrictEqual(spans);
    expect(Object.keys(read[1] ?? {})).toEqual(Object.keys(almost));
  });

  it("keeps integers of every length", () => {
    const powers = Array.from({ length: 53 }, (_, power) => 2 ** power);
    const integers = powers.flatMap((power) => [power - 1, power, power + 1]);
    expect(readContent(writeContent(integers))).toEqual(integers);
    for (const each of integers) expect(readContent(writeContent(each))).toBe(each);
  });

  it.each([
    "file,start,end",
    "kind,value,type,span",
    "kind,name,args,type,span",
    "kind,item,type,span",
    "kind,index,type,span",
    "kind,items,type,span",
    "kind,options,type,span",
    "kind,op,left,right,type,span",
    "kind,left,right,type,span",
    "name,doc,span,on,when,action,because,tags,owner,sealed,unavailable,rollout",
    "name,doc,span,methods,host,segments,scopes,minEvidence,body",
    "name,doc,other",
  ])("keeps rows of %s, each member its own", (names) => {
    const row = (from: number): object =>
      Object.fromEntries(names.split(",").map((name, index) => [name, { text: `${name} ${from + index}` }]));
    const rows = [row(0), row(100), row(200)];
    const read = readContent(writeContent(rows));
    expect(read).toStrictEqual(rows);
    expect(Object.keys((read as readonly object[])[0] ?? {})).toEqual(names.split(","));
  });

  it("has small values that are equal once", () => {
    const type = (): object => ({ scalar: "int", set: false });
    const [first, second, third] = readContent(
      writeContent([type(), type(), { scalar: "int", set: true }]),
    ) as object[];
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it.each<[string, unknown, unknown]>([
    ["a number and its text", [1], ["1"]],
    ["zero and negative zero", [0], [-0]],
    ["null and what is not kept itself", [null], [{ start: 1 }]],
    ["null and what is too deep", [null], [[[[1]]]]],
    ["items whose digits are the same", [1, 23], [12, 3]],
    ["an array and an object", ["a"], { 0: "a" }],
    ["where an array begins", [[1, 2]], [1, [2]]],
    ["where an array ends", [[1, 2]], [[1], 2]],
    ["undefined and its name", { a: undefined }, { a: "undefined" }],
    ["a member and none", { a: [] }, { a: {} }],
  ])("tells apart %s", (_, left, right) => {
    expect(readContent(writeContent([left, right, left, right]))).toStrictEqual([left, right, left, right]);
  });

  it.each<[string, unknown, boolean]>([
    ["an array of eight", [1, 2, 3, 4, 5, 6, 7, 8], true],
    ["an array of nine", [1, 2, 3, 4, 5, 6, 7, 8, 9], false],
    ["three levels", { kind: "set", ranges: [[1, 2]] }, true],
    ["four levels", [[[[1]]]], false],
    ["a span", { file: 0, start: 1, end: 2 }, false],
    ["a reference", { kind: "let", index: 3 }, false],
    ["an array with bytes", [new Uint8Array(2)], false],
    ["an array of a long text", ["x".repeat(LONG_TEXT)], false],
    ["an array of a text", ["x".repeat(LONG_TEXT - 1)], true],
  ])("has %s once: %3$s", (_, value, once) => {
    const [first, second] = readContent(writeContent([value, structuredClone(value)])) as object[];
    expect([first === second, second]).toStrictEqual([once, value]);
  });

  it("has texts once in the preamble but for long ones, which are in UTF-8 where they can be", () => {
    const textsOf = (content: unknown): unknown => {
      const bytes = writeContent(content);
      const length = new DataView(bytes.buffer).getUint32(0);
      return (JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as { texts: unknown }).texts;
    };
    const [short, long, lone] = ["x".repeat(LONG_TEXT - 1), "é".repeat(LONG_TEXT), "\uD800".repeat(LONG_TEXT)];
    expect(textsOf([short, long, short, lone])).toEqual([short, lone]);
  });

  it.each<[string, unknown]>([
    ["numbers", Array.from({ length: 20_000 }, (_, index) => index + 0.5)],
    ["integers", Array.from({ length: 70_000 }, (_, index) => index)],
    ["a text", "x".repeat(100_000)],
    ["texts and bytes", Array.from({ length: 40 }, (_, index) => ["é".repeat(5_000 + index), new Uint8Array(index)])],
    ["bytes that no doubling makes room for", [new Uint8Array(300_000).fill(7), 1]],
    ["bytes that just fill what there is", [new Uint8Array(65_532).fill(7), 1, 2, 3]],
  ])("grows with %s", (_, content) => {
    expect(Object.is(JSON.stringify(readContent(writeContent(content))), JSON.stringify(content))).toBe(true);
  });

  it.each<[string, unknown]>([
    ["a number", 0.5],
    ["an integer", 3_000_000],
    ["bytes", Uint8Array.of(1, 2, 3)],
    ["a text", "é".repeat(LONG_TEXT)],
  ])("has room for %s wherever what there was ends", (_, value) => {
    for (let before = 65_510; before < 65_540; before++) {
      const [bytes, read] = readContent(writeContent([new Uint8Array(before), value])) as [Uint8Array, unknown];
      expect([bytes.length, read]).toStrictEqual([before, value]);
    }
  });

  it.each<[string, unknown, number]>([
    ["an integer of four bits", 15, 1],
    ["one of five", 16, 2],
    ["the largest integer", INTEGERS - 1, 5],
    ["what is larger, as other numbers", INTEGERS, 9],
    ["127 bytes", new Uint8Array(127), 129],
    ["128 bytes", new Uint8Array(128), 131],
  ])("takes no more for %s than it must", (_, value, length) => {
    expect(writeContent(value).length - writeContent(0).length + 1).toBe(length);
  });

  it("refuses what is no plain data", () => {
    expect(() => writeContent(Symbol("s"))).toThrow("a symbol is no plain data");
    expect(() => writeContent({ f: () => 1 })).toThrow(TypeError);
    expect(() => writeContent([1n])).toThrow(TypeError);
  });

  it("is refused where it ends early, wherever that is", () => {
    const bytes = writeContent({ a: [1, "two", 300, 0.5, new Uint8Array(3)], b: "x".repeat(LONG_TEXT) });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readContent(bytes.slice(0, length))).toThrow(Error);
    }
  });

  it("says that it ends early, in whatever it does", () => {
    const head = writeContent(0).length - 1;
    for (const content of [[1, 2, 3, 4, 5], 300, 3_000_000, new Uint8Array(3), "x".repeat(LONG_TEXT)]) {
      const bytes = writeContent(content);
      const start = typeof content === "number" ? head : bytes.length - 1;
      for (let length = start; length < bytes.length; length++) {
        expect(() => readContent(bytes.slice(0, length))).toThrow(new Error("the content ends early"));
      }
    }
  });

  it("refuses a value of no kind that there is", () => {
    const head = writeContent(null).subarray(0, -1);
    for (const what of [6, 7, 15]) {
      const bytes = Uint8Array.of(...head, (what << 3) | TAG.rare);
      expect(() => readContent(bytes)).toThrow(new Error("the content holds no such value"));
    }
  });

  it("gives bytes that are their own, and as many as were written", () => {
    const written = writeContent([Uint8Array.of(1, 2, 3), 4]);
    const [read] = readContent(written) as [Uint8Array];
    written.fill(0);
    expect([[...read], read.buffer.byteLength]).toEqual([[1, 2, 3], 3]);
  });

  it("takes no memory for what is not there, and ends for any bytes", () => {
    const head = writeContent(0).subarray(0, -1);
    const huge = Uint8Array.of(...head, 0xfb, 0xff, 0xff, 0xff, 0x7f);
    expect(() => readContent(huge)).toThrow("ends early");
    check(
      fc.property(fc.uint8Array({ maxLength: 64 }), (tail) => {
        try {
          readContent(Uint8Array.of(...head, ...tail));
        } catch (problem) {
          expect(problem).toBeInstanceOf(Error);
        }
      }),
      { runs: 500 },
    );
  });
});
