/** `edgepolicy lsp`: the language server, for editors. */
import type { Command } from "../command.ts";
import { serveEditor } from "../editor.ts";
import type { CliIo } from "../io.ts";
import { CliProblem } from "../problem.ts";
import type { Arguments } from "../options.ts";
import { packageVersion } from "../version.ts";

export const lsp: Command = {
  usage: "[--stdio]",
  about: `Serves an editor over standard input and output, in the Language Server Protocol. Editors start it by themselves;
docs/editors.md says how to set them up.`,
  options: [
    { name: "stdio", value: null, help: "talk over standard input and output, which is the only way there is" },
  ],
  examples: ["lsp --stdio"],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  if (args.positionals.length > 0) throw new CliProblem(`unexpected argument \`${args.positionals[0]}\``);
  if (io.stdinIsTerminal) io.stderr("edgepolicy: lsp: waits for an editor on standard input; Ctrl-C ends it\n");
  await serveEditor(packageVersion());
  // The editor ends the process; there is no other end.
  return new Promise<number>(() => undefined);
}
