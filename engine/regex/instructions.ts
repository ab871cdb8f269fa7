/**
 * A pattern as instructions of a non-deterministic automaton (K. Thompson 1968; R. Cox, "Regular Expression Matching: the
 * Virtual Machine Approach"), and the classes of code units that its sets cannot tell apart.
 */
import type { Pattern, PatternNode } from "../policy.ts";

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
  /** Class of every code unit. Units of one class are in the same sets, and all or none are word characters. */
  readonly classOf: Uint16Array;
  readonly classes: number;
  /** Whether class c is in set s: `members[s * classes + c]`. */
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
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  emit(kind: number, x: number, y: number): number {
    if (this.kinds.length === MAX_INSTRUCTIONS) {
      throw new Error(`/${this.source}/ needs more than ${MAX_INSTRUCTIONS} states; shorten its counted repeats`);
    }
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

/** Numbers the classes: a new one begins wherever some range begins or has ended. */
function classify(sets: readonly Ranges[]): { classOf: Uint16Array; classes: number } {
  const borders = new Set<number>([0]);
  for (const [low, high] of [...sets, WORD].flat()) borders.add(low).add(high + 1);
  const classOf = new Uint16Array(UNITS);
  const starts = [...borders].filter((border) => border < UNITS).sort((a, b) => a - b);
  for (const [index, start] of starts.entries()) classOf.fill(index, start, starts[index + 1] ?? UNITS);
  return { classOf, classes: starts.length };
}

function membership(sets: readonly Ranges[], classOf: Uint16Array, classes: number): Uint8Array {
  const members = new Uint8Array(sets.length * classes);
  for (const [index, ranges] of sets.entries()) {
    for (const [low, high] of ranges) {
      if (low <= high) members.fill(1, index * classes + classOf[low]!, index * classes + classOf[high]! + 1);
    }
  }
  return members;
}

/**
 * Compiles a pattern.
 *
 * @throws An error that names the pattern where it needs more than {@link MAX_INSTRUCTIONS}.
 */
export function compilePattern(pattern: Pattern): Instructions {
  const builder = new Builder(pattern.source);
  const start = builder.build(pattern.root, builder.emit(Instruction.match, 0, 0));
  const { classOf, classes } = classify(builder.sets);
  return {
    kinds: Uint8Array.from(builder.kinds),
    x: Int32Array.from(builder.x),
    y: Int32Array.from(builder.y),
    start,
    classOf,
    classes,
    members: membership(builder.sets, classOf, classes),
    words: membership([WORD], classOf, classes),
    asserts: builder.kinds.some((kind) => kind >= Instruction.start),
  };
}
