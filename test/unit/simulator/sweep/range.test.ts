import { expect, test } from "vitest";
import { sweepValues } from "../../../../simulator/index.ts";
import { literalText, readLiteral } from "../../../../simulator/sweep/literal-text.ts";
import type { PolicyLiteral } from "../../../../simulator/sweep/literals.ts";

function literal(kind: PolicyLiteral["kind"], raw = "1"): PolicyLiteral {
  return { name: "let it", kind, value: 1, raw, span: { file: 0, start: 0, end: 0 } };
}

const texts = (kind: PolicyLiteral["kind"], range: string): readonly string[] =>
  sweepValues(literal(kind), range).map(({ text }) => text);

test.each<[string, PolicyLiteral["kind"], string, readonly string[]]>([
  ["steps of one width where the ends are near", "int", "10..30:5", ["10", "15", "20", "25", "30"]],
  ["steps of one factor where they are far apart", "int", "1..100:5", ["1", "3", "10", "32", "100"]],
  ["no step twice", "int", "1..4", ["1", "2", "3", "4"]],
  ["from nothing on steps of one width", "int", "0..6:4", ["0", "2", "4", "6"]],
  ["durations in units that people write", "duration", "1m..2h:5", ["1m", "200s", "11m", "36m", "2h"]],
  ["percentages with a fraction", "percent", "0.1%..10%:5", ["0.1%", "0.32%", "1%", "3.2%", "10%"]],
  ["sizes", "size", "1KB..1MB:3", ["1KB", "32KB", "1MB"]],
])("%s", (_, kind, range, expected) => {
  expect(texts(kind, range)).toEqual(expected);
});

test.each([
  ["1..", "`1..` is no range of `let it`, which is 1"],
  ["1m..2m", "`1m..2m` is no range of `let it`, which is 1"],
  ["1..2 or x", "`1..2 or x` is no range of `let it`, which is 1"],
  ["9..3", "the range `9..3` does not ascend"],
  ["1..9:1", "a sweep takes 2 to 50 steps, not 1"],
  ["1..9:51", "a sweep takes 2 to 50 steps, not 51"],
])("`%s` is refused", (range, message) => {
  expect(() => sweepValues(literal("int"), range)).toThrow(message);
});

test.each<[PolicyLiteral["kind"], number, string]>([
  ["int", 12.4, "12"],
  ["decimal", 2, "2.0"],
  ["decimal", 0.12345, "0.123"],
  ["percent", 12.5, "12.5%"],
  ["duration", 90e6, "90s"],
  ["duration", 3.6e9, "1h"],
  ["duration", 1500e3, "1500ms"],
  ["duration", 0, "1ms"],
  ["size", 65_536, "64KB"],
  ["size", 1000, "1000B"],
])("writes a %s %d as %s, and reads it back", (kind, value, text) => {
  expect(literalText(kind, value)).toBe(text);
  expect(literalText(kind, readLiteral(kind, text)!)).toBe(text);
});

test("reads what the language reads, and nothing else", () => {
  expect(readLiteral("int", "1_000")).toBe(1000);
  expect(readLiteral("decimal", "3")).toBe(3);
  for (const text of ["", "x", "1 + 1", "1m", "true", '"1"', "1\nlet b = 2"])
    expect(readLiteral("int", text)).toBe(null);
});
