/**
 * Runs every example of an attack, both policies of every family, and their controls over thirty seeds (`--seeds N` for others), and
 * prints a line for each. Exit status 1 if a policy does not meet its expectations, a naive one meets all of them, or a control fails. Takes some minutes.
 */
import { parseArgs } from "node:util";
import { firstSeeds, type ScenarioResult, withoutRules } from "../simulator/index.ts";
import { denyingAll, exampleNames, loadExample, withoutAttack } from "./attack-examples.ts";
import { type FamilySide, familyNames, loadFamily, runSide } from "./example-families.ts";

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
  const ok = failed.length > 0;
  return { ok, text: `${title}  ${ok ? `fails ${failed.join(", ")}, as it should` : "holds, and should fail"}` };
}

/** No rules let everything through, a refusal of everything nothing, and a policy that nobody attacks refuses nothing. */
function controlLine(title: string, { policy, scenarios }: FamilySide, seeds: readonly number[]): Line {
  const open = runSide({ policy: withoutRules(policy), scenarios }, seeds);
  const closed = runSide({ policy: denyingAll(policy), scenarios }, seeds);
  const peace = runSide({ policy, scenarios: scenarios.map(withoutAttack) }, seeds);
  const wrong = [
    ...open.filter(({ attacks }) => attacks.some(({ admittedPercent }) => admittedPercent < 100)),
    ...closed.filter(({ attacks }) => attacks.some(({ admitted }) => admitted > 0)),
    ...peace.filter(({ populations }) => populations.some(({ refused }) => refused > 0)),
  ].map(({ scenario }) => scenario);
  return {
    ok: wrong.length === 0,
    text: `${title}  controls ${wrong.length === 0 ? "hold" : `fail: ${wrong.join(", ")}`}`,
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
    const side = { policy, scenarios: [scenario] };
    for (const line of linesOf(`attacks/${name}`, runSide(side, seeds))) tell(line);
    tell(controlLine(`attacks/${name}`, side, seeds));
  }
  for (const name of familyNames()) {
    const { naive, good } = loadFamily(name);
    for (const line of linesOf(`${name}/policy`, runSide(good, seeds))) tell(line);
    tell(naiveLine(`${name}/naive`, runSide(naive, seeds)));
    tell(controlLine(name, good, seeds));
  }
  return status;
}

process.exitCode = main(process.argv.slice(2));
