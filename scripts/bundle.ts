/**
 * Joins modules, and those of the small packages that they need, into a few files: finding and reading hundreds of them is most of a
 * start-up. Names stay as they are, so that a fault's stack can be read.
 */
import { join } from "node:path";
import { build } from "rolldown";

/** Packages that stay outside: what is native, and what only some commands load. */
const OUTSIDE = /^(?:node:|uws-|undici$|vscode-)/;

/**
 * Where the program begins, by the names of the bundle's files. Threads begin with files of their own:
 * `server/workers/worker-handle.ts` and `simulator/seed-workers/seed-worker.ts` start them by their names.
 *
 * @param root - Folder of the modules.
 * @param ending - Of their files.
 */
export function programEntries(root: string, ending: "js" | "ts"): Readonly<Record<string, string>> {
  return {
    edgepolicy: join(root, `cli/bin.${ending}`),
    thread: join(root, `server/workers/thread.${ending}`),
    "seed-thread": join(root, `simulator/seed-workers/seed-thread.${ending}`),
  };
}

/**
 * Makes a bundle.
 *
 * @param entries - Files that it begins with, by the names that it has for them.
 * @param folder - Where it is written. Packages outside of it are found from there.
 * @returns Paths of the modules in it.
 */
export async function bundle(entries: Readonly<Record<string, string>>, folder: string): Promise<readonly string[]> {
  const { output } = await build({
    input: { ...entries },
    platform: "node",
    external: OUTSIDE,
    output: {
      dir: folder,
      format: "esm",
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    },
    logLevel: "warn",
  });
  return output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
}
