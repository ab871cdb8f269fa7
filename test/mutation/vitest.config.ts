/**
 * The tests that the mutants of one file of `engine/` are judged by: its own unit test, else those of its folder, and the properties
 * nearest to it that are quick. All tests would find more, and take days.
 */
import { existsSync } from "node:fs";
import process from "node:process";
import { dirname } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";

const mutated = process.env["EDGEPOLICY_MUTATED"] ?? "engine/engine.ts";
const own = `test/unit/${mutated.replace(/\.ts$/, ".test.ts")}`;
const unit = existsSync(own) ? own : `test/unit/${dirname(mutated)}/**/*.test.ts`;
const isState = mutated.startsWith("engine/state/");
const isOfLimits = /\/(gcra|logs|calendars|calendar-clock|entry-pool|charge|scaled-rates|limit-table)\.ts$/.test(
  mutated,
);

const properties = [
  "test/property/state-agrees.test.ts",
  isOfLimits ? "test/property/limit-{precision,oracle}.test.ts" : "test/property/{aggregate,signal}-accuracy.test.ts",
];

const config: ViteUserConfig = defineConfig({
  test: {
    name: "mutation",
    include: [unit, ...(isState ? properties : [])],
    testTimeout: 60_000,
    // A mutant is found by the first test that fails.
    bail: 1,
  },
});

export default config;
