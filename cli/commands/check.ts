/** `edgepolicy check`: what is wrong with policies, and what their state costs. */
import {
  CODES,
  type Diagnostic,
  diagnosticsToJson,
  diagnosticsToSarif,
  type LoadResult,
  type Mended,
} from "../../dsl/index.ts";
import { describeState, type StateDescription } from "../../engine/index.ts";
import type { Command } from "../command.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { counted, loadChecked, mendChecked, printDiagnostics } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";
import { packageVersion } from "../version.ts";

export const check: Command = {
  usage: "FILE… [--deny warnings] [--fix] [--cost] [--format text|json|sarif] | --explain CODE",
  about: `Parses, type-checks and lints policies, with the files they name. Prints what is wrong on standard error and exits 1
if there is an error.`,
  options: [
    { name: "deny", value: "warnings", choices: ["warnings"], help: "warnings fail too" },
    {
      name: "fix",
      value: null,
      help: "mend what has one certain remedy, in the policy and those of its imports that lie in its folder",
    },
    { name: "explain", value: "CODE", help: "print what a code means, and check nothing" },
    { name: "cost", value: null, help: "print the bytes that each signal, limit and ban keeps for a key" },
    formatOption("text", ["sarif"]),
  ],
  planned: ["via"],
  examples: [
    "check policies/orders.edgepolicy",
    "check --deny warnings --cost policies/*.edgepolicy",
    "check --format sarif policies/*.edgepolicy > edgepolicy.sarif",
    "check --explain EP2107",
  ],
  run,
};

interface Checked {
  readonly file: string;
  readonly load: LoadResult;
  readonly mended: readonly Mended[];
}

async function run(args: Arguments, io: CliIo): Promise<number> {
  const code = args.text("explain");
  if (code !== null) return explain(code, io);
  if (args.positionals.length === 0) throw new CliProblem("FILE is missing");
  const checked = args.positionals.map((file) => checkFile(file, args.has("fix")));
  const denied = args.has("deny");
  const ok = checked.every(({ load }) => passes(load, denied));
  if (args.text("format") === "sarif") await io.stdout(`${JSON.stringify(asSarif(checked))}\n`);
  else if (args.json()) await io.stdout(`${JSON.stringify(asJson(checked, ok, args.has("cost")))}\n`);
  else await printText(checked, args.has("cost"), io);
  return ok ? EXIT.fine : EXIT.no;
}

function checkFile(file: string, mending: boolean): Checked {
  return mending ? { file, ...mendChecked(file) } : { file, load: loadChecked(file), mended: [] };
}

async function explain(code: string, io: CliIo): Promise<number> {
  const entry = CODES.find((one) => one.code === code.toUpperCase());
  if (entry === undefined) throw new CliProblem(`there is no code \`${code}\``, "codes are written as in `EP2107`");
  await io.stdout(`${entry.code}: ${entry.title}\n\n${entry.explanation}\n`);
  return EXIT.fine;
}

function asSarif(checked: readonly Checked[]): object {
  return diagnosticsToSarif(
    checked.map(({ load }) => load),
    { version: packageVersion(), folder: "." },
  );
}

function passes({ diagnostics }: LoadResult, denied: boolean): boolean {
  return denied ? diagnostics.length === 0 : count(diagnostics, "error") === 0;
}

function count(diagnostics: readonly Diagnostic[], severity: Diagnostic["severity"]): number {
  return diagnostics.filter((each) => each.severity === severity).length;
}

function asJson(checked: readonly Checked[], ok: boolean, cost: boolean): object {
  const diagnostics = checked.flatMap(({ load }) => diagnosticsToJson(load.diagnostics, load.sources).diagnostics);
  const mended = checked.flatMap((each) => each.mended.map(mendedAsJson));
  const report = { ok, diagnostics, ...(mended.length === 0 ? {} : { mended }) };
  if (!cost) return report;
  const state = checked.flatMap(({ file, load }) => statesOf(load).map((each) => ({ file, ...each })));
  return { ...report, state };
}

function mendedAsJson({ diagnostic: { code, message }, file, line, column }: Mended): object {
  return { code, file, line, column, message };
}

function statesOf({ policy }: LoadResult): readonly StateDescription[] {
  return policy === null ? [] : describeState(policy);
}

async function printText(checked: readonly Checked[], cost: boolean, io: CliIo): Promise<void> {
  for (const { file, load, mended } of checked) {
    for (const { diagnostic, ...at } of mended) {
      io.stderr(`mended[${diagnostic.code}]: ${diagnostic.message}\n --> ${at.file}:${at.line}:${at.column}\n`);
    }
    printDiagnostics(load.diagnostics, load.sources, io);
    await io.stdout(
      `${file}: ${mended.length === 0 ? "" : `${mended.length} mended; `}${summary(load)}\n${cost ? costTable(statesOf(load)) : ""}`,
    );
  }
}

function summary({ policy, diagnostics }: LoadResult): string {
  const problems = [counted(count(diagnostics, "error"), "error"), counted(count(diagnostics, "warning"), "warning")];
  if (policy === null) return problems.join(", ");
  const { signals, limits, rules } = policy;
  const parts = [counted(signals.length, "signal"), counted(limits.length, "limit"), counted(rules.length, "rule")];
  return `${diagnostics.length === 0 ? "fine" : problems[1]}; ${parts.join(", ")}`;
}

function costTable(states: readonly StateDescription[]): string {
  const width = Math.max(0, ...states.map(({ name }) => name.length));
  const rows = states.map(({ name, kind, bytesPerKey, largestBytesPerKey }) => {
    const most = largestBytesPerKey > bytesPerKey ? `, ${largestBytesPerKey} for a key with many values` : "";
    return `  ${kind.padEnd(8)}  ${name.padEnd(width)}  ${String(bytesPerKey).padStart(4)} bytes a key${most}\n`;
  });
  return rows.join("");
}
