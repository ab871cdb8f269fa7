/** Loads a policy: main file, imports, inventory and lists; then checks it, lints it and makes the policy model. */
import type { Policy, Span } from "../engine/index.ts";
import { MAX_ARRIVAL_BYTES } from "./arrivals.ts";
import type { AstListDeclaration, AstReloadStep, Text } from "./ast.ts";
import { loadBundle, type LoadedBundle } from "./bundle.ts";
import { type Declarations, sortDeclarations } from "./check/declarations.ts";
import { checkPolicy, type CheckedPolicy } from "./check/policy.ts";
import { Report } from "./check/report.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type FileReader, MAX_INVENTORY_BYTES, MAX_LIST_BYTES, MAX_POLICY_BYTES, memoryFiles } from "./files.ts";
import { type ParseFile, readDeclarations } from "./imports.ts";
import { type Inventory, NO_INVENTORY, readClients } from "./inventory/clients.ts";
import type { ReadClients } from "./inventory/remember.ts";
import { maskSecrets } from "./inventory/secrets.ts";
import { lintPolicy } from "./lints/lint.ts";
import type { Invariant } from "./invariant.ts";
import { lowerInvariants, lowerPolicy, lowerScenarios, lowerTests } from "./lower.ts";
import { nearest } from "./check/suggest.ts";
import { parse } from "./parser.ts";
import type { Scenario } from "./scenario.ts";
import type { SourceFile } from "./source.ts";
import { Sources } from "./sources.ts";
import type { PolicyTest } from "./test-block.ts";

/** What became of a policy's files. */
export interface LoadResult {
  /** Null if there is any error. */
  readonly policy: Policy | null;
  readonly scenarios: readonly Scenario[];
  readonly tests: readonly PolicyTest[];
  readonly invariants: readonly Invariant[];
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that took part; a span's `file` is an index into it. */
  readonly sources: readonly SourceFile[];
  /** Where the policy came from a bundle: that, and its files. */
  readonly bundle?: LoadedBundle;
}

/** What became of a policy's files, with all that was found out on the way, for tools that show more than diagnostics. */
export interface PolicyAnalysis extends LoadResult {
  readonly declarations: Declarations;
  readonly inventory: Inventory;
  /** Null where there is no `policy` declaration to check against. */
  readonly checked: CheckedPolicy | null;
}

/** What a load may be told besides the files. */
export interface LoadOptions {
  /** The time, in microseconds since the Unix epoch, by which dates are past. Without it none is. */
  readonly nowMicros?: number;
  /** Reads one file; a caller that has read the same text before may give back what it found then. */
  readonly parseFile?: ParseFile;
  /** Reads the inventory; the same holds for it. */
  readonly readClients?: ReadClients;
}

/**
 * Loads the policy at `path`. Never throws for what a file contains: every problem is a diagnostic.
 *
 * @param path - The main file or a bundle, as the reader understands paths; shown in diagnostics.
 */
export function loadPolicy(path: string, reader: FileReader, options: LoadOptions = {}): LoadResult {
  return loadBundle(path, reader) ?? loadText(path, reader, options);
}

function loadText(path: string, reader: FileReader, options: LoadOptions): LoadResult {
  const { policy, scenarios, tests, invariants, diagnostics, sources } = analyzeText(path, reader, options);
  return { policy, scenarios, tests, invariants, diagnostics, sources };
}

/** As {@link loadPolicy}, for tools that need the text: that of a bundle is read again. */
export function analyzePolicy(path: string, reader: FileReader, options: LoadOptions = {}): PolicyAnalysis {
  const bundle = loadBundle(path, reader)?.bundle;
  return bundle === undefined ? analyzeText(path, reader, options) : analyzeText(bundle.main, bundle.files, options);
}

