/** `edgepolicy decide`: requests as data in, decisions as data out. */
import type { Command } from "../command.ts";
import { readOverlays } from "../decide/overlays.ts";
import { decideInput } from "../decide/run.ts";
import { type EngineChoice, ENGINES } from "../decide/session.ts";
import { openLines } from "../input.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { loadGood } from "../policy-file.ts";

const CHOICES: readonly EngineChoice[] = ["compiled", "reference", "both"];

export const decide: Command = {
  usage:
    "FILE [--requests F] [--overlays F] [--engine compiled|reference|both] [--explain] [--skip-bad] [--format text|json]",
  about: `Decides requests, one JSON object a line, at the times they state, and prints one decision a line. With \`both\` the
compiled engine and the reference interpreter run side by side; the first difference is shown and the exit status is 1.`,
  options: [
    { name: "requests", value: "F", help: "file of requests (default: standard input)" },
    { name: "overlays", value: "F", help: "file of overlays in force, a JSON array or one JSON object a line" },
    {
      name: "engine",
      value: CHOICES.join("|"),
      choices: CHOICES,
      help: "which engine decides (default compiled)",
    },
    { name: "explain", value: null, help: "add to each decision its conditions, signals and facts" },
    { name: "skip-bad", value: null, help: "skip lines that are not requests, and count them" },
    formatOption("json"),
  ],
  examples: [
    "decide orders.edgepolicy --requests requests.ndjson",
    `decide orders.edgepolicy <<< '{"method":"POST","path":"/v1/login","ip":"203.0.113.9"}'`,
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file = ""] = args.exactly("FILE");
  const { policy, sources } = loadGood(file, io);
  const overlaysFile = args.text("overlays");
  const overlays = overlaysFile === null ? [] : readOverlays(overlaysFile, policy, io);
  const input = openLines(args.text("requests"), io);
  const engines = ENGINES[(args.text("engine") ?? "compiled") as EngineChoice];
  const [skipBad, json, explain] = [args.has("skip-bad"), args.json("json"), args.has("explain") ? sources : null];
  return decideInput({ policy, overlays, engines, input, skipBad, json, explain }, io);
}
