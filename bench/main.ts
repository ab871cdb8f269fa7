/**
 * `npm run bench`: measures, prints tables, and writes `bench/results/`.
 *
 *     npm run bench -- [decisions] [rule-count] [authz] [--smoke] [--local]
 *
 * `--smoke` only shows that everything runs: its figures are not to be believed, and are written as `local-…`, which the
 * repository does not keep. So are those of `--local`.
 */
import { parseArgs } from "node:util";
import { benchAuthz } from "./authz.ts";
import { benchDecisions } from "./decisions.ts";
import { describeMachine } from "./machine.ts";
import { usedResults } from "./measure.ts";
import { type BenchResult, saveResult } from "./result.ts";
import { benchRuleCount } from "./rule-count.ts";

const BENCHES: Readonly<Record<string, (smoke: boolean) => BenchResult | Promise<BenchResult>>> = {
  decisions: benchDecisions,
  "rule-count": benchRuleCount,
  authz: benchAuthz,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: "boolean", default: false }, local: { type: "boolean", default: false } },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const machine = describeMachine();
console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}`);
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`no benchmark ${name}; there are ${Object.keys(BENCHES).join(", ")}`);
  const result = await bench(values.smoke);
  const path = saveResult(result, values.smoke || values.local);
  console.log(`\n${result.title}\n${result.table}\nwritten to ${path}`);
}
if (Number.isNaN(usedResults())) console.log("");
