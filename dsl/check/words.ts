/** Words from a closed set. */
import { SEMANTICS } from "../codes/semantics.ts";
import type { CodeEntry } from "../codes/entry.ts";
import type { Name } from "../ast.ts";
import type { Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";

/** The word itself where it is one of the set; null where it is not, which is reported. */
export function readWord<T extends string>(
  word: Name,
  words: readonly T[],
  what: string,
  report: Report,
  code: CodeEntry = SEMANTICS.word,
): T | null {
  const found = words.find((one) => one === word.text);
  if (found !== undefined) return found;
  report.error(code, word.span, `there is no ${what} \`${word.text}\``, {
    help: didYouMean(word.text, words, `it is one of ${words.map((one) => `\`${one}\``).join(", ")}`),
  });
  return null;
}
