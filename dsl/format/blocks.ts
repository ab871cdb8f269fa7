/** Blocks in braces: always one entry a line, or on one line where it fits. */
import type { Text } from "../ast.ts";
import {
  closingHardLine,
  closingLine,
  type Doc,
  extentOf,
  group,
  INDENT,
  indent,
  join,
  line,
  openingHardLine,
  piece,
  wideLine,
} from "./doc.ts";
import { bracketed, textDoc } from "./expressions.ts";
import type { SourceComments } from "./printer.ts";
import { type Row, rowsOf } from "./rows.ts";

/** A block with one row a line. `end` is where it ended, after its closing brace. */
export function block(head: Doc, rows: readonly Row[], end: number, comments: SourceComments): Doc {
  const close = piece("}", { start: end - 1, end });
  if (rows.length > 0) {
    return [head, " {", indent([openingHardLine, rowsOf(rows, comments, INDENT)]), closingHardLine, close];
  }
  const commented = comments.within(extentOf(head).end, end);
  return commented ? [head, " {", closingHardLine, close] : [head, " {}"];
}

/** A block on one line where it fits; `separator` is `","` where its parts are divided by commas. */
export function inlineBlock(head: Doc, parts: readonly Doc[], end: number, separator = ""): Doc {
  if (parts.length === 0) return [head, "{}"];
  const close = piece("}", { start: end - 1, end });
  const between: Doc = separator === "" ? wideLine : [separator, line];
  return group([head, "{", indent([line, join(between, parts)]), closingLine, close]);
}

/** Strings in brackets. The tree does not say where the bracket closed, so it is looked for after the last of them. */
export function textsDoc(texts: readonly Text[], comments: SourceComments): Doc {
  const last = texts.at(-1);
  if (last === undefined) return "[]";
  return bracketed(texts.map(textDoc), comments.next("]", last.span.end) + 1);
}
