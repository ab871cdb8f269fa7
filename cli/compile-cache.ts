/** Node's cache of compiled code (`node:module`), so that a start does not compile what an earlier one has compiled. */
// As a whole: where a Node.js is too old to have the function, asking for it by name would already end the program.
import nodeModule from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/**
 * Turns the cache on for what is imported from here on. Node leaves it off where `NODE_DISABLE_COMPILE_CACHE` is set, uses the
 * folder of `NODE_COMPILE_CACHE` where that is set, and goes on without where the folder cannot be written.
 */
export function startCompileCache(): void {
  const folder = cacheFolder();
  if (folder !== null) nodeModule.enableCompileCache(folder);
}

/**
 * A folder of the user's own: what Node would take lies where everybody may write, and what is read from it is run. Null where
 * there is no such folder.
 */
function cacheFolder(): string | null {
  const windows = process.platform === "win32";
  const given = process.env[windows ? "LOCALAPPDATA" : "XDG_CACHE_HOME"] ?? "";
  if (isAbsolute(given)) return join(given, "edgepolicy");
  const home = homeFolder();
  if (windows || !isAbsolute(home)) return null;
  return join(home, process.platform === "darwin" ? "Library/Caches" : ".cache", "edgepolicy");
}

/** Empty where the host knows none, as for a user without an entry. */
function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}
