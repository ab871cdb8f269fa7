/** `edgepolicy replay`: what the policy would have done to recorded traffic. */
import type { Policy } from "../../engine/index.ts";
import { ReplayError, renderReplay, replayJson, replayLog, type ReplayResult } from "../../simulator/index.ts";
import { withoutControl } from "../bad-lines.ts";
import type { Command } from "../command.ts";
import { type Input, openLines } from "../input.ts";
import { type CliIo, colorOnStdout } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { loadGood } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";

/** What each name of `--log-format` is read as: nginx's default format is Apache's combined one. */
const FORMATS = { combined: "combined", nginx: "combined", ndjson: "ndjson" } as const;
type FormatName = keyof typeof FORMATS;

export const replay: Command = {
  usage: "FILE LOG [--log-format combined|nginx|ndjson] [--skip-bad] [--format text|json]",
  about: `Decides recorded traffic at its recorded times and tells who would have been slowed, throttled and blocked, by what and
why, with the callers most affected. LOG may be \`-\` for standard input.`,
  options: [
    {
      name: "log-format",
      value: Object.keys(FORMATS).join("|"),
      choices: Object.keys(FORMATS),
      planned: ["caddy", "envoy-json"],
      help: "how the log is written (default combined; ndjson: as for decide)",
    },
    { name: "skip-bad", value: null, help: "pass over lines that cannot be read, and count them" },
    formatOption(),
  ],
  planned: ["map"],
  examples: [
    "replay website.edgepolicy access.log --skip-bad",
    "replay orders.edgepolicy requests.ndjson --log-format ndjson",
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file = "", log = ""] = args.exactly("FILE", "LOG");
  const { policy } = loadGood(file, io);
  const input = openLines(log, io);
  const format = (args.text("log-format") ?? "combined") as FormatName;
  const result = await replayInput(policy, input, format, args.has("skip-bad"));
  await io.stdout(
    args.json()
      ? `${JSON.stringify(replayJson(result))}\n`
      : renderReplay(result, { color: colorOnStdout(io), logName: input.name }),
  );
  return EXIT.fine;
}

async function replayInput(policy: Policy, input: Input, format: FormatName, skipBad: boolean): Promise<ReplayResult> {
  try {
    return await replayLog(policy, input.lines, { format: FORMATS[format], skipBad });
  } catch (problem) {
    if (!(problem instanceof ReplayError)) throw problem;
    const { line, message } = problem;
    const place = line === null ? input.name : `${input.name}:${line}`;
    const reason = message.startsWith(`line ${line}: `) ? message.slice(`line ${line}: `.length) : message;
    throw new CliProblem(
      `${place}: ${withoutControl(reason)}`,
      "--skip-bad passes over lines that cannot be read, --log-format names another format",
    );
  }
}
