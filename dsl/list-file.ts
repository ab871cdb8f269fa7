/** Reads the file of one list anew, for a policy that runs on. */
import type { ScalarType, ScalarValue } from "../engine/index.ts";
import { fileEntries } from "./check/lists.ts";
import { Report } from "./check/report.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type FileReader, MAX_LIST_BYTES } from "./files.ts";
import type { SourceFile } from "./source.ts";
import { Sources } from "./sources.ts";

/** The entries of a list file; null with the diagnostics that say why where one of them is wrong. */
export interface ListLoad {
  readonly values: readonly ScalarValue[] | null;
  readonly diagnostics: readonly Diagnostic[];
  /** The file itself, where it could be read. */
  readonly sources: readonly SourceFile[];
}

/** Reads a list file with entries of a type, as loading the whole policy would. */
export function loadListFile(path: string, type: ScalarType, reader: FileReader): ListLoad {
  const report = new Report();
  const sources = new Sources(reader, report);
  const source = sources.read(path, null, MAX_LIST_BYTES);
  const values =
    source === null ? [] : fileEntries(source.text, source.file, { scalar: type, set: false, members: null }, report);
  return { values: report.failed ? null : values, diagnostics: report.list(), sources: sources.list() };
}
