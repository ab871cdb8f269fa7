/**
 * Runs every example of an attack, every family and its naive twin over thirty seeds (`--seeds N` for others), and prints a line for
 * each scenario. Exit status 1 if a policy does not meet its expectations, or a naive one meets all of them. Takes some minutes.
 */
import { parseArgs } from "node:util";
import { firstSeeds, runScenario, type ScenarioResult } from "../simulator/index.ts";
import { exampleNames, loadExample } from "./attack-examples.ts";
import { familyNames, loadFamily, runSide } from "./example-families.ts";

const SEEDS = 30;

interface Line {
  readonly ok: boolean;
  readonly text: string;
}

function linesOf(title: string, results: readonly ScenarioResult[]): readonly Line[] {
  return results.map((result) => {
    const missed = result.gates.filter(({ held }) => !held).map(({ text }) => text);
    const outcome = missed.length === 0 ? "holds" : `misses ${missed.join(", ")}`;
    return { ok: result.held, text: `${title}  ${result.scenario}: ${outcome}` };
  });
}

/** A naive policy is there to fail, in one of its scenarios at least. */
function naiveLine(title: string, results: readonly ScenarioResult[]): Line {
  const failed = results.filter(({ held }) => !held).map(({ scenario }) => scenario);
  return {
    ok: failed.length > 0,
    text: `${title}  ${failed.length > 0 ? `fails ${failed.join(", ")}` : "holds"}, as it should fail`,
  };
}

function main(args: readonly string[]): number {
  const { values } = parseArgs({ args: [...args], options: { seeds: { type: "string", default: String(SEEDS) } } });
  const count = Number(values.seeds);
  if (!Number.isSafeInteger(count) || count < 1) {
    process.stderr.write(`edgepolicy: --seeds takes a whole number from 1, not \`${values.seeds}\`\n`);
    return 2;
  }
  const seeds = firstSeeds(count);
  let status = 0;
  const tell = ({ ok, text }: Line): void => {
    process.stdout.write(`${ok ? "ok    " : "FAILED"}  ${text}\n`);
    if (!ok) status = 1;
  };
  for (const name of exampleNames()) {
    const { policy, scenario } = loadExample(name);
    for (const line of linesOf(`attacks/${name}`, [runScenario(policy, scenario, { seeds })])) tell(line);
  }
  for (const name of familyNames()) {
    const { naive, good } = loadFamily(name);
    for (const line of linesOf(`${name}/policy`, runSide(good, seeds))) tell(line);
    tell(naiveLine(`${name}/naive`, runSide(naive, seeds)));
  }
  return status;
}

process.exitCode = main(process.argv.slice(2));
