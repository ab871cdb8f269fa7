/** State keys as readable strings: the JSON of each part's option number and value, so that no two keys share a spelling. */
import type { KeyPart } from "../contract.ts";
import type { Key } from "../policy.ts";
import { evaluate, type Scope } from "./expressions.ts";

/** The first present option of a key part, or null where none is. */
export function keyPart(key: Key, scope: Scope): KeyPart | null {
  for (const [option, expr] of key.options.entries()) {
    const value = evaluate(expr, scope);
    if (value !== undefined) return { option, value: value as string | number | boolean };
  }
  return null;
}

/** The spelling of a key, or null where a part is missing. */
export function spellKey(parts: readonly (KeyPart | null)[]): string | null {
  if (parts.some((part) => part === null || part.value === null)) return null;
  return JSON.stringify(parts.map((part) => [part?.option, part?.value]));
}

/** The key of this request, or null where a part is missing: then nothing is recorded, asked or set. */
export function keyOf(keys: readonly Key[], scope: Scope): string | null {
  return spellKey(keys.map((key) => keyPart(key, scope)));
}
