/** Every property of the index has its tests, and every counterexample that is tested is in it. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NOT_PROMISED, type Place, PROPERTIES } from "./index.ts";

const TESTS = join(import.meta.dirname, "..");

function isThere([file, title]: Place): boolean {
  return readFileSync(join(TESTS, file), "utf8").includes(title);
}

test("there are thirty, in order", () => {
  expect(PROPERTIES.map(({ number }) => number)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
});

test.each(PROPERTIES)("$number: $property", ({ places }) => {
  expect(places.length).toBeGreaterThan(0);
  for (const place of places) expect(isThere(place), place.join(": ")).toBe(true);
});

describe("what is not promised", () => {
  test.each(NOT_PROMISED)("%s: %s", (...place) => {
    expect(isThere(place)).toBe(true);
  });

  test("nothing else is", () => {
    const shown = globSync("property/*.test.ts", { cwd: TESTS })
      .filter((file) => !file.endsWith("index.test.ts"))
      .flatMap((file) => readFileSync(join(TESTS, file), "utf8").match(/test\("not promised:/g) ?? []);
    expect(shown.length).toBe(NOT_PROMISED.length);
  });
});
