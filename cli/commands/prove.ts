/** `edgepolicy prove`: looks for requests that refute what a policy claims. */
import {
  DEFAULT_LONGEST,
  DEFAULT_REQUESTS,
  DEFAULT_RUNS,
  hasHeld,
  paintFor,
  proveJson,
  provePolicy,
  type ProveResult,
  renderProof,
} from "../../simulator/index.ts";
import type { Command } from "../command.ts";
import { type CliIo, colorOnStdout } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { loadToRun } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";
import { Progress } from "../progress.ts";

const MOST_RUNS = 10_000_000;
const MOST_LONGEST = 100_000;
const MOST_SEED = 2 ** 31 - 1;

export const prove: Command = {
  usage: "FILE [--runs N] [--seed N] [--path P] [--longest N] [--time D] [--against OLD] [--format text|json]",
  about: `Draws requests and traces at the edges of the policy's conditions, and tries to refute every invariant, what every limit
guarantees, and what holds of every policy. A refutation is shrunk and printed as a test; what was not refuted has held, and is not
proven. Exits 1 if something is refuted, 2 if the policy has errors.`,
  options: [
    {
      name: "runs",
      value: "N",
      help: `how many traces to try (default ${DEFAULT_RUNS}, but no more than ${DEFAULT_REQUESTS} requests)`,
    },
    { name: "seed", value: "N", help: "what they are drawn from; the same seed tries the same traces (default 1)" },
    { name: "path", value: "P", help: "try the one trace that a refutation named" },
    {
      name: "longest",
      value: "N",
      help: `how many requests one trace makes at most (default ${DEFAULT_LONGEST}); high thresholds need more`,
    },
    { name: "time", value: "D", help: "stop after this long, such as 30s or 10m" },
    { name: "against", value: "OLD", help: "look for a request that another policy decides differently, too" },
    formatOption(),
  ],
  examples: ["prove orders.edgepolicy", "prove orders.edgepolicy --runs 100000 --time 10m --against main.edgepolicy"],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file = ""] = args.exactly("FILE");
  const runs = args.integer("runs", 1, MOST_RUNS);
  const seed = args.integer("seed", 0, MOST_SEED) ?? 1;
  const longest = args.integer("longest", 1, MOST_LONGEST) ?? DEFAULT_LONGEST;
  const path = pathOf(args);
  const timeMs = timeOf(args);
  const { policy, sources, invariants } = loadToRun(file, io);
  const old = args.text("against");
  const against = old === null ? null : { policy: loadToRun(old, io).policy, name: old };
  const progress = new Progress(file, path === null ? (runs ?? DEFAULT_RUNS) : 1, io);
  let result: ProveResult;
  try {
    const onTrace = (traces: number): void => progress.look(traces);
    result = await provePolicy(
      { file, policy, sources, invariants },
      { runs, longest, seed, path, timeMs, against, onTrace },
    );
  } finally {
    progress.clear();
  }
  if (path !== null && result.traces === 0) throw new CliProblem(`--path ${path}: seed ${seed} has no such trace`);
  await io.stdout(
    args.json() ? `${JSON.stringify(proveJson(result))}\n` : renderProof(result, paintFor(colorOnStdout(io))),
  );
  return hasHeld(result) ? EXIT.fine : EXIT.no;
}

function pathOf(args: Arguments): string | null {
  const path = args.text("path");
  if (path === null || /^\d{1,7}(?::\d{1,7}){0,1000}$/.test(path)) return path;
  throw new CliProblem(
    `--path ${path}: not a path such as 12 or 12:0:3`,
    "a refutation names the path that leads to it",
  );
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function timeOf(args: Arguments): number | null {
  const text = args.text("time");
  if (text === null) return null;
  const [, count = "", unit = ""] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const millis = Number(count) * (UNITS[unit] ?? 0);
  if (millis > 0 && millis < 2 ** 31) return millis;
  throw new CliProblem(`--time ${text}: not a duration such as 30s or 10m`);
}
