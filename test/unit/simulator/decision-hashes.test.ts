/**
 * Decision hashes of what is shipped: a change of any decision of these runs changes one, on any machine and version of Node. A source
 * is `FILE seeds N to M`, files are those of `examples/`. `UPDATE=1` adds examples that are new.
 */
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPolicy, nodeFiles } from "../../../dsl/index.ts";
import { runSeed } from "../../../simulator/index.ts";
import { runGoldens } from "../../helpers/goldens.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples");
const GOLDENS = join(import.meta.dirname, "../../golden/decision-hashes/shipped.txt");

/** Examples with a scenario of which no run is in the goldens. */
function missing(): readonly string[] {
  const named = readFileSync(GOLDENS, "utf8");
  return readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".edgepolicy") && !named.includes(`\n${path} seeds `))
    .filter((path) => loadPolicy(join(EXAMPLES, path), nodeFiles).scenarios.length > 0)
    .sort();
}

if (process.env["UPDATE"] === "1")
  for (const path of missing()) appendFileSync(GOLDENS, `\n# ${path}\n${path} seeds 1 to 1\n==>\n`);

runGoldens("decision-hashes", (source) => {
  const [file = "", , from, , to] = source.trim().split(" ");
  const { policy, scenarios } = loadPolicy(join(EXAMPLES, file), nodeFiles);
  if (policy === null) throw new Error(`${file} does not load`);
  const seeds = Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
  const lines = scenarios.flatMap((scenario) =>
    seeds.map((seed) => `${scenario.name} ${seed} ${runSeed(policy, scenario, seed).decisionsHash}`),
  );
  return lines.join("\n");
});

test("every example with a scenario has a golden", () => {
  expect(readFileSync(GOLDENS, "utf8")).toContain("\norders/orders.edgepolicy seeds ");
  expect(missing()).toEqual([]);
});
