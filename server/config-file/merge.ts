/** Options of two sources as one. */
import { OPTIONS } from "./table.ts";
import type { FileOptions } from "./read.ts";

/** `over` where it states an option, else `under`; of sections, option by option. */
export function mergeOptions(under: FileOptions, over: FileOptions): FileOptions {
  const merged: Record<string, unknown> = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const known = merged[name];
    const isSection = OPTIONS[name]?.kind === "section" && isObject(known) && isObject(value);
    merged[name] = isSection ? Object.assign({}, known, value) : value;
  }
  return merged as FileOptions;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
