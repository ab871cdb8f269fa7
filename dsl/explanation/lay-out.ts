/** Rows of an explanation as lines. */
import { displayWidth } from "../text-width.ts";
import type { Row } from "./conditions.ts";

/** Columns before the place of a row; longer texts push it to the right. */
const WIDEST = 84;

/** Rows with their places in a column. */
export function layOut(rows: readonly Row[], indent = "  "): string {
  const widths = rows.filter(({ place }) => place !== "").map(({ text }) => displayWidth(text));
  const width = Math.min(WIDEST, Math.max(0, ...widths));
  return rows
    .map(({ text, place }) => {
      const gap = " ".repeat(Math.max(0, width - displayWidth(text)) + 3);
      return `${indent}${text}${place === "" ? "" : gap + place}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join("");
}