function analyzeText(path: string, reader: FileReader, options: LoadOptions): PolicyAnalysis {
  const report = new Report();
  const sources = new Sources(reader, report);
  const text = readDeclarations(path, sources, report, options.parseFile ?? parse);
  const declarations = sortDeclarations(text?.declarations ?? [], text?.unread);
  const inventory = loadClients(declarations, sources, options.readClients ?? readClients, report);
  const listFiles = loadLists(declarations, sources);
  const checked =
    text === null
      ? null
      : checkPolicy(
          {
            declarations,
            listFiles,
            clients: inventory.clients,
            inventoryRead: !report.failed || wasRead(inventory, declarations),
            start: START,
            arrivalFile: ({ value, span }) => sources.read(sources.resolve(span.file, value), span, MAX_ARRIVAL_BYTES),
            reload: reloadFiles(sources),
            fileExists: keyFiles(sources),
          },
          report,
        );
  const known = { sources: sources.list(), declarations, inventory, checked };
  if (checked === null || report.failed)
    return { ...known, policy: null, scenarios: [], tests: [], invariants: [], diagnostics: report.list() };
  const policy = lowerPolicy(checked, sources.originals());
  lintPolicy({
    policy,
    declarations,
    groups: checked.context.groups,
    scenarios: checked.scenarios,
    clients: inventory.clients,
    sources: sources.list(),
    nowMicros: options.nowMicros ?? null,
    report,
  });
  return {
    ...known,
    policy,
    scenarios: lowerScenarios(checked),
    tests: lowerTests(checked),
    invariants: lowerInvariants(checked),
    diagnostics: report.list(),
  };
}

const START: Span = { file: 0, start: 0, end: 0 };

/** The path that messages show for a policy given as text. */
const MAIN = "policy.edgepolicy";

/**
 * Loads a policy given as text.
 *
 * @param files - Other files by path, relative to the policy.
 */
export function loadPolicyText(
  text: string,
  files: Readonly<Record<string, string>> = {},
  options: LoadOptions = {},
): LoadResult {
  return loadPolicy(MAIN, memoryFiles({ ...files, [MAIN]: text }), options);
}

function loadClients(declarations: Declarations, sources: Sources, read: ReadClients, report: Report): Inventory {
  const [declaration] = declarations.clients;
  if (declaration === undefined) return NO_INVENTORY;
  const path = sources.resolve(declaration.span.file, declaration.path.value);
  const source = sources.read(path, declaration.path.span, MAX_INVENTORY_BYTES, maskSecrets);
  if (source === null) return NO_INVENTORY;
  report.mask(source.file, maskSecrets);
  return read(source.text, source.file, report);
}

/** Whether nothing kept an inventory from being read. A declaration that could not be read leaves its keyword, or what was written for it. */
function wasRead({ data }: Inventory, { clients, unread }: Declarations): boolean {
  return clients.length === 0 ? nearest("clients", unread) === null : data !== null;
}

/** Finds the policies that tests reload to. They are checked when the test runs; here they have to be there. */
function reloadFiles(sources: Sources): (step: AstReloadStep) => string | null {
  return ({ path, span }) => {
    const resolved = sources.resolve(span.file, path.value);
    return sources.exists(resolved, path.span, MAX_POLICY_BYTES) ? resolved : null;
  };
}

/** A file of keys or secrets holds at most this many bytes. */
const MAX_KEY_BYTES = 1024 ** 2;

/** Finds the files of keys and secrets. Who verifies reads them; here they have to be there. */
function keyFiles(sources: Sources): (path: Text) => boolean {
  return ({ value, span }) => sources.exists(sources.resolve(span.file, value), span, MAX_KEY_BYTES);
}

type ListFile = { readonly file: number; readonly text: string } | null;

function loadLists(declarations: Declarations, sources: Sources): ReadonlyMap<AstListDeclaration, ListFile> {
  const files = new Map<AstListDeclaration, ListFile>();
  for (const list of declarations.lists) {
    if (list.file === null) continue;
    const path = sources.resolve(list.span.file, list.file.value);
    files.set(list, sources.read(path, list.file.span, MAX_LIST_BYTES));
  }
  return files;
}
