/** What changed numbers change in the text of a policy. */
import type { LiteralChange, Variants } from "./variants.ts";

/** A line before and after; no number spans two, so they stay as many. */
export interface ChangedLine {
  /** From 1. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** The lines of a source that hold changed numbers, in their order. */
export function changedLines(
  file: number,
  changes: readonly LiteralChange[],
  variants: Variants,
): readonly ChangedLine[] {
  const all = variants.edit(file, []).split("\n");
  const edited = variants.edit(file, changes).split("\n");
  return all.flatMap((before, i) => {
    const after = edited[i] ?? "";
    return before === after ? [] : [{ line: i + 1, before, after }];
  });
}

/** A unified diff without context over all sources, as `patch -p0` takes it; empty without changes. */
export function diffText(changes: readonly LiteralChange[], variants: Variants): string {
  return variants.sources
    .flatMap(({ path, text }, file) => {
      const lines = changedLines(file, changes, variants);
      const count = text.split("\n").length;
      const hunks = lines.flatMap(({ line, before, after }) => {
        const end = line === count ? ["\\ No newline at end of file"] : [];
        return [`@@ -${line} +${line} @@`, `-${before}`, ...end, `+${after}`, ...end];
      });
      return hunks.length === 0 ? [] : [`--- ${path}`, `+++ ${path}`, ...hunks];
    })
    .map((line) => `${line}\n`)
    .join("");
}
