/** Loading a policy for a command: its diagnostics are printed, and a main file that cannot be read is a usage problem. */
import { dirname, resolve, sep } from "node:path";
import {
  analyzePolicy,
  type Diagnostic,
  type FileRead,
  type FileReader,
  type Invariant,
  type LoadResult,
  type LoadOptions,
  loadPolicy,
  mendPolicy,
  type MendResult,
  nodeFiles,
  type PolicyAnalysis,
  type PolicyTest,
  renderDiagnostics,
  type Scenario,
  type SourceFile,
} from "../dsl/index.ts";
import type { Policy } from "../engine/index.ts";
import { type CliIo, colorOnStderr } from "./io.ts";
import { CliProblem, EXIT } from "./problem.ts";
import { replaceFile } from "./replace-file.ts";

/** A policy without errors. */
export interface GoodPolicy {
  readonly policy: Policy;
  readonly scenarios: readonly Scenario[];
  readonly tests: readonly PolicyTest[];
  readonly invariants: readonly Invariant[];
  readonly sources: readonly SourceFile[];
  /** Where other files that its tests name are read. */
  readonly files: FileReader;
}

/**
 * Loads and checks the policy at `path`.
 *
 * @throws {@link CliProblem} with status 2 if there is no such file or it cannot be read. What its content is, or a file it
 *   names, comes back as diagnostics.
 */
export function loadChecked(path: string, options: LoadOptions = {}): LoadResult {
  return loadWatched(path, (main, files) => loadPolicy(main, files, { nowMicros: Date.now() * 1_000, ...options }));
}

/**
 * As {@link loadChecked}, with all that was found out on the way.
 *
 * @throws {@link CliProblem} as {@link loadChecked}.
 */
export function loadAnalysis(path: string): PolicyAnalysis {
  return loadWatched(path, (main, files) => analyzePolicy(main, files));
}

/**
 * Mends the policy at `path` and rewrites the files that change: it and its imports, as far as they lie in its folder.
 *
 * @throws {@link CliProblem} as {@link loadChecked}, and if a file cannot be written.
 */
export function mendChecked(path: string): MendResult {
  const folder = dirname(resolve(path));
  const isOwn = (file: string): boolean => resolve(file).startsWith(folder.endsWith(sep) ? folder : folder + sep);
  const options = { nowMicros: Date.now() * 1_000 };
  const result = loadWatched(path, (main, files) => mendPolicy(main, files, isOwn, options));
  for (const [file, text] of result.texts) replaceFile(file, text);
  return result;
}

function remedyOf(path: string, reason: string): string {
  if (path === "-") return "a policy is read from its file, beside those that it names; only fmt takes standard input";
  return reason === "not_found" ? "check the spelling and the folder you are in" : "name a policy file";
}

function loadWatched<T>(path: string, load: (path: string, files: FileReader) => T): T {
  refuseYaml(path);
  const files = new WatchedFiles(path);
  const result = load(path, files);
  const { failure } = files;
  if (failure !== null && !failure.ok && failure.reason !== "too_large") {
    throw new CliProblem(`${path}: ${failure.message}`, remedyOf(path, failure.reason));
  }
  return result;
}

/** Reading an inventory as a policy would tell that no word of it is a declaration. */
export function refuseYaml(path: string): void {
  if (!/\.ya?ml$/i.test(path)) return;
  const help = "name the policy instead: an inventory is checked with the policy that has it as `clients from`";
  throw new CliProblem(`${path}: by its name it is YAML, not a policy`, help);
}

/**
 * Loads a policy that a command is to run.
 *
 * @throws {@link CliProblem} as {@link loadRunnable}.
 */
export function loadGood(path: string, io: CliIo): GoodPolicy {
  const { policy, scenarios, tests, invariants, sources, bundle } = loadRunnable(path, io);
  return { policy, scenarios, tests, invariants, sources, files: bundle?.files ?? nodeFiles };
}

/**
 * As {@link loadGood}, for commands whose status 1 is an answer about traffic: to a policy with errors none can be given.
 *
 * @throws {@link CliProblem} with status 2 whatever keeps the policy from being loaded.
 */
export function loadToRun(path: string, io: CliIo): GoodPolicy {
  try {
    return loadGood(path, io);
  } catch (problem) {
    if (!(problem instanceof CliProblem) || problem.status === EXIT.cannot) throw problem;
    throw new CliProblem(problem.message, "nothing was run: mend the policy first");
  }
}

/**
 * As {@link loadGood}, with all that came of loading it.
 *
 * @throws {@link CliProblem} as {@link loadChecked}, and with status 1 if it has errors, which are printed first.
 */
export function loadRunnable(
  path: string,
  io: CliIo,
  options: LoadOptions = {},
): LoadResult & { readonly policy: Policy } {
  const load = loadChecked(path, options);
  const { policy, diagnostics, sources } = load;
  if (policy !== null) return { ...load, policy };
  printDiagnostics(diagnostics, sources, io);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  throw new CliProblem(`${path} has ${counted(errors, "error")}`, "", EXIT.no);
}

/** Prints diagnostics for people. */
export function printDiagnostics(diagnostics: readonly Diagnostic[], sources: readonly SourceFile[], io: CliIo): void {
  if (diagnostics.length === 0) return;
  io.stderr(`${renderDiagnostics(diagnostics, sources, { color: colorOnStderr(io) })}\n`);
}

/** `1 error`, `3 errors`; figures in groups of three. */
export function counted(count: number, noun: string): string {
  // The first use of a locale loads its data, which takes as long as checking a small policy.
  const figures = count < 1_000 ? String(count) : count.toLocaleString("en-US");
  return `${figures} ${noun}${count === 1 ? "" : "s"}`;
}

/** Files on disk, remembering what became of the main one. */
class WatchedFiles implements FileReader {
  failure: FileRead | null = null;
  private readonly main: string;

  constructor(main: string) {
    this.main = main;
  }

  read(path: string, maxBytes?: number): FileRead {
    const read = nodeFiles.read(path, maxBytes);
    if (path === this.main && !read.ok) this.failure = read;
    return read;
  }

  resolve(from: string, relative: string): string {
    return nodeFiles.resolve(from, relative);
  }
}
