/**
 * A pattern as instructions of a non-deterministic automaton (K. Thompson 1968; R. Cox, "Regular Expression Matching: the
 * Virtual Machine Approach"), and the classes of code units that its sets cannot tell apart.
 */
import type { Pattern, PatternNode } from "../policy.ts";
import { trimPattern } from "./trim-pattern.ts";
import { UnitClasses } from "./unit-classes.ts";

/** Most instructions of a pattern: counted repeats are written out, and two of them nested multiply. */
export const MAX_INSTRUCTIONS = 20_000;

/** Kinds of instruction. `set` consumes a unit of class set `x` and goes to `y`; the others consume nothing. */
export const Instruction = {
  match: 0,
  set: 1,
  split: 2,
  start: 3,
  end: 4,
  wordBoundary: 5,
  notWordBoundary: 6,
} as const;

/** Instructions in columns: kind and two operands. Those of `split` and (as `x`) of assertions are instructions. */
export interface Instructions {
  readonly kinds: Uint8Array;
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly start: number;
  /** Units of one class are in the same sets, and all or none are word characters. */
  readonly classes: UnitClasses;
  /** Whether class c is in set s: `members[s * classes.count + c]`. */
  readonly members: Uint8Array;
  /** Whether class c holds word characters (`[0-9A-Za-z_]`). */
  readonly words: Uint8Array;
  /** Whether an instruction looks at what stands before or after. */
  readonly asserts: boolean;
}

type Ranges = readonly (readonly [number, number])[];

const UNITS = 65_536;
const WORD: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const NO_TARGET = -1;

class Builder {
  readonly kinds: number[] = [];
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly sets: Ranges[] = [];

  emit(kind: number, x: number, y: number): number {
    this.kinds.push(kind);
    this.x.push(x);
    return this.y.push(y) - 1;
  }

  /** Instructions for `node` that go on to `next`; returns where they begin. Built from the end to the start. */
  build(node: PatternNode, next: number): number {
    switch (node.kind) {
      case "empty":
        return next;
      case "set":
        return this.emit(Instruction.set, this.sets.push(node.ranges) - 1, next);
      case "sequence":
        return node.items.reduceRight((after, item) => this.build(item, after), next);
      case "choice":
        return this.choice(node.items, next);
      case "repeat":
        return this.repeat(node.item, node.min, node.max, next);
      case "start":
        return this.emit(Instruction.start, next, 0);
      case "end":
        return this.emit(Instruction.end, next, 0);
      case "word_boundary":
        return this.emit(Instruction.wordBoundary, next, 0);
      case "not_word_boundary":
        return this.emit(Instruction.notWordBoundary, next, 0);
    }
  }

  /** No alternative at all matches nothing: an empty set. */
  private choice(items: readonly PatternNode[], next: number): number {
    const starts = items.map((item) => this.build(item, next));
    if (starts.length === 0) return this.emit(Instruction.set, this.sets.push([]) - 1, next);
    return starts.reduceRight((after, start) => this.emit(Instruction.split, start, after));
  }

  private repeat(item: PatternNode, min: number, max: number | null, next: number): number {
    let after = next;
    if (max === null) {
      const loop = this.emit(Instruction.split, NO_TARGET, next);
      this.x[loop] = this.build(item, loop);
      after = loop;
    } else {
      for (let count = min; count < max; count++) after = this.emit(Instruction.split, this.build(item, after), next);
    }
    for (let count = 0; count < min; count++) after = this.build(item, after);
    return after;
  }
}

/** How many instructions a node becomes. */
function countInstructions(node: PatternNode): number {
  const countAll = (items: readonly PatternNode[]): number =>
    items.reduce((sum, item) => sum + countInstructions(item), 0);
  switch (node.kind) {
    case "empty":
      return 0;
    case "sequence":
      return countAll(node.items);
    case "choice":
      return Math.max(1, countAll(node.items) + node.items.length - 1);
    case "repeat": {
      const once = countInstructions(node.item);
      const more = node.max === null ? 1 : node.max - node.min;
      return node.min * once + more * (once + 1);
    }
    default:
      return 1;
  }
}

/** Numbers the classes: a new one begins wherever some range begins or has ended. */
function classify(sets: readonly Ranges[]): UnitClasses {
  const borders = new Set<number>([0]);
  for (const [low, high] of [...sets, WORD].flat()) borders.add(low).add(high + 1);
  const starts = [...borders].filter((border) => border < UNITS).sort((a, b) => a - b);
  return new UnitClasses(starts, [...starts.keys()], starts.length);
}

function membership(sets: readonly Ranges[], classes: UnitClasses): Uint8Array {
  const members = new Uint8Array(sets.length * classes.count);
  for (const [index, ranges] of sets.entries()) {
    const start = index * classes.count;
    for (const [low, high] of ranges) {
      if (low <= high) members.fill(1, start + classes.of(low), start + classes.of(high) + 1);
    }
  }
  return members;
}

/**
 * A pattern without what makes no difference at its ends.
 *
 * @throws An error that names the pattern where it needs more than {@link MAX_INSTRUCTIONS}.
 */
export function boundedPattern({ source, root }: Pattern): PatternNode {
  const trimmed = trimPattern(root);
  if (countInstructions(trimmed) < MAX_INSTRUCTIONS) return trimmed;
  throw new Error(`/${source}/ needs more than ${MAX_INSTRUCTIONS} states; shorten its counted repeats`);
}

/** Compiles a pattern from {@link boundedPattern}. */
export function compilePattern(root: PatternNode): Instructions {
  const builder = new Builder();
  const start = builder.build(root, builder.emit(Instruction.match, 0, 0));
  const classes = classify(builder.sets);
  return {
    kinds: Uint8Array.from(builder.kinds),
    x: Int32Array.from(builder.x),
    y: Int32Array.from(builder.y),
    start,
    classes,
    members: membership(builder.sets, classes),
    words: membership([WORD], classes),
    asserts: builder.kinds.some((kind) => kind >= Instruction.start),
  };
}
