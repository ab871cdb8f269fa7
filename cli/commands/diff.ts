/** `edgepolicy diff`: what a change of a policy does to recorded or simulated traffic. */
import type { Command } from "../command.ts";
import { FAIL_ON } from "../diff/exit-status.ts";
import { compare } from "../diff/run.ts";
import type { CliIo } from "../io.ts";
import { logOptions } from "../log-options.ts";
import { type Arguments, formatOption } from "../options.ts";

export const diff: Command = {
  usage: `OLD NEW (--log LOG [--log-format F | --map FILE] [--identify FILE] [--skip-bad] | --scenario NAME [--scenario-from old|new] [--seed N] [--seeds N])
         [--fail-on ${FAIL_ON.join("|")}] [--format text|json|markdown]`,
  about: `Shows which verdicts differ between two policies, by what decides, caller and route; the first request that is decided
differently, with both explanations; and which declarations changed. On a log both decide the same recorded requests; in a scenario
callers and attackers react to each, from the same seeds. Exits 1 if a verdict changes (see --fail-on), and 2 if it could not
run. LOG may be \`-\` for standard input.`,
  options: [
    { name: "log", value: "LOG", help: "compare on this log, as replay reads it" },
    ...logOptions(),
    { name: "scenario", value: "NAME", help: "compare in this scenario" },
    {
      name: "scenario-from",
      value: "old|new",
      choices: ["old", "new"],
      help: "whose scenario, routes and clients its callers are made of (default new)",
    },
    { name: "seed", value: "N", help: "the first seed; alone: the only one (default 1)" },
    { name: "seeds", value: "N", help: "how many seeds (default: what the scenario says)" },
    {
      name: "fail-on",
      value: FAIL_ON.join("|"),
      choices: FAIL_ON,
      help: "what exits 1 (default change: any verdict that changes); in a scenario newly-refused counts honest callers, newly-admitted attacks",
    },
    formatOption("text", ["markdown"]),
  ],
  examples: [
    "diff main.edgepolicy branch.edgepolicy --log access.log --skip-bad",
    "diff naive.edgepolicy orders.edgepolicy --scenario stuffing_campaign --seeds 5 --format markdown",
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  return compare(args, io);
}
