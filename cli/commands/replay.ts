/** `edgepolicy replay`: what the policy would have done to recorded traffic. */
import type { Policy } from "../../engine/index.ts";
import {
  DecidedLines,
  type LogReading,
  type NamedLog,
  type ReplayResult,
  renderReplay,
  replayJson,
  replayLogs,
} from "../../simulator/index.ts";
import type { Command } from "../command.ts";
import { DecisionFile } from "../decision-file.ts";
import { openLogs } from "../input.ts";
import { type CliIo, colorOnStdout, widthOf } from "../io.ts";
import { logOptions, readLogOptions, withLogProblems } from "../log-options.ts";
import { type Arguments, formatOption } from "../options.ts";
import { refuseOverwriting } from "../own-files.ts";
import { loadToRun } from "../policy-file.ts";
import { EXIT } from "../problem.ts";

/** Most entries that may be held back to be put in order. */
const MOST_REORDERED = 10_000_000;

export const replay: Command = {
  usage:
    "FILE LOG… [--log-format FORMAT | --map FILE] [--identify FILE] [--skip-bad] [--reorder N] [--decisions OUT] [--format text|json]",
  about: `Decides recorded traffic at its recorded times and shows who would have been slowed, throttled and blocked, by what and
why, with the callers most affected. Several LOGs are replayed as one; name the oldest first. LOG may be \`-\` for standard input,
and may be compressed with gzip or zstd.`,
  options: [
    ...logOptions(),
    {
      name: "reorder",
      value: "N",
      help: "entries held back to put them in order; a log with no more of them is sorted as a whole (default 65536, and a minute)",
    },
    {
      name: "decisions",
      value: "OUT",
      help: "write every decision to this file, one JSON object a line, with the line of the log that it is about",
    },
    formatOption(),
  ],
  examples: [
    "replay website.edgepolicy access.log --skip-bad",
    "replay orders.edgepolicy requests.ndjson --log-format ndjson",
    "replay website.edgepolicy access.log.1 access.log --decisions decisions.ndjson",
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file = "", ...paths] = args.atLeast("FILE", "LOG");
  const reorderEntries = args.integer("reorder", 0, MOST_REORDERED);
  const { policy, sources } = loadToRun(file, io);
  const logs = openLogs(paths, io);
  const reading = { ...readLogOptions(args, [policy]), ...(reorderEntries === null ? {} : { reorderEntries }) };
  const settings = [args.text("map"), args.text("identify")].flatMap((path) => path ?? []);
  const output = openDecisions(args, [...sources.map(({ path }) => path), ...settings, ...paths]);
  const result = await withLogProblems(logs, args, () => replayInto(output, policy, logs, reading));
  const logName = logs.length === 1 ? (logs[0]?.name ?? "") : `${logs.length} logs`;
  await io.stdout(
    args.json()
      ? `${JSON.stringify(replayJson(result))}\n`
      : renderReplay(result, { color: colorOnStdout(io), logName, ...widthOf(io) }),
  );
  return EXIT.fine;
}

/** The file of `--decisions`; null where none is asked for. */
function openDecisions(args: Arguments, inputs: readonly string[]): DecisionFile | null {
  const path = args.text("decisions");
  if (path === null) return null;
  refuseOverwriting("--decisions", path, inputs);
  return new DecisionFile(path);
}

async function replayInto(
  output: DecisionFile | null,
  policy: Policy,
  logs: readonly NamedLog[],
  reading: LogReading,
): Promise<ReplayResult> {
  if (output === null) return replayLogs(policy, logs, reading);
  const names = logs.map(({ name }) => name);
  const lines = new DecidedLines(names, (piece) => output.write(piece));
  try {
    const result = await replayLogs(policy, logs, { ...reading, onDecision: (decided) => lines.add(decided) });
    lines.flush();
    return result;
  } finally {
    output.close();
  }
}
