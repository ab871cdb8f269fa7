import { expect, test } from "vitest";
import { stepArea, stepLine } from "../../../../../simulator/html-report/plot/shapes.ts";

test("a line has a step for each interval, the last one to its end", () => {
  expect(String(stepLine([0, 10, 20], [5, 7]))).toBe("M0 5H10V7H20");
});

test("an area leaves out intervals in which there is nothing", () => {
  const path = String(stepArea([0, 10, 20, 30, 40], [[9, 5], null, [9, 2], [9, 3]]));
  expect(path).toBe("M0 5H10V9H0ZM20 2H30V3H40V9H20Z");
  expect(String(stepArea([0, 10], [null]))).toBe("");
});
