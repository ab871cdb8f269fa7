/** Between the protocol's URIs and the paths that file readers take. */
import { fileURLToPath, pathToFileURL } from "node:url";

/** The path of a document. One that is in no file, such as `untitled:Untitled-1`, goes by its URI. */
export function toPath(uri: string): string {
  if (!uri.startsWith("file:")) return uri;
  try {
    return fileURLToPath(uri);
  } catch {
    return uri;
  }
}

/** The URI of a path. */
export function toUri(path: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(path) && !/^[a-z]:[\\/]/i.test(path) ? path : pathToFileURL(path).href;
}
