/**
 * Only whether there is a match is ever asked, so what may be left out at either end of one is: `x*` at the end of a pattern, or at
 * its beginning where nothing ties it to the start of the text, matches nothing as well as something, and `x+` as one `x` does.
 * A repeat that is gone is one less that a search can be slow by.
 */
import type { PatternNode } from "../policy.ts";

const EMPTY: PatternNode = { kind: "empty" };

/** A pattern that some part of a text matches exactly where some part matches `root`. */
export function trimPattern(root: PatternNode): PatternNode {
  return trim(trim(root, true), false);
}

function trim(node: PatternNode, atEnd: boolean): PatternNode {
  switch (node.kind) {
    case "sequence":
      return trimSequence(node.items, atEnd);
    case "choice": {
      const items = node.items.map((item) => trim(item, atEnd));
      return items.some((item) => item.kind === "empty") ? EMPTY : { kind: "choice", items };
    }
    case "repeat":
      if (node.min === 0) return EMPTY;
      return node.min === 1 ? trim(node.item, atEnd) : { ...node, max: node.min };
    default:
      return node;
  }
}

/** Trims the outermost item, and the next where nothing is left of it. */
function trimSequence(all: readonly PatternNode[], atEnd: boolean): PatternNode {
  const items = [...all];
  while (items.length > 0) {
    const outermost = trim(items.at(atEnd ? -1 : 0)!, atEnd);
    if (outermost.kind !== "empty") {
      items.splice(atEnd ? -1 : 0, 1, outermost);
      return items.length === 1 ? outermost : { kind: "sequence", items };
    }
    if (atEnd) items.pop();
    else items.shift();
  }
  return EMPTY;
}
