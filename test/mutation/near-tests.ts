/**
 * The tests that judge what a file's own tests leave: those of its folder and of the engine as a whole, the conformance cases, and the
 * quick properties nearest to it. All tests would find more, and take days.
 */
import { existsSync, globSync } from "node:fs";
import { dirname, join } from "node:path";
import { ownTests } from "./own-tests.ts";

const ROOT = join(import.meta.dirname, "../..");
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
/** What takes long, and judges the whole. */
const LONG = /\/engine\/(allocation|hostile|linear)\.test\.ts$/;

/** Where they stand, those that are likeliest to find something first: its own, its folder's, the engine's, properties. */
export function nearTests(file: string): readonly string[] {
  const folder = dirname(file);
  const near = Object.keys(PROPERTIES).filter((beginning) => file.startsWith(beginning));
  const patterns = [
    ...(folder === "engine" ? [] : [`test/unit/${folder}/**/*.test.ts`]),
    "test/unit/engine/*.test.ts",
    "test/conformance/conformance.test.ts",
    ...near.map((beginning) => `test/property/${PROPERTIES[beginning]}.test.ts`),
    ...(OF_LIMITS.test(file) ? ["test/property/limit-{precision,oracle}.test.ts"] : []),
  ];
  const found = patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT }).sort());
  const all = [...ownTests(file).filter((path) => existsSync(join(ROOT, path))), ...found];
  return [...new Set(all.map((path) => path.replaceAll("\\", "/")))].filter((path) => !LONG.test(path));
}
