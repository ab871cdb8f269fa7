/** Help texts, made from what is parsed. */
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import type { OptionSpec } from "./options.ts";

/** The help of `edgepolicy --help`. */
export function globalHelp(): string {
  return `edgepolicy: policy as code for machine-to-machine API traffic

usage: edgepolicy COMMAND [ARGUMENT…] [OPTION…]

commands:
${table(COMMANDS.map(({ name, summary }) => [name, summary]))}

options:
${table([
  ["--help", "this help, or a command's: edgepolicy check --help"],
  ["--version", "versions of edgepolicy, Node.js and uWebSockets.js"],
])}

exit status: 0 fine; 1 the answer is no (errors found, an expectation failed, the format differs); 2 could not run

example:
  edgepolicy init shop && edgepolicy check shop/policy.edgepolicy
`;
}

/** The help of `edgepolicy NAME --help`. */
export function commandHelp(name: string, { usage, about, options, examples }: Command): string {
  const shown: readonly OptionSpec[] = [...options, { name: "help", value: null, help: "this help" }];
  return `usage: edgepolicy ${name} ${usage}

${about}

options:
${table(shown.map((option) => [optionSpelling(option), option.help]))}

${examples.length === 1 ? "example" : "examples"}:
${examples.map((line) => `  edgepolicy ${line}`).join("\n")}
`;
}

function optionSpelling({ name, short, value }: OptionSpec): string {
  const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
  return value === null ? names : `${names} ${value}`;
}

/** Two columns, the first as wide as its widest cell. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join("\n");
}
