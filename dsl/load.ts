/** Loads a policy: main file, imports, inventory and lists; then checks it, lints it and makes the policy model. */
import type { Policy, Span } from "../engine/index.ts";
import type { AstListDeclaration } from "./ast.ts";
import { type Declarations, sortDeclarations } from "./check/declarations.ts";
import { checkPolicy } from "./check/policy.ts";
import { Report } from "./check/report.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type FileReader, MAX_INVENTORY_BYTES, MAX_LIST_BYTES, memoryFiles } from "./files.ts";
import { readDeclarations } from "./imports.ts";
import { type InventoryClient, readClients } from "./inventory/clients.ts";
import { lintPolicy } from "./lints/lint.ts";
import { lowerPolicy, lowerScenarios } from "./lower.ts";
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
  readonly diagnostics: readonly Diagnostic[];
  /** Every file that took part; a span's `file` is an index into it. */
  readonly sources: readonly SourceFile[];
}

/**
 * Loads the policy at `path`. Never throws for what a file contains: every problem is a diagnostic.
 *
 * @param path - The main file, as the reader understands paths; shown in diagnostics.
 */
export function loadPolicy(path: string, reader: FileReader): LoadResult {
  const report = new Report();
  const sources = new Sources(reader, report);
  const text = readDeclarations(path, sources, report);
  if (text === null) return rejected(report, sources);
  const declarations = sortDeclarations(text.declarations, text.unread);
  const clients = loadClients(declarations, sources, report);
  const listFiles = loadLists(declarations, sources);
  const checked = checkPolicy({ declarations, listFiles, clients, start: START }, report);
  if (checked === null || report.failed) return rejected(report, sources);
  const policy = lowerPolicy(checked, sources.list());
  lintPolicy(policy, checked, clients, report);
  return { policy, scenarios: lowerScenarios(checked), tests: [], diagnostics: report.list(), sources: sources.list() };
}

const START: Span = { file: 0, start: 0, end: 0 };

/** The path that messages show for a policy given as text. */
const MAIN = "policy.edgepolicy";

/**
 * Loads a policy given as text.
 *
 * @param files - Other files by path, relative to the policy.
 */
export function loadPolicyText(text: string, files: Readonly<Record<string, string>> = {}): LoadResult {
  return loadPolicy(MAIN, memoryFiles({ ...files, [MAIN]: text }));
}

function rejected(report: Report, sources: Sources): LoadResult {
  return { policy: null, scenarios: [], tests: [], diagnostics: report.list(), sources: sources.list() };
}

function loadClients(declarations: Declarations, sources: Sources, report: Report): readonly InventoryClient[] {
  const [declaration] = declarations.clients;
  if (declaration === undefined) return [];
  const path = sources.resolve(declaration.span.file, declaration.path.value);
  const source = sources.read(path, declaration.path.span, MAX_INVENTORY_BYTES);
  return source === null ? [] : readClients(source.text, source.file, report);
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
