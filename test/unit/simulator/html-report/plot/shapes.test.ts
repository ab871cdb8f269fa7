import { expect, test } from "vitest";
import { stepArea, stepLine } from "../../../../../simulator/html-report/plot/shapes.ts";

test("a line has a step for each interval, the last one to its end", () => {
  expect(String(stepLine([0, 10, 20], [5, 7]))).toBe("M0,5L10,5L10,7L20,7L20,7");
});

test("an area leaves out intervals in which there is nothing", () => {
  const path = String(stepArea([0, 10, 20, 30, 40], [[9, 5], null, [9, 2], [9, 3]]));
  expect(path.split("Z").filter((part) => part !== "")).toHaveLength(2);
  expect(path).toMatch(/^M0,5L10,5L10,5L10,9/);
  expect(path).toContain("M20,2L30,2L30,3L40,3");
  expect(String(stepArea([0, 10], [null]))).toBe("");
});
