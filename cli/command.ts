/** What a command is. Each stands in a file of its own under `commands/`. */
import type { CliIo } from "./io.ts";
import type { Arguments, OptionSpec } from "./options.ts";

export interface Command {
  /** Its arguments after the name, as the help shows them: `FILE…`. */
  readonly usage: string;
  /** A few sentences for its own help. */
  readonly about: string;
  readonly options: readonly OptionSpec[];
  /** Command lines that work, without the leading `edgepolicy`. */
  readonly examples: readonly string[];
  /** @returns The exit status. */
  readonly run: (args: Arguments, io: CliIo) => Promise<number>;
}
