/** The program as users run it, for what is measured with its start-up. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";

const ROOT = dirname(import.meta.dirname);

/** The file that Node runs: from source if it is only to be shown that it runs, else as the package has it, built anew. */
export function programOf(quick: boolean): string {
  if (quick) return join(ROOT, "cli/bin.ts");
  const { status } = spawnSync(process.execPath, [join(ROOT, "scripts/build.ts")], { stdio: "inherit" });
  if (status !== 0) throw new Error("the package could not be built");
  return join(ROOT, "dist/bin/edgepolicy.js");
}

/**
 * The environment in which the program keeps its compiled code in a folder of the bench: empty, for a start that is the first. The bench's own
 * options, for sources with types, are none of its.
 */
export function cacheIn(folder: string): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE: _elsewhere, NODE_DISABLE_COMPILE_CACHE: _off, NODE_OPTIONS: _ours, ...env } = process.env;
  return { ...env, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder };
}
