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
  lineStart: 7,
  lineEnd: 8,
} as const;

/** Instructions in columns: kind and two operands. Those of `split` and (as `x`) of assertions are instructions. */
export interface Instructions {
  readonly kinds: Uint8Array;
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly start: number;
  /** Units of one class are in the same sets, and the same to assertions. */
  readonly classes: UnitClasses;
  /** Whether class c is in set s: `members[s * classes.count + c]`. */
  readonly members: Uint8Array;
  /** What class c is to an assertion that stands beside it, one of {@link Beside}. */
  readonly beside: Uint8Array;
  /** Whether an instruction looks at what stands before or after. */
  readonly asserts: boolean;
}

type Ranges = readonly (readonly [number, number])[];

const UNITS = 65_536;
/** More runs than this are looked through for those that are alike. */
const MANY_RUNS = 128;
const WORD: Ranges = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
const NEWLINE: Ranges = [[10, 10]];
const NO_TARGET = -1;

/** What stands before or after a place: nothing, a word character (`[0-9A-Za-z_]`), a newline, or another. */
export const Beside = { edge: 0, word: 1, other: 2, newline: 3 } as const;

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
      case "line_start":
        return this.emit(Instruction.lineStart, next, 0);
      case "line_end":
        return this.emit(Instruction.lineEnd, next, 0);
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

/** Units in runs that no range begins or ends within, and the class of each run. */
class Runs {
  readonly classes: UnitClasses;
  private readonly classOf: readonly number[];
  /** Number of the run that begins at a unit. */
  private readonly runAt: ReadonlyMap<number, number>;

  constructor(sets: readonly Ranges[]) {
    const borders = new Set<number>([0]);
    for (const [low, high] of sets.flat()) borders.add(low).add(high + 1);
    const starts = [...borders].filter((border) => border < UNITS).sort((a, b) => a - b);
    this.runAt = new Map(starts.map((start, run) => [start, run]));
    this.classOf = [...starts.keys()];
    if (starts.length > MANY_RUNS) this.classOf = this.merged(new Set(sets));
    this.classes = new UnitClasses(starts, this.classOf, Math.max(...this.classOf) + 1);
  }

  /** Runs in the same sets are of one class: those of a Unicode class are hundreds, all alike. */
  private merged(sets: ReadonlySet<Ranges>): readonly number[] {
    let classes = this.classOf.map(() => 0);
    for (const ranges of sets) {
      const holds = new Uint8Array(classes.length);
      for (const range of ranges) holds.fill(1, ...this.runsOf(range));
      const numbers = new Map<number, number>();
      classes = classes.map((known, run) => {
        const key = 2 * known + holds[run]!;
        const number = numbers.get(key) ?? numbers.size;
        numbers.set(key, number);
        return number;
      });
    }
    return classes;
  }

  private runsOf([low, high]: Ranges[number]): readonly [from: number, end: number] {
    return [this.runAt.get(low)!, this.runAt.get(high + 1) ?? this.classOf.length];
  }

  /** Whether class c is in set s: `members[s * count + c]`. */
  members(sets: readonly Ranges[]): Uint8Array {
    const { count } = this.classes;
    const members = new Uint8Array(sets.length * count);
    for (const [index, ranges] of sets.entries()) {
      for (const range of ranges) {
        const [from, end] = this.runsOf(range);
        for (let run = from; run < end; run++) members[index * count + this.classOf[run]!] = 1;
      }
    }
    return members;
  }

  /** What each class is to assertions. */
  beside(lines: boolean): Uint8Array {
    const beside = this.members([WORD]).map((word) => (word === 1 ? Beside.word : Beside.other));
    if (lines) beside[this.classes.of(NEWLINE[0]![0])] = Beside.newline;
    return beside;
  }
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
  const lines = builder.kinds.some((kind) => kind >= Instruction.lineStart);
  const runs = new Runs(lines ? [...builder.sets, WORD, NEWLINE] : [...builder.sets, WORD]);
  return {
    kinds: Uint8Array.from(builder.kinds),
    x: Int32Array.from(builder.x),
    y: Int32Array.from(builder.y),
    start,
    classes: runs.classes,
    members: runs.members(builder.sets),
    beside: runs.beside(lines),
    asserts: builder.kinds.some((kind) => kind >= Instruction.start),
  };
}
