/**
 * Engines with a mistake planted in their source, without a copy on disk: the same modules are loaded once more under another
 * query, and the file concerned is patched on its way in. For plain Node; vitest has a loader of its own.
 */
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import type { MakeEngine } from "./lockstep.ts";
import type { SeededBug } from "./seeded-bugs.ts";

const ENGINE = new URL("../../engine/", import.meta.url).href;
const QUERY = "?planted=";

const planted: SeededBug[] = [];
const scripts = new Map<string, string>();

/** A file without its types. */
function scriptOf(url: string): string {
  let script = scripts.get(url);
  if (script === undefined) scripts.set(url, (script = stripTypeScriptTypes(readFileSync(fileURLToPath(url), "utf8"))));
  return script;
}

/**
 * A file's text with the passage replaced.
 *
 * @throws If the passage is not there exactly once: the source has changed, and the mistake must be planted anew.
 */
function patched(text: string, { name, file, from, to }: SeededBug): string {
  const times = text.split(from).length - 1;
  if (times !== 1) throw new Error(`"${name}": engine/${file} holds the passage ${times} times, not once: ${from}`);
  return text.replace(from, () => to);
}

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const query = context.parentURL?.split(QUERY)[1];
    if (query === undefined || !resolved.url.startsWith(ENGINE) || resolved.url.includes(QUERY)) return resolved;
    return { ...resolved, url: resolved.url + QUERY + query };
  },
  load(url, context, next) {
    const [file = "", query] = url.split(QUERY);
    const bug = planted[Number(query)];
    if (query === undefined || bug === undefined) return next(url, context);
    const isPatched = file === ENGINE + bug.file;
    const source = isPatched
      ? stripTypeScriptTypes(patched(readFileSync(fileURLToPath(file), "utf8"), bug))
      : scriptOf(file);
    return { format: "module", source, shortCircuit: true };
  },
});

/**
 * The engine that a mistake belongs to, with the mistake.
 *
 * @throws If the mistake cannot be planted.
 */
export async function plant(bug: SeededBug): Promise<MakeEngine> {
  const query = QUERY + String(planted.push(bug) - 1);
  if (bug.file.startsWith("reference/")) {
    const module = (await import(`${ENGINE}reference/index.ts${query}`)) as { createReference: MakeEngine };
    return module.createReference;
  }
  const module = (await import(`${ENGINE}engine.ts${query}`)) as { createEngine: MakeEngine };
  return module.createEngine;
}
