/**
 * The tests that the mutants of one file of `engine/` are judged by: its own tests, or also those of its folder and of the engine as
 * a whole, the conformance cases, and the quick properties nearest to it. Stryker notes which test runs which line, so a mutant is judged by those
 * alone that reach it. All tests would find more, and take days.
 */
import { existsSync } from "node:fs";
import process from "node:process";
import { dirname } from "node:path";
import { ownTests } from "./own-tests.ts";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const mutated = process.env["EDGEPOLICY_MUTATED"] ?? "engine/engine.ts";
const own = ownTests(mutated).filter((path) => existsSync(path));

/** Properties by the beginning of the paths that they are near to; those of every beginning that fits are run. */
const PROPERTIES: Readonly<Record<string, string>> = {
  "engine/": "{state-agrees,rule-order,reload}",
  "engine/compile/": "{compiled-equals-reference,facts-agree,texts-agree}",
  "engine/facts/": "{facts-agree,texts-agree,graphql,key-isolation}",
  "engine/explain/": "{explain,smallest-change}",
  "engine/reference/":
    "{compiled-equals-reference,facts-agree,texts-agree,graphql,explain,limit-oracle,limit-precision}",
  "engine/regex/": "texts-agree",
  "engine/snapshot/": "snapshots",
  "engine/state/": "{aggregate,signal}-accuracy",
};
const OF_LIMITS = /\/(gcra|logs|calendars|calendar-clock|entry-pool|charge|scaled-rates|limit-table)\.ts$/;

function testsOf(file: string): readonly string[] {
  if (process.env["EDGEPOLICY_MUTATED_BY"] === "own") return own;
  const folder = dirname(file);
  const near = Object.keys(PROPERTIES).filter((beginning) => file.startsWith(beginning));
  return [
    ...own,
    ...(folder === "engine" ? [] : [`test/unit/${folder}/**/*.test.ts`]),
    "test/unit/engine/*.test.ts",
    "test/conformance/conformance.test.ts",
    ...near.map((beginning) => `test/property/${PROPERTIES[beginning]}.test.ts`),
    ...(OF_LIMITS.test(file) ? ["test/property/limit-{precision,oracle}.test.ts"] : []),
  ];
}

/** The file's own tests first, and properties last: what finds a mutant soonest ends the judgement. */
class NearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = own.findIndex((path) => moduleId.endsWith(path));
      if (place >= 0) return place;
      if (moduleId.includes(`test/unit/${dirname(mutated)}/`)) return own.length;
      return own.length + (moduleId.includes("/unit/") ? 1 : 2);
    };
    return files.toSorted((left, right) => rank(left) - rank(right));
  }
}

const config: ViteUserConfig = defineConfig({
  test: {
    name: "mutation",
    include: [...testsOf(mutated)],
    // What takes long, and judges the whole.
    exclude: ["test/unit/engine/{allocation,hostile,linear}.test.ts"],
    testTimeout: 60_000,
    sequence: { sequencer: NearestFirst },
    // A mutant is found by the first test that fails.
    bail: 1,
  },
});

export default config;
