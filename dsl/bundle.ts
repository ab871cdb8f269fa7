/** Bundles of whole policies: what running one needs without a parser, and the files it was made of for what needs their text. */
import { hash } from "node:crypto";
import type { Policy } from "../engine/index.ts";
import { decodeBundle, encodeBundle, isBundle, MAX_BUNDLE_BYTES } from "../engine/index.ts";
import { SEMANTICS } from "./codes/semantics.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type FileRead, type FileReader, MAX_POLICY_BYTES, nodeFiles } from "./files.ts";
import type { Invariant } from "./invariant.ts";
import type { LoadResult } from "./load.ts";
import type { Scenario } from "./scenario.ts";
import { makeSource, type SourceFile } from "./source.ts";
import type { PolicyTest } from "./test-block.ts";

/** Where a loaded policy came from, if not from its text. */
export interface LoadedBundle {
  /** The bundle itself. */
  readonly path: string;
  /** SHA-256 of its content, in hexadecimal digits. */
  readonly hash: string;
  /** The policy's main file, which `files` has. */
  readonly main: string;
  /** The files that the policy was made of. */
  readonly files: FileReader;
}

/** What a bundle keeps beside the policy. */
interface Rest {
  readonly main: string;
  readonly scenarios: readonly Scenario[];
  readonly tests: readonly PolicyTest[];
  /** Missing from bundles that were written before they were kept. */
  readonly invariants?: readonly Invariant[];
  readonly diagnostics: readonly Diagnostic[];
  /** As they are shown. */
  readonly sources: readonly { readonly path: string; readonly text: string }[];
  /** Every file that was read, by its path. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/** Reads files, and keeps what was read. */
export class RecordedFiles implements FileReader {
  readonly files: Record<string, Uint8Array> = {};
  private readonly reader: FileReader;

  constructor(reader: FileReader) {
    this.reader = reader;
  }

  read(path: string, maxBytes?: number): FileRead {
    const read = this.reader.read(path, maxBytes);
    if (read.ok) this.files[path] = read.bytes;
    return read;
  }

  resolve(from: string, relative: string): string {
    return this.reader.resolve(from, relative);
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash("sha256", bytes, "buffer");
}

/**
 * Makes the bundle of a policy that loaded. Lists from files are in it as they are now; secrets are not.
 *
 * @param main - The policy's main file.
 * @param files - What loading it read.
 */
export function packBundle(main: string, load: LoadResult, { files }: RecordedFiles): Uint8Array {
  const { policy, scenarios, tests, invariants, diagnostics } = load;
  if (policy === null) throw new Error("a policy with errors has no bundle");
  const sources = load.sources.map(({ path, text }) => ({ path, text }));
  const rest: Rest = { main, scenarios, tests, invariants, diagnostics, sources, files };
  const lists = policy.lists.map((list) => ({ ...list, file: null }));
  return encodeBundle({ policy: { ...policy, lists }, rest: withoutSecrets(rest, policy) }, sha256);
}

/** A bundle is handed around, so files of secrets are in it by their names alone; who verifies reads them beside it. */
function withoutSecrets(rest: Rest, { identity }: Policy): Rest {
  const files = { ...rest.files };
  for (const source of identity) {
    if (source.kind !== "hmac") continue;
    files[nodeFiles.resolve(rest.sources[source.span.file]?.path ?? "", source.secrets)] = new Uint8Array(0);
  }
  return { ...rest, files };
}

/**
 * Loads a policy from a bundle.
 *
 * @returns Null where the file is none, or cannot be read: whoever reads it as a policy says why.
 */
export function loadBundle(path: string, reader: FileReader): LoadResult | null {
  const read = reader.read(path, MAX_BUNDLE_BYTES);
  if (!read.ok || !isBundle(read.bytes)) return null;
  const decoded = decodeBundle(read.bytes, sha256);
  if (!decoded.ok) return refused(path, decoded);
  const { content, hash: contentHash } = decoded;
  const { main, scenarios, tests, invariants, diagnostics, sources, files } = content.rest as Rest;
  return {
    policy: content.policy,
    scenarios,
    tests,
    invariants: invariants ?? [],
    diagnostics,
    sources: sources.map((source) => makeSource(source.path, source.text)),
    bundle: { path, hash: contentHash, main, files: bundledFiles(files) },
  };
}

function bundledFiles(files: Rest["files"]): FileReader {
  return {
    read: (path, maxBytes = MAX_POLICY_BYTES) => {
      const bytes = Object.hasOwn(files, path) ? files[path] : undefined;
      if (bytes === undefined) return { ok: false, reason: "not_found", message: "it is not in the bundle" };
      if (bytes.length > maxBytes) return { ok: false, reason: "too_large", message: "it is too large" };
      return { ok: true, bytes };
    },
    resolve: (from, relative) => nodeFiles.resolve(from, relative),
  };
}

function refused(path: string, { message, help }: { readonly message: string; readonly help: string }): LoadResult {
  const source: SourceFile = makeSource(path, "");
  const diagnostic: Diagnostic = {
    code: SEMANTICS.fileUnreadable.code,
    severity: "error",
    span: { file: 0, start: 0, end: 0 },
    message: `\`${path}\` ${message}`,
    notes: [],
    help,
    fix: null,
  };
  return { policy: null, scenarios: [], tests: [], invariants: [], diagnostics: [diagnostic], sources: [source] };
}
