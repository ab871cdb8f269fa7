import { expect, test } from "vitest";
import { Containment } from "../../../../simulator/measures/containment.ts";

/** One request a second; `+` is admitted, `-` refused. */
function contained(trace: string): number | null {
  const containment = new Containment();
  for (let second = 0; second < trace.length; second++) containment.add(10 + second, trace[second] === "+");
  return containment.result();
}

test("nothing sent and nothing admitted is contained from the first", () => {
  expect(contained("")).toBe(0);
  expect(contained("-".repeat(500))).toBe(0);
});

test("is the time of the last admitted request of the flood", () => {
  expect(contained("+".repeat(20) + "-".repeat(500))).toBe(19);
  expect(contained("-".repeat(50) + "+".repeat(20) + "-".repeat(500))).toBe(69);
});

test("a trickle under 5 % is contained, one of 5 % is not", () => {
  const trickle = (every: number): string => `+${"-".repeat(every - 1)}`.repeat(50);
  expect(contained("+".repeat(10) + "-".repeat(100) + trickle(25))).toBe(9);
  expect(contained("+".repeat(10) + "-".repeat(100) + trickle(20))).toBe(null);
});

test("a second flood begins it anew", () => {
  expect(contained("+".repeat(10) + "-".repeat(300) + "+".repeat(10) + "-".repeat(300))).toBe(319);
});

test("an attack that runs free at its end was never contained", () => {
  expect(contained("-".repeat(300) + "+".repeat(5))).toBe(null);
  expect(contained("-".repeat(300) + "+".repeat(4))).toBe(0);
  expect(contained("+".repeat(500))).toBe(null);
});

test("a campaign of under 100 requests is judged by its share", () => {
  expect(contained("+")).toBe(null);
  expect(contained("+".repeat(3) + "-".repeat(50))).toBe(null);
  expect(contained("+".repeat(2) + "-".repeat(50))).toBe(0);
});
