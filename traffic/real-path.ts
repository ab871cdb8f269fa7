/** Paths without links, also of files that are not there yet. */
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** Where a path leads by links, as far as it exists. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(resolve(path));
    return parent === resolve(path) ? parent : join(realPath(parent), basename(path));
  }
}
