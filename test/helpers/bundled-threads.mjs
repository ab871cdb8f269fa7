/**
 * Preloaded by the processes that run tests, and by the threads that they start: a thread that begins with a file of the sources begins
 * with the same file of the bundle (`bundled.ts`), where that has it.
 */
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { basename, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isMainThread } from "node:worker_threads";

const folder = process.env.EDGEPOLICY_TEST_BUNDLE;

if (!isMainThread && folder !== undefined) registerHooks({ resolve });

function resolve(specifier, context, next) {
  const found = next(specifier, context);
  if (context.parentURL !== undefined || !found.url.startsWith("file:")) return found;
  const bundled = join(folder, `${basename(fileURLToPath(found.url), ".ts")}.js`);
  return existsSync(bundled) ? { ...found, url: pathToFileURL(bundled).href, format: "module" } : found;
}
