/** `edgepolicy init`: files to start from. */
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "../command.ts";
import { starterFiles } from "../init/files.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { CliProblem, EXIT, fileProblem } from "../problem.ts";
import { packageVersion } from "../version.ts";

export const init: Command = {
  usage: "[DIR] [--format text|json]",
  about: `Writes a policy, an inventory of clients, a scenario and a CI workflow to start from into DIR (default: this folder).
The result passes check and simulate as it stands. Existing files are never overwritten.`,
  options: [formatOption()],
  examples: ["init shop"],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  if (args.positionals.length > 1) throw new CliProblem(`unexpected argument \`${args.positionals[1]}\``);
  const folder = args.positionals[0] ?? ".";
  const files = Object.entries(starterFiles(packageVersion())).map(([name, text]) => ({
    path: join(folder, name),
    text,
  }));
  const taken = files.filter(({ path }) => existsSync(path));
  if (taken.length > 0) {
    const names = taken.map(({ path }) => path).join(", ");
    throw new CliProblem(
      `nothing was written, because there already is ${names}`,
      "name another folder, or move what is there",
    );
  }
  for (const { path, text } of files) writeNew(path, text);
  const paths = files.map(({ path }) => path);
  await io.stdout(args.json() ? `${JSON.stringify({ files: paths })}\n` : writtenText(paths, folder));
  return EXIT.fine;
}

function writeNew(path: string, text: string): void {
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text, { flag: "wx" });
  } catch (problem) {
    throw fileProblem(path, problem);
  }
}

/** With those above it. Node.js's own way asks for ever where a folder takes no other, as in /proc. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

function writtenText(paths: readonly string[], folder: string): string {
  const policy = join(folder, "policy.edgepolicy");
  return `${paths.map((path) => `wrote ${path}\n`).join("")}next:
  edgepolicy check ${policy}
  edgepolicy simulate ${policy}
  edgepolicy key create --client acme_sync
  edgepolicy serve ${policy} --upstream http://127.0.0.1:3000
`;
}
