/** Options of a command as data: what the help shows is what is parsed. */
import { parseArgs } from "node:util";
import { closestName } from "../traffic/index.ts";
import { CliProblem } from "./problem.ts";

/** One option of a command. */
export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  /** One letter that stands for it. */
  readonly short?: string;
  /** What stands for its value in the help; null for a flag, which has none. */
  readonly value: string | null;
  readonly help: string;
  /** The only values taken. */
  readonly choices?: readonly string[];
  /** Whether it may be given several times. */
  readonly many?: boolean;
}

/** `--format text|json`, which every command has. @param others - Formats that this command has besides. */
export function formatOption(otherwise: "text" | "json" = "text", others: readonly string[] = []): OptionSpec {
  const help = `how to print (default ${otherwise})`;
  const choices = ["text", "json", ...others];
  return { name: "format", value: choices.join("|"), choices, help };
}

/** What was given on the command line, checked against the command's options. */
export class Arguments {
  readonly positionals: readonly string[];
  private readonly values: ReadonlyMap<string, readonly string[]>;

  constructor(positionals: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.positionals = positionals;
    this.values = values;
  }

  /** Whether a flag, or an option with a value, was given. */
  has(name: string): boolean {
    return this.values.has(name);
  }

  /** The value of an option; null where it was not given. */
  text(name: string): string | null {
    return this.values.get(name)?.[0] ?? null;
  }

  /** Every value of an option that may be repeated. */
  texts(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** Whether `--format json` is asked for. */
  json(otherwise: "text" | "json" = "text"): boolean {
    return (this.text("format") ?? otherwise) === "json";
  }

  /**
   * A whole number; null where it was not given.
   *
   * @throws {@link CliProblem} if it is none, or outside `least` to `most`.
   */
  integer(name: string, least: number, most: number): number | null {
    const text = this.text(name);
    if (text === null) return null;
    const value = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new CliProblem(`--${name} ${text}: not a whole number from ${least} to ${most}`);
  }

  /**
   * The positional arguments of a command that takes exactly these.
   *
   * @throws {@link CliProblem} naming what is missing or too much.
   */
  exactly(...names: readonly string[]): readonly string[] {
    const missing = names[this.positionals.length];
    if (missing !== undefined) throw new CliProblem(`${missing} is missing`);
    return this.atMost(...names);
  }

  /**
   * The positional arguments of a command that takes these, the last of which may be repeated.
   *
   * @throws {@link CliProblem} naming what is missing.
   */
  atLeast(...names: readonly string[]): readonly string[] {
    const missing = names[this.positionals.length];
    if (missing !== undefined) throw new CliProblem(`${missing} is missing`);
    return this.positionals;
  }

  /**
   * The positional arguments of a command that takes these, the last of which may be left out.
   *
   * @throws {@link CliProblem} naming what is too much.
   */
  atMost(...names: readonly string[]): readonly string[] {
    const extra = this.positionals[names.length];
    if (extra !== undefined) throw new CliProblem(`unexpected argument \`${extra}\``);
    return this.positionals;
  }
}

/**
 * Parses the arguments that follow a command's name. `--` ends the options; `-` alone is an argument.
 *
 * @throws {@link CliProblem} for an unknown option, a missing or unwanted value, and an option given twice.
 */
export function parseArguments(argv: readonly string[], specs: readonly OptionSpec[]): Arguments {
  const known = new Map(specs.map((spec) => [spec.name, spec]));
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      specs.map(({ name, short, value }) => [
        name,
        { type: value === null ? "boolean" : "string", ...(short === undefined ? {} : { short }) },
      ]),
    ),
    strict: false,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, readonly string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(readPositional(token.value));
    if (token.kind !== "option") continue;
    const spec = known.get(token.name);
    if (spec === undefined) throw unknownOption(token.rawName, known.keys());
    const given = values.get(spec.name) ?? [];
    if (given.length > 0 && spec.many !== true) throw new CliProblem(`--${spec.name} is given twice`);
    values.set(spec.name, [...given, readValue(spec, token.value, token.inlineValue === true)]);
  }
  return new Arguments(positionals, values);
}

/** A shell's variable that is not set arrives as nothing, and would name the folder that one is in. */
function readPositional(given: string): string {
  if (given !== "") return given;
  throw new CliProblem("an argument is empty", "a variable of the shell may not be set");
}

function unknownOption(raw: string, known: Iterable<string>): CliProblem {
  const close = closestName(raw.replace(/^-+/, ""), known);
  const hint = close === null ? "" : `; did you mean \`--${close}\`?`;
  return new CliProblem(`unknown option \`${raw}\`${hint}`);
}

function readValue({ name, value, choices }: OptionSpec, given: string | undefined, inline: boolean): string {
  if (value === null) {
    if (given !== undefined) throw new CliProblem(`--${name} takes no value`);
    return "";
  }
  // `--seed --format json` has forgotten a value; one that begins with a dash is written `--seed=-5`.
  if (given === undefined || (!inline && given.length > 1 && given.startsWith("-"))) {
    throw new CliProblem(`--${name} needs a value: --${name} ${value}`);
  }
  if (choices !== undefined && !choices.includes(given)) {
    const close = closestName(given, choices);
    const hint = close === null ? "" : `; did you mean \`${close}\`?`;
    throw new CliProblem(`--${name} ${given}: expected ${choices.join(" or ")}${hint}`);
  }
  return given;
}
