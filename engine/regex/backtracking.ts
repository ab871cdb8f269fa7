/**
 * Which patterns a backtracking matcher searches in linear time: those may be given to the host's own `RegExp`, which is compiled to
 * machine code.
 *
 * Such a matcher begins an attempt at each place of the text, and follows each path through the pattern's automaton as far as
 * the text goes along with it. So what it does at one place is one step for each instruction on each path, of each attempt that began
 * before, that is still alive there; an attempt that succeeds or is cut short only does less. `staysLinear` follows all of these
 * together: a front is the multiset of paths alive at one place, two paths that meet in one instruction counting as two. It visits
 * every front that any text leads to. If there are few fronts, and no step from one to the next costs more than `MOST_WORK`, then a
 * search of n units takes at most `MOST_WORK` × (n + 1) steps: linear, with a small constant. Everything ambiguous is found by it:
 * the paths of `(a|a)*b` double with each unit, those of `a*a*b` grow by one, an attempt of `a.*b` lives on while others begin,
 * and `(a*)*` loops on the spot; all exceed the bound. Assertions are taken to hold, which only adds paths. An iteration that
 * matches nothing is given up by `RegExp` and counted here, which only adds paths too.
 */
import type { PatternNode } from "../policy.ts";
import { Closure } from "./closure.ts";
import { compilePattern, Instruction, type Instructions } from "./instructions.ts";

/** Most steps that a unit of the text may cost, most fronts that are looked at, and most instructions of such a pattern. */
export const MOST_WORK = 48;
const MOST_FRONTS = 256;
const MOST_INSTRUCTIONS = 256;

/** The `set` instructions that paths from one instruction come to, each as often as paths do, and all steps on the way. */
interface Paths {
  readonly ends: readonly number[];
  readonly steps: number;
}

class Fronts {
  private readonly code: Instructions;
  /** Paths of the attempt that begins at each place; those where it can only succeed at the first end at once. */
  private readonly beginning: Paths | null;
  private readonly known = new Map<number, Paths | null>();
  private readonly open: (readonly number[])[] = [];
  private readonly seen = new Set<string>();

  constructor(code: Instructions) {
    this.code = code;
    const first = this.pathsFrom(code.start);
    const anchored = first !== null && new Closure(code).beginsOnlyAtStart();
    this.beginning = anchored ? { ...first, ends: [] } : first;
  }

  stayBounded(): boolean {
    if (this.beginning === null) return false;
    this.meet(this.pathsFrom(this.code.start)!.ends);
    for (let front = this.open.pop(); front !== undefined; front = this.open.pop()) {
      for (let unit = 0; unit < this.code.classes.count; unit++) {
        const next = this.after(front, unit);
        if (next === null) return false;
        this.meet(next);
      }
      if (this.seen.size > MOST_FRONTS) return false;
    }
    return true;
  }

  private meet(front: readonly number[]): void {
    const key = front.join();
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.open.push(front);
  }

  /** The front after a unit, sorted; null where the step costs too much. */
  private after(front: readonly number[], unit: number): readonly number[] | null {
    const { members, classes, x, y } = this.code;
    const ends: number[] = [...this.beginning!.ends];
    let work = this.beginning!.steps;
    for (const at of front) {
      if (members[x[at]! * classes.count + unit] !== 1) continue;
      const paths = this.pathsFrom(y[at]!);
      if (paths === null) return null;
      work += paths.steps;
      if (work > MOST_WORK) return null;
      ends.push(...paths.ends);
    }
    return ends.sort((a, b) => a - b);
  }

  /** Paths that consume nothing, or null where there are too many. */
  private pathsFrom(start: number): Paths | null {
    const known = this.known.get(start);
    if (known !== undefined) return known;
    const paths = this.walk(start);
    this.known.set(start, paths);
    return paths;
  }

  private walk(start: number): Paths | null {
    const { kinds, x, y } = this.code;
    const open = [start];
    const ends: number[] = [];
    let steps = 0;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (++steps > MOST_WORK) return null;
      if (kinds[at] === Instruction.set) ends.push(at);
      else if (kinds[at] === Instruction.split) open.push(y[at]!, x[at]!);
      else if (kinds[at] !== Instruction.match) open.push(x[at]!);
    }
    return { ends, steps };
  }
}

/** Whether every backtracking search for a pattern takes at most {@link MOST_WORK} steps for each unit of the text. */
export function staysLinear(root: PatternNode): boolean {
  const code = compilePattern(root);
  return code.kinds.length <= MOST_INSTRUCTIONS && new Fronts(code).stayBounded();
}

/** A pattern as `RegExp` reads it, without flags: over code units, as patterns are here. */
export function nativePattern(root: PatternNode): RegExp {
  return new RegExp(sourceOf(root));
}

function sourceOf(node: PatternNode): string {
  switch (node.kind) {
    case "empty":
      return "(?:)";
    case "set":
      return ofSet(node.ranges);
    case "sequence":
      return `(?:${node.items.map(sourceOf).join("")})`;
    case "choice":
      return node.items.length === 0 ? "[]" : `(?:${node.items.map(sourceOf).join("|")})`;
    case "repeat":
      return `(?:${sourceOf(node.item)}){${node.min},${node.max ?? ""}}`;
    case "start":
      return "^";
    case "end":
      return "$";
    case "word_boundary":
      return "\\b";
    case "not_word_boundary":
      return "\\B";
  }
}

function ofSet(ranges: readonly (readonly [number, number])[]): string {
  const unit = (code: number): string => `\\u${code.toString(16).padStart(4, "0")}`;
  const [first] = ranges;
  if (first !== undefined && ranges.length === 1 && first[0] === first[1]) return unit(first[0]);
  return `[${ranges.map(([low, high]) => `${unit(low)}-${unit(high)}`).join("")}]`;
}
