/** `edgepolicy fmt`: the canonical format. */
import { decodeText, diagnosticsToJson, format, makeSource, MAX_POLICY_BYTES, nodeFiles } from "../../dsl/index.ts";
import type { Diagnostic, JsonDiagnostic } from "../../dsl/index.ts";
import { isBundle } from "../../engine/index.ts";
import type { Command } from "../command.ts";
import { readStdin } from "../input.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { printDiagnostics, refuseYaml } from "../policy-file.ts";
import { CliProblem, EXIT, problemText } from "../problem.ts";
import { replaceFile } from "../replace-file.ts";

export const fmt: Command = {
  usage: "[--check] FILE… | -",
  about: `Rewrites policies in the canonical format; comments stay where they are. \`-\` formats standard input to standard
output. A file with syntax errors is left as it is, and the exit status is 1.`,
  options: [
    {
      name: "check",
      value: null,
      help: "write nothing; name the files whose format differs and exit 1 if there are any",
    },
    formatOption(),
  ],
  examples: ["fmt policies/*.edgepolicy", "fmt --check policies/*.edgepolicy", "fmt - < draft.edgepolicy"],
  run,
};

/** What became of one file. `text` is null where it cannot be formatted. */
interface Formatted {
  readonly file: string;
  readonly text: string | null;
  readonly changed: boolean;
  /** Why its bytes are no text; empty where they are. */
  readonly problem: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly before: string;
}

const STDIN = "-";
/** What to do about a policy that is. */
const TOO_LARGE = "split the policy with `import`";

async function run(args: Arguments, io: CliIo): Promise<number> {
  const files = args.positionals;
  if (files.length === 0) throw new CliProblem("FILE is missing");
  if (files.includes(STDIN) && files.length > 1)
    throw new CliProblem("`-` cannot be combined with files", "format files and standard input one after the other");
  const results: Formatted[] = [];
  for (const file of files)
    results.push(formatBytes(file, file === STDIN ? await readStdin(io, MAX_POLICY_BYTES, TOO_LARGE) : readFile(file)));
  const checking = args.has("check");
  for (const result of results) await settle(result, checking, args.json(), io);
  if (args.json()) await io.stdout(`${JSON.stringify(asJson(results, checking))}\n`);
  const failed = results.some(({ text, changed }) => text === null || (checking && changed));
  return failed ? EXIT.no : EXIT.fine;
}

function readFile(file: string): Uint8Array {
  refuseYaml(file);
  const read = nodeFiles.read(file);
  if (read.ok && isBundle(read.bytes))
    throw new CliProblem(`${file} is a bundle`, "format the policy that it was made of");
  if (read.ok) return read.bytes;
  if (read.reason === "too_large") throw new CliProblem(`${file}: ${read.message}`, TOO_LARGE);
  throw new CliProblem(`${file}: ${read.message}`, "name a policy file, or `-` for standard input");
}

function formatBytes(file: string, bytes: Uint8Array): Formatted {
  const decoded = decodeText(bytes);
  if (!decoded.ok) {
    const problem = problemText(
      new CliProblem(`${file === STDIN ? "standard input" : file} ${decoded.message}`, decoded.help),
    );
    return { file, text: null, changed: false, problem, diagnostics: [], before: "" };
  }
  const { text, diagnostics } = format(decoded.text);
  const changed = text !== null && text !== decoded.text;
  return { file, text, changed, problem: "", diagnostics, before: decoded.text };
}

/** Writes, prints or names one result. */
async function settle(result: Formatted, checking: boolean, json: boolean, io: CliIo): Promise<void> {
  const { file, text, changed } = result;
  if (text === null) printFailure(result, io);
  else if (checking) await (changed && !json ? io.stdout(`${file}\n`) : undefined);
  else if (file === STDIN) await (json ? undefined : io.stdout(text));
  else if (changed) replaceFile(file, text);
}

function printFailure({ file, problem, diagnostics, before }: Formatted, io: CliIo): void {
  if (problem !== "") io.stderr(problem);
  printDiagnostics(diagnostics, [makeSource(file, before)], io);
}

interface FormatReport {
  readonly ok: boolean;
  readonly files: readonly { readonly file: string; readonly changed: boolean }[];
  readonly diagnostics: readonly JsonDiagnostic[];
  /** Of standard input alone. */
  readonly text?: string;
}

function asJson(results: readonly Formatted[], checking: boolean): FormatReport {
  const report: FormatReport = {
    ok: results.every(({ text, changed }) => text !== null && !(checking && changed)),
    files: results.map(({ file, changed }) => ({ file, changed })),
    diagnostics: results.flatMap(
      ({ file, diagnostics, before }) => diagnosticsToJson(diagnostics, [makeSource(file, before)]).diagnostics,
    ),
  };
  const [first] = results;
  return first?.file === STDIN && first.text !== null && !checking ? { ...report, text: first.text } : report;
}
