/** Options of commands that read logs: how their lines are written, and whose requests they are. */
import type { Policy } from "../engine/index.ts";
import { type LogReading, ReplayError } from "../simulator/index.ts";
import { type LogFormat, readBoundedText, readIdentification, readMapping, type YamlResult } from "../traffic/index.ts";
import { withoutControl } from "./bad-lines.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { CliProblem, fileProblem } from "./problem.ts";

/** What each name of `--log-format` is read as: nginx's default format is Apache's combined one. */
const FORMATS = {
  combined: "combined",
  nginx: "combined",
  "nginx-json": "nginx-json",
  caddy: "caddy",
  traefik: "traefik",
  "envoy-json": "envoy-json",
  elb: "elb",
  w3c: "w3c",
  cloudtrail: "cloudtrail",
  decisions: "decisions",
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
      help: "the format of the logs (default: what the first lines of each show; ndjson: as for decide)",
    },
    { name: "map", value: "FILE", help: "a mapping, for logs in other formats; docs/replay.md says how to write one" },
    {
      name: "identify",
      value: "FILE",
      help: "a file that says which client of the inventory sent a request; see docs/replay.md",
    },
    { name: "skip-bad", value: null, help: "skip lines that cannot be read, and count them" },
  ];
}

/**
 * What the options say.
 *
 * @param policies - Whose clients may be told.
 * @throws {@link CliProblem} for files that are not what they should be.
 */
export function readLogOptions(args: Arguments, policies: readonly Policy[]): LogReading {
  const [format, map, identify] = [args.text("log-format"), args.text("map"), args.text("identify")];
  if (format !== null && map !== null) {
    throw new CliProblem("--log-format and --map say the same in two ways", "give one");
  }
  const clients = new Set(policies.flatMap((policy) => policy.clients.map(({ id }) => id)));
  const mapping = map === null ? null : readSettings(map, readMapping);
  const identification =
    identify === null ? null : readSettings(identify, (text) => readIdentification(text, [...clients]));
  return {
    ...(format === null ? {} : { format: FORMATS[format as keyof typeof FORMATS] }),
    ...(mapping === null ? {} : { createReader: () => mapping.createReader(clients) }),
    ...(identification === null ? {} : { identification }),
    skipBad: args.has("skip-bad"),
  };
}

/** Larger files of settings are not read. */
const MOST_BYTES = 4_194_304;

function readSettings<T>(path: string, read: (text: string) => YamlResult<T>): T {
  const result = read(textOf(path));
  if (result.ok) return result.value;
  const [first = "", ...others] = result.problems.map((problem) => `${path}:${problem}`);
  throw new CliProblem([first, ...others].join("\n  "), "docs/replay.md tells how to write it");
}

function textOf(path: string): string {
  try {
    return readBoundedText(path, MOST_BYTES);
  } catch (problem) {
    throw fileProblem(path, problem);
  }
}

/**
 * Runs what reads logs.
 *
 * @throws {@link CliProblem} with the log and the line, where one cannot be read as it stands.
 */
export async function withLogProblems<T>(
  logs: readonly { readonly name: string }[],
  args: Arguments,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (problem) {
    if (!(problem instanceof ReplayError)) throw problem;
    const { log, line, reason, remedy } = problem;
    const name = logs[log]?.name ?? "";
    throw new CliProblem(
      `${line === null ? name : `${name}:${line}`}: ${withoutControl(reason)}`,
      remedy ?? remedies(args).join(", "),
    );
  }
}

/** What has not been tried yet. */
function remedies(args: Arguments): readonly string[] {
  const passing = args.has("skip-bad") ? [] : ["--skip-bad passes over lines that cannot be read"];
  const naming = args.has("map") ? "docs/replay.md tells how to write a mapping" : "--log-format names another format";
  return [...passing, naming];
}
