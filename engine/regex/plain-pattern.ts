/** Patterns and globs that say no more than a test of text does: begins with, ends with, contains or is a text. */
import type { PatternNode } from "../policy.ts";

/** The test that a pattern is: of the text `text`, at the start of the value, at its end, both or anywhere. */
export interface PlainTest {
  readonly text: string;
  readonly start: boolean;
  readonly end: boolean;
}

/** The test that a pattern without choices is, or null. */
export function plainPattern(root: PatternNode): PlainTest | null {
  const items: PatternNode[] = [];
  if (!putPlain(root, items)) return null;
  const start = items[0]?.kind === "start";
  const end = items.at(-1)?.kind === "end";
  const units: number[] = [];
  for (const item of items.slice(start ? 1 : 0, end ? -1 : undefined)) {
    const unit = onlyUnit(item);
    if (unit === null) return null;
    units.push(unit);
  }
  return { text: units.map((unit) => String.fromCharCode(unit)).join(""), start, end };
}

/** The text that every match of a pattern begins with, as far as it is one; empty where there is none. */
export function leadingText(root: PatternNode): string {
  const units: number[] = [];
  for (const item of itemsOf(root)) {
    const unit = onlyUnit(item);
    if (unit === null) break;
    units.push(unit);
  }
  return units.map((unit) => String.fromCharCode(unit)).join("");
}

/** The test that a glob with no star inside is, or null. */
export function plainGlob(glob: string): PlainTest | null {
  const text = glob.replace(/^\*+/, "").replace(/\*+$/, "");
  if (text.includes("*")) return null;
  return { text, start: !glob.startsWith("*"), end: !glob.endsWith("*") };
}

/** Puts the items of a pattern in a row, up to the first that is repeated, chosen or a boundary; whether none is. Most patterns have one early on. */
function putPlain(node: PatternNode, items: PatternNode[]): boolean {
  switch (node.kind) {
    case "empty":
      return true;
    case "sequence":
      return node.items.every((item) => putPlain(item, items));
    case "set":
    case "start":
    case "end":
      items.push(node);
      return true;
    default:
      return false;
  }
}

function itemsOf(node: PatternNode): readonly PatternNode[] {
  if (node.kind === "sequence") return node.items.flatMap(itemsOf);
  return node.kind === "empty" ? [] : [node];
}

function onlyUnit(node: PatternNode): number | null {
  if (node.kind !== "set" || node.ranges.length !== 1) return null;
  const [low, high] = node.ranges[0]!;
  return low === high ? low : null;
}
