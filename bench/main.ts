/**
 * `npm run bench`: measures, prints tables, and writes `bench/results/`.
 *
 *     npm run bench -- [decisions] [rule-count] [authz] [language-server] [--quick] [--local]
 *
 * `--quick` only shows that everything runs: its figures are not to be believed, and are written as `local-…`, which the
 * repository does not keep. So are those of `--local`.
 */
import { parseArgs } from "node:util";
import { benchAuthz } from "./authz.ts";
import { benchDecisions } from "./decisions.ts";
import { benchLanguageServer } from "./language-server.ts";
import { describeMachine } from "./machine.ts";
import { usedResults } from "./measure.ts";
import { type BenchResult, saveResult } from "./result.ts";
import { benchRuleCount } from "./rule-count.ts";

const BENCHES: Readonly<Record<string, (quick: boolean) => BenchResult | Promise<BenchResult>>> = {
  decisions: benchDecisions,
  "rule-count": benchRuleCount,
  authz: benchAuthz,
  "language-server": benchLanguageServer,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, local: { type: "boolean", default: false } },
});
const unknown = positionals.find((name) => !Object.hasOwn(BENCHES, name));
if (unknown !== undefined) {
  console.error(`no benchmark ${unknown}; there are ${Object.keys(BENCHES).join(", ")}`);
  process.exit(2);
}
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
const machine = describeMachine();
console.log(
  `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}, loop ${machine.loopNanos} ns`,
);
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) continue;
  const result = await bench(values.quick);
  const path = saveResult(result, values.quick || values.local);
  console.log(`\n${result.title}\n${result.table}\nwritten to ${path}`);
}
if (Number.isNaN(usedResults())) console.log("");
