/** Every diagnostic code of the language, in the order of the codes. */
import { CALLER_CODES } from "./codes/callers.ts";
import type { CodeEntry } from "./codes/entry.ts";
import { LINTS } from "./codes/lints.ts";
import { SEMANTICS } from "./codes/semantics.ts";
import { SYNTAX_CODES } from "./codes/syntax.ts";

/** Codes are never reused; {@link CodeEntry.explanation} is what `edgepolicy` and the documentation say about them. */
export const CODES: readonly CodeEntry[] = [
  ...SYNTAX_CODES,
  ...Object.values(SEMANTICS),
  ...Object.values(LINTS),
  ...Object.values(CALLER_CODES),
].sort((a, b) => (a.code < b.code ? -1 : 1));
