/**
 * The order of test files: those that take longest begin first, so that none of them is still running when all others are done. Vitest
 * knows how long files took only where they have run before; on a clean clone it goes by their sizes, which say little.
 */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The longest files: those that compute and those that wait in turn, because they do not hinder each other. */
const LONGEST: readonly string[] = [
  "test/unit/server/workers/faults.test.ts",
  "test/unit/server/workers/standstill.test.ts",
  "test/e2e/documentation.test.ts",
  "test/e2e/documentation-readmes.test.ts",
  "test/e2e/conformance.test.ts",
  "test/unit/server/proxy/bad-services.test.ts",
  "test/e2e/start.test.ts",
  "test/unit/server/proxy/unread-answers.test.ts",
  "test/unit/server/workers/crew.test.ts",
  "test/unit/server/replay/restart.test.ts",
  "test/unit/server/workers/operation.test.ts",
  "test/unit/server/proxy/guards.test.ts",
  "test/unit/server/middleware/middleware.test.ts",
  "test/property/compiled-equals-reference.test.ts",
  "test/unit/simulator/attack-examples.test.ts",
  "test/unit/simulator/families.test.ts",
  "test/property/dropped-keys.test.ts",
  "test/unit/engine/allocation.test.ts",
  "test/fuzz/fuzz.test.ts",
];

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.indexOf(relative(ROOT, moduleId));
  return place < 0 ? LONGEST.length : place;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
