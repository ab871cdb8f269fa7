import { describe, expect, it } from "vitest";
import { lineText, makeSource, positionAt } from "../../../dsl/source.ts";

describe("a line table", () => {
  it("counts lines and columns from one, whatever ends a line", () => {
    const source = makeSource("a", "ab\ncd\r\nef\rg");
    expect([0, 1, 3, 7, 9, 10].map((offset) => positionAt(source, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 2, column: 1 },
      { line: 3, column: 1 },
      { line: 3, column: 3 },
      { line: 4, column: 1 },
    ]);
  });

  it("clamps offsets to the text", () => {
    const source = makeSource("a", "ab\n");
    expect(positionAt(source, -5)).toEqual({ line: 1, column: 1 });
    expect(positionAt(source, 99)).toEqual({ line: 2, column: 1 });
  });

  it("gives lines without their ends, and nothing past the last", () => {
    const source = makeSource("a", "ab\r\ncd");
    expect([1, 2, 3].map((line) => lineText(source, line))).toEqual(["ab", "cd", ""]);
  });
});
