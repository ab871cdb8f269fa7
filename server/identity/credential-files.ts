/** Files of keys and secrets that identity sources name: read when the policy is loaded, and watched with it. */
import type { IdentitySource } from "../../engine/index.ts";
import type { LoadedBundle, LoadResult, SourceFile } from "../../dsl/index.ts";
import { decodeText, nodeFiles } from "../../dsl/index.ts";
import { ServerError } from "../server-error.ts";

/** A file of keys or secrets holds at most this many bytes, as where the policy is checked. */
const FILE_BYTES_MAX = 1_048_576;

/** What a policy was loaded from, as far as the files that its sources name need it. */
export interface LoadedFiles {
  readonly sources: readonly Pick<SourceFile, "path">[];
  readonly bundle?: LoadedBundle | undefined;
}

/** A file that a source names. */
export interface CredentialFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads the file that a source of a loaded policy names, relative to where the source is declared. A bundle has its files with it,
 * except those of secrets, which lie beside it.
 *
 * @throws {ServerError} `credentials_unusable`.
 */
export function readCredentialFile(load: LoadedFiles, source: IdentitySource, name: string): CredentialFile {
  const path = pathOf(load, source, name);
  const files = load.bundle === undefined || source.kind === "hmac" ? nodeFiles : load.bundle.files;
  const read = files.read(path, FILE_BYTES_MAX);
  if (!read.ok) throw unusable(path, `cannot be read: ${read.message}`);
  const decoded = decodeText(read.bytes);
  if (!decoded.ok) throw unusable(path, decoded.message, decoded.help);
  return { path, text: decoded.text };
}

/** The files of keys and secrets of a loaded policy that lie on disk. */
export function credentialFilesOf(load: LoadResult): readonly string[] {
  return (load.policy?.identity ?? []).flatMap((source) => {
    if (source.kind === "hmac") return [pathOf(load, source, source.secrets)];
    if (source.kind !== "signature" || load.bundle !== undefined || source.keys.startsWith("https://")) return [];
    return [pathOf(load, source, source.keys)];
  });
}

function pathOf({ sources, bundle }: LoadedFiles, { kind, span }: IdentitySource, name: string): string {
  const declaring = bundle !== undefined && kind === "hmac" ? bundle.path : (sources[span.file]?.path ?? "");
  return nodeFiles.resolve(declaring, name);
}

/** Why a server does not start with a file of keys or secrets. What is in the file is never shown. */
export function unusable(place: string, problem: string, help = ""): ServerError {
  return new ServerError("credentials_unusable", `${place} ${problem}`, help);
}
