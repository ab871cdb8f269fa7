/** Options of commands that read logs: how the lines of a log are written. */
import type { Policy } from "../engine/index.ts";
import { type LogReading, ReplayError } from "../simulator/index.ts";
import type { LogFormat } from "../traffic/index.ts";
import { withoutControl } from "./bad-lines.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { CliProblem } from "./problem.ts";

/** What each name of `--log-format` is read as: nginx's default format is Apache's combined one. */
const FORMATS = {
  combined: "combined",
  nginx: "combined",
  "nginx-json": "nginx-json",
  caddy: "caddy",
  "envoy-json": "envoy-json",
  cloudtrail: "cloudtrail",
  ndjson: "ndjson",
} as const satisfies Readonly<Record<string, LogFormat>>;

/** The options. */
export function logOptions(): readonly OptionSpec[] {
  const names = Object.keys(FORMATS);
  return [
    {
      name: "log-format",
      value: names.join("|"),
      choices: names,
      help: "how the log is written (default: as its first lines show; ndjson: as for decide)",
    },
    { name: "skip-bad", value: null, help: "pass over lines that cannot be read, and count them" },
  ];
}

/** What the options say. */
export function readLogOptions(args: Arguments, _policies: readonly Policy[]): Pick<LogReading, "format" | "skipBad"> {
  const name = args.text("log-format");
  const format = name === null ? {} : { format: FORMATS[name as keyof typeof FORMATS] };
  return { ...format, skipBad: args.has("skip-bad") };
}

/**
 * Runs what reads logs.
 *
 * @throws {@link CliProblem} with the log and the line, where one cannot be read as it stands.
 */
export async function withLogProblems<T>(
  logs: readonly { readonly name: string }[],
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (problem) {
    if (!(problem instanceof ReplayError)) throw problem;
    const { log, line, reason } = problem;
    const name = logs[log]?.name ?? "";
    throw new CliProblem(
      `${line === null ? name : `${name}:${line}`}: ${withoutControl(reason)}`,
      "--skip-bad passes over lines that cannot be read, --log-format names another format",
    );
  }
}
