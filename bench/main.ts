/**
 * `npm run bench`: measures, prints tables, and writes `bench/results/`.
 *
 *     npm run bench -- [GROUP or BENCHMARK …] [--quick] [--local] [--kept]
 *
 * `--quick` only shows that everything runs: its figures are not to be believed, and are written as `local-…`, which the
 * repository does not keep. So are those of `--local`. The group `rivals` runs only where it is named: it installs what edgepolicy is
 * compared with, in `bench/rivals`. So does `targets`: all that targets are judged by, and then the table of them; with `--kept`, the
 * table alone, by the results that are kept.
 */
import { parseArgs } from "node:util";
import { benchAuthz } from "./authz.ts";
import { benchChallenge } from "./challenge.ts";
import { benchCheck } from "./check.ts";
import { benchCompile } from "./compile.ts";
import { benchDecisions } from "./decisions.ts";
import { benchDeopts } from "./deopts.ts";
import { benchEngines } from "./engines.ts";
import { benchIdentity } from "./identity.ts";
import { benchLanguageServer } from "./language-server.ts";
import { benchLimited } from "./limited.ts";
import { benchLimiters } from "./limiters.ts";
import { describeMachine } from "./machine.ts";
import { usedResults } from "./measure.ts";
import { benchPatterns } from "./patterns.ts";
import { benchParse } from "./parse.ts";
import { benchReplay } from "./replay.ts";
import { type BenchResult, saveResult } from "./result.ts";
import { MEASURED } from "./results.ts";
import { benchProxy } from "./proxy.ts";
import { benchRuleCount } from "./rule-count.ts";
import { benchSimulate } from "./simulate.ts";
import { benchStart } from "./start.ts";
import { benchState } from "./state.ts";
import { benchStream } from "./stream.ts";
import { benchTargets } from "./targets.ts";
import { benchWorkers } from "./workers.ts";

type Bench = (quick: boolean, local: boolean) => BenchResult | Promise<BenchResult>;

/** The benchmarks by group, in the order in which all of them run. Each needs a line here and a file; how it is kept and printed is done. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, Bench>>>> = {
  parse: { parse: benchParse },
  check: { check: benchCheck },
  compile: { compile: benchCompile },
  patterns: { patterns: benchPatterns },
  decide: { decisions: benchDecisions, "rule-count": benchRuleCount },
  deopts: { deopts: benchDeopts },
  state: { state: benchState },
  simulate: { simulate: benchSimulate },
  replay: { replay: benchReplay },
  server: {
    authz: benchAuthz,
    limited: benchLimited,
    proxy: benchProxy,
    challenge: benchChallenge,
    workers: benchWorkers,
  },
  identity: { identity: benchIdentity },
  stream: { stream: benchStream },
  editor: { "language-server": benchLanguageServer },
  start: { start: benchStart },
  rivals: { engines: benchEngines, limiters: benchLimiters },
  targets: { targets: benchTargets },
};
/** Groups that run only where they are named: they install packages first. */
const ON_DEMAND: ReadonlySet<string> = new Set(["rivals", "targets"]);
const BENCHES: Readonly<Record<string, Bench>> = Object.assign({}, ...Object.values(GROUPS));

/** The benchmarks that a name stands for: its own, or those of its group. */
function named(name: string): readonly string[] {
  if (name === "targets") return values.kept ? [name] : [...MEASURED, name];
  const group = GROUPS[name];
  if (group !== undefined) return Object.keys(group);
  if (Object.hasOwn(BENCHES, name)) return [name];
  const names = new Set([...Object.keys(GROUPS), ...Object.keys(BENCHES)]);
  console.error(`no benchmark ${name}; there are ${[...names].join(", ")}`);
  process.exit(2);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    local: { type: "boolean", default: false },
    kept: { type: "boolean", default: false },
  },
});
const usual = Object.keys(GROUPS).filter((group) => !ON_DEMAND.has(group));
const names = new Set((positionals.length > 0 ? positionals : usual).flatMap(named));
const machine = describeMachine();
console.log(
  `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, commit ${machine.commit}, loop ${machine.loopNanos} ns`,
);
for (const name of names) {
  const bench = BENCHES[name];
  if (bench === undefined) continue;
  const local = values.quick || values.local;
  const result = await bench(values.quick, local);
  const path = saveResult(result, local);
  console.log(`\n${result.title}\n${result.table}\nwritten to ${path}`);
}
if (Number.isNaN(usedResults())) console.log("");
