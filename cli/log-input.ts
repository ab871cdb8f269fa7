/** Reading a recorded log for a command: the options that say how it is written, and problems with their place. */
import { type LogFormat, ReplayError, type ReplayOptions } from "../simulator/index.ts";
import { withoutControl } from "./bad-lines.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { CliProblem } from "./problem.ts";

/** What each name of `--log-format` is read as: nginx's default format is Apache's combined one. */
const FORMATS: Readonly<Record<string, LogFormat>> = { combined: "combined", nginx: "combined", ndjson: "ndjson" };

/** Options of every command that reads a log. */
export const LOG_OPTIONS: readonly OptionSpec[] = [
  {
    name: "log-format",
    value: Object.keys(FORMATS).join("|"),
    choices: Object.keys(FORMATS),
    planned: ["caddy", "envoy-json"],
    help: "how the log is written (default combined; ndjson: as for decide)",
  },
  { name: "skip-bad", value: null, help: "pass over lines that cannot be read, and count them" },
];

/** How {@link LOG_OPTIONS} say that the log is read. */
export function logReading(args: Arguments): Pick<ReplayOptions, "format" | "skipBad"> {
  return { format: FORMATS[args.text("log-format") ?? "combined"] ?? "combined", skipBad: args.has("skip-bad") };
}

/**
 * Runs what reads a log.
 *
 * @param name - The log's, as shown in messages.
 * @throws {@link CliProblem} with the line, where the log cannot be read as it stands.
 */
export async function withLogProblems<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (problem) {
    if (!(problem instanceof ReplayError)) throw problem;
    const { line, message } = problem;
    const place = line === null ? name : `${name}:${line}`;
    const reason = message.startsWith(`line ${line}: `) ? message.slice(`line ${line}: `.length) : message;
    throw new CliProblem(
      `${place}: ${withoutControl(reason)}`,
      "--skip-bad passes over lines that cannot be read, --log-format names another format",
    );
  }
}
