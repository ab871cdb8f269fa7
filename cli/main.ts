/** The command line: finds the command, parses its arguments, runs it, and turns problems into messages and exit statuses. */
import { closestName } from "../traffic/index.ts";
import { COMMANDS, type CommandEntry } from "./commands.ts";
import { commandHelp, globalHelp } from "./help.ts";
import type { CliIo } from "./io.ts";
import { parseArguments } from "./options.ts";
import { CliProblem, EXIT, problemText } from "./problem.ts";

/**
 * Runs the command line.
 *
 * @param argv - What follows the program's name.
 * @returns The exit status: 0 fine, 1 the answer is no, 2 could not run. Never throws.
 */
export async function main(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (problem) {
    io.stderr(problem instanceof CliProblem ? problemText(problem) : faultText(problem));
    return problem instanceof CliProblem ? problem.status : EXIT.cannot;
  }
}

async function dispatch([name, ...rest]: readonly string[], io: CliIo): Promise<number> {
  switch (name) {
    case undefined:
      io.stderr(globalHelp());
      return EXIT.cannot;
    case "--help":
    case "-h":
    case "help":
      return rest[0] === undefined ? print(globalHelp(), io) : runCommand(findCommand(rest[0]), ["--help"], io);
    case "--version":
    case "-V":
      return print(await (await import("./version.ts")).versionText(), io);
    default:
      return runCommand(findCommand(name), rest, io);
  }
}

async function print(text: string, io: CliIo): Promise<number> {
  await io.stdout(text);
  return EXIT.fine;
}

function findCommand(name: string): CommandEntry {
  const entry = COMMANDS.find((each) => each.name === name);
  if (entry !== undefined) return entry;
  if (name.startsWith("-")) {
    throw new CliProblem(`unknown option \`${name}\``, "options stand after the command: edgepolicy check --cost FILE");
  }
  const close = closestName(
    name,
    COMMANDS.map((each) => each.name),
  );
  const hint = close === null ? "" : `; did you mean \`${close}\`?`;
  throw new CliProblem(`no command \`${name}\`${hint}`, "edgepolicy --help lists the commands");
}

async function runCommand({ name, load }: CommandEntry, argv: readonly string[], io: CliIo): Promise<number> {
  const command = await load();
  if (asksForHelp(argv)) return print(commandHelp(name, command), io);
  try {
    return await command.run(parseArguments(argv, command.options), io);
  } catch (problem) {
    const unexplained = problem instanceof CliProblem && problem.help === "" && problem.status === EXIT.cannot;
    if (!unexplained) throw problem;
    throw new CliProblem(`${name}: ${problem.message}`, `edgepolicy ${name} --help shows what it takes`);
  }
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  return options.includes("--help") || options.includes("-h");
}

/** A fault of ours, with what is needed to find it. */
function faultText(problem: unknown): string {
  const details = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
  return `edgepolicy: this is a fault in edgepolicy, please report it with what led to it\n${details}\n`;
}
