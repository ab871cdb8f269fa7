/** `edgepolicy check`: what is wrong with policies, and what their state costs. */
import {
  type Callers,
  CODES,
  type Diagnostic,
  diagnosticsToJson,
  diagnosticsToSarif,
  FINDINGS,
  lineOf,
  loadForCallers,
  type LoadResult,
  type Mended,
} from "../../dsl/index.ts";
import { describeCost } from "../../engine/index.ts";
import { callerOptions, readCallers, requireVia } from "../callers.ts";
import type { Command } from "../command.ts";
import { costReport } from "../cost-report.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { counted, loadChecked, mendChecked, printDiagnostics } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";
import { packageVersion } from "../version.ts";

export const check: Command = {
  usage: "FILE… [--deny warnings] [--fix] [--cost] [--via CALLER,…] [--format text|json|sarif] | --explain CODE",
  about: `Parses, type-checks and lints policies, with the files they name. Prints what is wrong on standard error and exits 1
if there is an error.`,
  options: [
    { name: "deny", value: "warnings", choices: ["warnings"], help: "warnings fail too" },
    {
      name: "fix",
      value: null,
      help: "apply certain remedies, in the policy and in those of its imports that are in its folder",
    },
    {
      name: "explain",
      value: "CODE",
      help: "print what a code of a diagnostic or of an audit means, and check nothing",
    },
    {
      name: "cost",
      value: null,
      help: "print the bytes for each key of state, how many keys there is room for, and the most work of each declaration",
    },
    ...callerOptions("fails on"),
    formatOption("text", ["sarif"]),
  ],
  examples: [
    "check policies/orders.edgepolicy",
    "check --deny warnings --cost policies/*.edgepolicy",
    "check --via nginx policies/orders.edgepolicy",
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
  if (code !== null) return explain(code, args, io);
  if (args.has("cost") && args.text("format") === "sarif")
    throw new CliProblem("--format sarif has no place for --cost", "--format json tells both");
  if (args.positionals.length === 0) throw new CliProblem("FILE is missing");
  const callers = readCallers(args);
  requireVia(callers, "name them with --via, such as --via nginx");
  const checked = args.positionals.map((file) => checkFile(file, args.has("fix"), callers));
  const denied = args.has("deny");
  const ok = checked.every(({ load }) => passes(load, denied));
  if (args.text("format") === "sarif") await io.stdout(`${JSON.stringify(asSarif(checked))}\n`);
  else if (args.json()) await io.stdout(`${JSON.stringify(asJson(checked, ok, args.has("cost")))}\n`);
  else await printText(checked, args.has("cost"), io);
  return ok ? EXIT.fine : EXIT.no;
}

function checkFile(file: string, mending: boolean, callers: Callers): Checked {
  const { load, mended } = mending ? mendChecked(file) : { load: loadChecked(file), mended: [] };
  return { file, load: loadForCallers(load, callers), mended };
}

/** Options that say how policies are checked. */
const OF_CHECKS = ["deny", "fix", "cost", "via", "shows"];

async function explain(given: string, args: Arguments, io: CliIo): Promise<number> {
  const other = OF_CHECKS.find((name) => args.has(name));
  if (other !== undefined || args.positionals.length > 0)
    throw new CliProblem(`--explain checks nothing: leave out ${other === undefined ? "FILE" : `--${other}`}`);
  if (args.text("format") === "sarif") throw new CliProblem("--explain has no --format sarif", "text and json it has");
  const meaning = meaningOf(given.toUpperCase());
  if (meaning === null)
    throw new CliProblem(`there is no code \`${given}\``, "codes are written as in `EP2107` or `ID112`");
  const { code, title, explanation } = meaning;
  await io.stdout(args.json() ? `${JSON.stringify(meaning)}\n` : `${code}: ${title}\n\n${explanation}\n`);
  return EXIT.fine;
}

interface Meaning {
  readonly code: string;
  readonly title: string;
  readonly explanation: string;
}

/** Of a diagnostic, or of a finding of `audit`. */
function meaningOf(code: string): Meaning | null {
  const entry = CODES.find((one) => one.code === code);
  if (entry !== undefined) return { code, title: entry.title, explanation: entry.explanation };
  const finding = FINDINGS.find(({ id }) => id === code);
  if (finding === undefined) return null;
  return { code, title: finding.title, explanation: `${finding.explanation} Raised where: ${finding.condition}` };
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
  return { ...report, ...costAsJson(checked) };
}

function mendedAsJson({ diagnostic: { code, message }, file, line, column }: Mended): object {
  return { code, file, line, column, message };
}

/** Memory and work of every policy without errors. */
function costAsJson(checked: readonly Checked[]): object {
  const costs = checked.flatMap(({ file, load: { policy, sources } }) =>
    policy === null ? [] : [{ file, sources, ...describeCost(policy) }],
  );
  const state = costs.flatMap(({ file, state: states }) => states.map((each) => ({ file, ...each })));
  const work = costs.flatMap(({ sources, work: each }) =>
    each.map(({ span, ...rest }) => ({ file: sources[span.file]?.path ?? "", line: lineOf(span, sources), ...rest })),
  );
  const total = costs.map(({ file, memoryBytes, tables, total: all }) => ({ file, memoryBytes, tables, ...all }));
  return { state, work, total };
}

async function printText(checked: readonly Checked[], cost: boolean, io: CliIo): Promise<void> {
  for (const { file, load, mended } of checked) {
    for (const { diagnostic, ...at } of mended) {
      io.stderr(`mended[${diagnostic.code}]: ${diagnostic.message}\n --> ${at.file}:${at.line}:${at.column}\n`);
    }
    printDiagnostics(load.diagnostics, load.sources, io);
    await io.stdout(
      `${file}: ${mended.length === 0 ? "" : `${mended.length} mended; `}${summary(load)}\n${cost && load.policy !== null ? costReport(load.policy) : ""}`,
    );
  }
}

function summary({ policy, diagnostics, invariants }: LoadResult): string {
  const problems = [counted(count(diagnostics, "error"), "error"), counted(count(diagnostics, "warning"), "warning")];
  if (policy === null) return problems.join(", ");
  const { signals, limits, rules } = policy;
  const parts = [counted(signals.length, "signal"), counted(limits.length, "limit"), counted(rules.length, "rule")];
  const unproven =
    invariants.length === 0 ? "" : `; ${counted(invariants.length, "invariant")} not proven, for edgepolicy prove`;
  return `${diagnostics.length === 0 ? "fine" : problems[1]}; ${parts.join(", ")}${unproven}`;
}
