/** `edgepolicy replay`: what the policy would have done to recorded traffic. */
import { renderReplay, replayJson, replayLog } from "../../simulator/index.ts";
import type { Command } from "../command.ts";
import { openLines } from "../input.ts";
import { type CliIo, colorOnStdout } from "../io.ts";
import { LOG_OPTIONS, logReading, withLogProblems } from "../log-input.ts";
import { type Arguments, formatOption } from "../options.ts";
import { loadGood } from "../policy-file.ts";
import { EXIT } from "../problem.ts";

export const replay: Command = {
  usage: "FILE LOG [--log-format combined|nginx|ndjson] [--skip-bad] [--format text|json]",
  about: `Decides recorded traffic at its recorded times and tells who would have been slowed, throttled and blocked, by what and
why, with the callers most affected. LOG may be \`-\` for standard input.`,
  options: [...LOG_OPTIONS, formatOption()],
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
  const result = await withLogProblems(input.name, () => replayLog(policy, input.lines, logReading(args)));
  await io.stdout(
    args.json()
      ? `${JSON.stringify(replayJson(result))}\n`
      : renderReplay(result, { color: colorOnStdout(io), logName: input.name }),
  );
  return EXIT.fine;
}
