/**
 * Texts of which every match contains one, found from the parts of a glob or the syntax tree of a pattern: what does not contain
 * any of them need not be tried (R. Cox, "Regular Expression Matching with a Trigram Index"). For each node the few texts that it
 * can be are kept as long as there are few; where there are too many, the best found so far is what is required.
 */
import type { PatternNode } from "../policy.ts";
import { foldUnit } from "./case-fold.ts";

/** Most texts that stand for one another, most units in one, and most copies of a repeat that are looked at. */
const MOST_TEXTS = 16;
const MOST_UNITS = 32;
const MOST_COPIES = 32;
/** Most units of a set that are told apart. */
const MOST_CHOICES = 4;

/** All texts that a node can be, or null where they are many; and texts of which each of its matches contains one, or null. */
interface Found {
  readonly exact: readonly string[] | null;
  readonly required: readonly string[] | null;
}

const EMPTY: Found = { exact: [""], required: null };
const UNKNOWN: Found = { exact: null, required: null };

/** Shortest text of a choice of texts: how much its presence tells. */
export function leastLength(texts: readonly string[]): number {
  return texts.reduce((least, text) => Math.min(least, text.length), Infinity);
}

/** The longest piece between the stars of a glob. */
export function requiredOfGlob(pieces: readonly string[]): string {
  return pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), "").slice(0, MOST_UNITS);
}

/**
 * Texts of which every match of a pattern contains one; null where no few are known.
 *
 * @param folded - Whether they are to be looked for in folded text (`foldUnit`); they are then folded themselves.
 */
export function requiredOfPattern(root: PatternNode, folded: boolean): readonly string[] | null {
  const { exact, required } = find(root, folded);
  return betterChoice(exact, required);
}

/** Texts of which every match contains one, as they are or folded. */
export interface Sought {
  readonly texts: readonly string[];
  readonly folded: boolean;
}

/**
 * What to look for before a pattern is tried.
 *
 * @param ignoreCase - Whether letters stand for either case; without any, texts are looked for as they are.
 */
export function soughtBy(root: PatternNode, ignoreCase: boolean): Sought | null {
  const texts = requiredOfPattern(root, ignoreCase);
  return texts === null ? null : { texts, folded: ignoreCase && texts.some((text) => /[a-z]/.test(text)) };
}

/** The choice whose shortest text is longer; of those alike, that of fewer texts, or else the first. No choice is empty, and one with an empty text requires nothing. */
function betterChoice(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  const worth = (texts: readonly string[] | null): number =>
    texts === null ? 0 : leastLength(texts) + 1 / (2 * texts.length);
  const best = worth(b) > worth(a) ? b : a;
  return worth(best) < 1 ? null : best;
}

function find(node: PatternNode, folded: boolean): Found {
  switch (node.kind) {
    case "set":
      return ofSet(node.ranges, folded);
    case "sequence":
      return ofSequence(node.items.map((item) => find(item, folded)));
    case "choice":
      return ofChoice(node.items.map((item) => find(item, folded)));
    case "repeat":
      return ofRepeat(node.item, node.min, node.max, folded);
    default:
      return EMPTY;
  }
}

function ofSet(ranges: readonly (readonly [number, number])[], folded: boolean): Found {
  let size = 0;
  for (const [low, high] of ranges) size += high - low + 1;
  if (size === 0 || size > MOST_CHOICES) return UNKNOWN;
  const texts: string[] = [];
  for (const [low, high] of ranges) {
    for (let unit = low; unit <= high; unit++) {
      const text = String.fromCharCode(folded ? foldUnit(unit) : unit);
      if (!texts.includes(text)) texts.push(text);
    }
  }
  return { exact: texts, required: null };
}

function ofSequence(items: readonly Found[]): Found {
  let exact: readonly string[] = [""];
  let required: readonly string[] | null = null;
  let whole = true;
  for (const item of items) {
    const joined: readonly string[] | null = item.exact === null ? null : product(exact, item.exact);
    if (joined !== null) {
      exact = joined;
      continue;
    }
    whole = false;
    required = betterChoice(betterChoice(required, exact), item.required);
    exact = item.exact ?? [""];
  }
  return whole ? { exact, required: null } : { exact: null, required: betterChoice(required, exact) };
}

/** Each text of the first followed by each of the second; null where that is too much. */
function product(first: readonly string[], second: readonly string[]): readonly string[] | null {
  if (first.length * second.length > MOST_TEXTS) return null;
  if (first.length * second.length === 1) {
    const text = first[0]! + second[0]!;
    return text.length > MOST_UNITS ? null : [text];
  }
  const joined = new Set(first.flatMap((a) => second.map((b) => a + b)));
  return [...joined].some((text) => text.length > MOST_UNITS) ? null : [...joined];
}

function ofChoice(items: readonly Found[]): Found {
  const exact = union(items.map((item) => item.exact));
  if (exact !== null) return { exact, required: null };
  return { exact: null, required: union(items.map((item) => betterChoice(item.exact, item.required))) };
}

function union(parts: readonly (readonly string[] | null)[]): readonly string[] | null {
  const texts = new Set<string>();
  for (const part of parts) {
    if (part === null) return null;
    for (const text of part) texts.add(text);
  }
  return texts.size === 0 || texts.size > MOST_TEXTS ? null : [...texts];
}

function ofRepeat(item: PatternNode, min: number, max: number | null, folded: boolean): Found {
  if (max === 0) return EMPTY;
  const once = find(item, folded);
  if (min === 0) return max === 1 ? ofChoice([EMPTY, once]) : UNKNOWN;
  const copies = Array<Found>(Math.min(min, MOST_COPIES)).fill(once);
  return ofSequence(min === max && min <= MOST_COPIES ? copies : [...copies, UNKNOWN]);
}
