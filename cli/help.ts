/** Help texts, made from what is parsed. */
import { fillLines, wrapText } from "../dsl/index.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import type { OptionSpec } from "./options.ts";

/** Columns of a help text. */
const WIDTH = 120;

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
  return `${usageText(name, usage)}

${about.split("\n\n").map(paragraph).join("\n\n")}

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

/** Wider cells of the first column have a line of their own, lest one long list of choices push every text off the terminal. */
const WIDEST = 34;

/** Two columns, the first as wide as its widest cell of at most {@link WIDEST}. */
function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => (left.length > WIDEST ? 0 : left.length)));
  const cell = (left: string): string =>
    left.length > width ? `${left}\n${" ".repeat(width + 2)}` : left.padEnd(width);
  const next = `\n${" ".repeat(width + 4)}`;
  const text = (right: string): string => wrapText(right, WIDTH - width - 4).join(next);
  return rows.map(([left, right]) => `  ${cell(left)}  ${text(right)}`).join("\n");
}

function paragraph(text: string): string {
  return wrapText(text.replace(/\s+/g, " "), WIDTH).join("\n");
}

/** Columns before the further lines of a usage. */
const HANG = 9;

/** How a command is called, over as many lines as it takes. */
function usageText(name: string, usage: string): string {
  const lines = `usage: edgepolicy ${name} ${usage}`.split("\n");
  return lines.map((line) => fillLines(piecesOf(line), WIDTH - HANG).join(`\n${" ".repeat(HANG)}`)).join("\n");
}

/** The words of a usage; what stands in brackets is one. */
function piecesOf(line: string): readonly string[] {
  const pieces: string[] = [];
  let open = 0;
  for (const word of line.split(" ")) {
    if (open > 0) pieces.push(`${pieces.pop() ?? ""} ${word}`);
    else pieces.push(word);
    open += word.split("[").length - word.split("]").length;
  }
  return pieces;
}
