/** `edgepolicy check`: what is wrong with policies, and what their state costs. */
import { type Diagnostic, diagnosticsToJson, type LoadResult } from "../../dsl/index.ts";
import { describeState, type StateDescription } from "../../engine/index.ts";
import type { Command } from "../command.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { counted, loadChecked, printDiagnostics } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";

export const check: Command = {
  usage: "FILE… [--deny warnings] [--cost] [--format text|json]",
  about: `Parses, type-checks and lints policies, with the files they name. Prints what is wrong on standard error and exits 1
if there is an error.`,
  options: [
    { name: "deny", value: "warnings", choices: ["warnings"], help: "warnings fail too" },
    { name: "cost", value: null, help: "print the bytes that each signal, limit and ban keeps for a key" },
    formatOption(),
  ],
  planned: ["via"],
  examples: ["check policies/orders.edgepolicy", "check --deny warnings --cost policies/*.edgepolicy"],
  run,
};

interface Checked {
  readonly file: string;
  readonly load: LoadResult;
}

async function run(args: Arguments, io: CliIo): Promise<number> {
  if (args.positionals.length === 0) throw new CliProblem("FILE is missing");
  const checked = args.positionals.map((file) => ({ file, load: loadChecked(file) }));
  const denied = args.has("deny");
  const ok = checked.every(({ load }) => passes(load, denied));
  if (args.json()) await io.stdout(`${JSON.stringify(asJson(checked, ok, args.has("cost")))}\n`);
  else await printText(checked, args.has("cost"), io);
  return ok ? EXIT.fine : EXIT.no;
}

function passes({ diagnostics }: LoadResult, denied: boolean): boolean {
  return denied ? diagnostics.length === 0 : count(diagnostics, "error") === 0;
}

function count(diagnostics: readonly Diagnostic[], severity: Diagnostic["severity"]): number {
  return diagnostics.filter((each) => each.severity === severity).length;
}

function asJson(checked: readonly Checked[], ok: boolean, cost: boolean): object {
  const diagnostics = checked.flatMap(({ load }) => diagnosticsToJson(load.diagnostics, load.sources).diagnostics);
  if (!cost) return { ok, diagnostics };
  const state = checked.flatMap(({ file, load }) => statesOf(load).map((each) => ({ file, ...each })));
  return { ok, diagnostics, state };
}

function statesOf({ policy }: LoadResult): readonly StateDescription[] {
  return policy === null ? [] : describeState(policy);
}

async function printText(checked: readonly Checked[], cost: boolean, io: CliIo): Promise<void> {
  for (const { file, load } of checked) {
    printDiagnostics(load.diagnostics, load.sources, io);
    await io.stdout(`${file}: ${summary(load)}\n${cost ? costTable(statesOf(load)) : ""}`);
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
