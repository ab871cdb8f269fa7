/** Mends a policy by the certain fixes of its diagnostics, until none is left. */
import { decodeText, type FileRead, type FileReader } from "./files.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { applyFixes } from "./fixes.ts";
import { type LoadOptions, type LoadResult, loadPolicy } from "./load.ts";
import { positionAt, type SourceFile } from "./source.ts";

/** One diagnostic that was mended, at its place in the text before. */
export interface Mended {
  readonly diagnostic: Diagnostic;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A policy as it is once it is mended; nothing is written. */
export interface MendResult {
  /** The load of the mended texts. */
  readonly load: LoadResult;
  /** New texts of the files that changed, by path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly mended: readonly Mended[];
}

/** A fix may show another one, so loading and fixing take turns; a policy that needs more rounds is mended so far. */
const MAX_ROUNDS = 20;

/**
 * Mends the policy at `path`.
 *
 * @param mayWrite - Whether the file at a path may be changed. One whose text is shown otherwise than it stands, because of
 *   secrets, never is.
 */
export function mendPolicy(
  path: string,
  reader: FileReader,
  mayWrite: (path: string) => boolean,
  options: LoadOptions = {},
): MendResult {
  const files = new ChangedFiles(reader);
  const mended: Mended[] = [];
  let load = loadPolicy(path, files, options);
  if (load.bundle !== undefined) return { load, texts: files.texts, mended };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const changes = load.sources.flatMap((source, file) =>
      mayWrite(source.path) && files.holds(source) ? changesOf(source, file, load.diagnostics) : [],
    );
    if (changes.length === 0) break;
    const before = new Map(files.texts);
    for (const { source, text } of changes) files.texts.set(source.path, text);
    const next = loadPolicy(path, files, options);
    if (errorsOf(next) > errorsOf(load)) {
      files.restore(before);
      break;
    }
    mended.push(...changes.flatMap((change) => change.mended));
    load = next;
  }
  return { load, texts: files.texts, mended };
}

function errorsOf({ diagnostics }: LoadResult): number {
  return diagnostics.filter(({ severity }) => severity === "error").length;
}

interface Change {
  readonly source: SourceFile;
  readonly text: string;
  readonly mended: readonly Mended[];
}

/** The text of one file with the fixes of its diagnostics. */
function changesOf(source: SourceFile, file: number, diagnostics: readonly Diagnostic[]): readonly Change[] {
  const fixable = diagnostics.filter(({ fix }) => fix !== null && fix.span.file === file);
  const fixes = fixable.flatMap(({ fix }) => fix ?? []);
  const { text, applied } = applyFixes(source.text, fixes);
  const done = new Set(applied);
  if (text === source.text) return [];
  const mended = fixable
    .filter(({ fix }) => fix !== null && done.has(fix))
    .map((diagnostic) => ({ diagnostic, file: source.path, ...positionAt(source, diagnostic.span.start) }));
  return [{ source, text, mended }];
}

/** Files with some texts changed in memory. */
class ChangedFiles implements FileReader {
  readonly texts = new Map<string, string>();
  readonly #reader: FileReader;

  constructor(reader: FileReader) {
    this.#reader = reader;
  }

  read(path: string, maxBytes?: number): FileRead {
    const text = this.texts.get(path);
    return text === undefined ? this.#reader.read(path, maxBytes) : { ok: true, bytes: Buffer.from(text) };
  }

  resolve(from: string, relative: string): string {
    return this.#reader.resolve(from, relative);
  }

  /** Whether a source's text is that of its file. */
  holds({ path, text }: SourceFile): boolean {
    const read = this.read(path);
    const decoded = read.ok ? decodeText(read.bytes) : null;
    return decoded?.ok === true && decoded.text === text;
  }

  restore(texts: ReadonlyMap<string, string>): void {
    this.texts.clear();
    for (const [path, text] of texts) this.texts.set(path, text);
  }
}
