/**
 * Which patterns a backtracking matcher searches in linear time: those may be given to the host's own `RegExp`, which is compiled to
 * machine code.
 *
 * Such a matcher begins an attempt at each place of the text, and follows each path through the pattern's automaton as far as
 * the text goes along with it. So what it does at one place is one step for each instruction on each path, of each attempt that began
 * before, that is still alive there; an attempt that succeeds or is cut short only does less. `staysLinear` follows all of these
 * together: a front is the multiset of paths alive at one place, two paths that meet in one instruction counting as two. It visits
 * every front that any text leads to. If there are few fronts, and no step from one to the next costs more than `MOST_WORK`, nor
 * more than the automaton has instructions, then a search of n units takes at most so many steps × (n + 1): linear, with a small
 * constant, and no more than following the automaton might take. Everything ambiguous is found by it:
 * the paths of `(a|a)*b` double with each unit, those of `a*a*b` grow by one, an attempt of `a.*b` lives on while others begin,
 * and `(a*)*` loops on the spot; all exceed the bound. Assertions but `^` are taken to hold, which only adds paths. An iteration that
 * matches nothing is given up by `RegExp` and counted here, which only adds paths too.
 */
import type { PatternNode } from "../policy.ts";
import { compilePattern, Instruction, type Instructions } from "./instructions.ts";

/** Most steps that a unit of the text may cost, most fronts that are looked at, and most instructions of such a pattern. */
const MOST_WORK = 48;
const MOST_FRONTS = 256;
const MOST_INSTRUCTIONS = 256;

/** The `set` instructions that paths from one instruction come to, each as often as paths do, and all steps on the way. */
interface Paths {
  readonly ends: readonly number[];
  readonly steps: number;
}

class Fronts {
  private readonly code: Instructions;
  private readonly most: number;
  /** Paths of the attempt at the first place, and of those at all others. */
  private readonly first: Paths | null;
  private readonly beginning: Paths | null;
  private readonly known = new Map<number, Paths | null>();
  private readonly open: (readonly number[])[] = [];
  private readonly seen = new Set<string>();

  constructor(code: Instructions) {
    this.code = code;
    this.most = mostWork(code);
    this.first = this.walk(code.start, true);
    this.beginning = this.pathsFrom(code.start);
  }

  stayBounded(): boolean {
    if (this.first === null || this.beginning === null) return false;
    this.meet(this.first.ends);
    for (let front = this.open.pop(); front !== undefined; front = this.open.pop()) {
      if (!this.goOn(front) || this.seen.size > MOST_FRONTS) return false;
    }
    return true;
  }

  /** Meets all fronts that come after one; false where a step costs too much. Units that the same paths go along with lead to one. */
  private goOn(front: readonly number[]): boolean {
    const met = new Set<string>();
    for (let unit = 0; unit < this.code.classes.count; unit++) {
      const alive = this.alive(front, unit);
      const key = alive.join();
      if (met.has(key)) continue;
      met.add(key);
      const next = this.after(alive);
      if (next === null) return false;
      this.meet(next);
    }
    return true;
  }

  /** The instructions of a front that a unit is in the sets of. */
  private alive(front: readonly number[], unit: number): readonly number[] {
    const { members, classes, x } = this.code;
    return front.filter((at) => members[x[at]! * classes.count + unit] === 1);
  }

  private meet(front: readonly number[]): void {
    const key = front.join();
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.open.push(front);
  }

  /** The front after a unit that these paths go along with, sorted; null where the step costs too much. */
  private after(alive: readonly number[]): readonly number[] | null {
    const ends: number[] = [...this.beginning!.ends];
    let work = this.beginning!.steps;
    for (const at of alive) {
      const paths = this.pathsFrom(this.code.y[at]!);
      if (paths === null) return null;
      work += paths.steps;
      if (work > this.most) return null;
      ends.push(...paths.ends);
    }
    return ends.sort((a, b) => a - b);
  }

  /** Paths that consume nothing, at a place that is not the first; null where there are too many. */
  private pathsFrom(start: number): Paths | null {
    const known = this.known.get(start);
    if (known !== undefined) return known;
    const paths = this.walk(start, false);
    this.known.set(start, paths);
    return paths;
  }

  private walk(start: number, isFirst: boolean): Paths | null {
    const { kinds, x, y } = this.code;
    const open = [start];
    const ends: number[] = [];
    let steps = 0;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (++steps > this.most) return null;
      if (kinds[at] === Instruction.set) ends.push(at);
      else if (kinds[at] === Instruction.split) open.push(y[at]!, x[at]!);
      else if (kinds[at] === Instruction.start ? isFirst : kinds[at] !== Instruction.match) open.push(x[at]!);
    }
    return { ends, steps };
  }
}

/** Most steps that a unit may cost a pattern that {@link staysLinear}. */
export function mostWork({ kinds }: Instructions): number {
  return Math.min(MOST_WORK, kinds.length);
}

/** Whether every backtracking search for a pattern takes at most `mostWork` steps for each unit of the text, and once more. */
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
    case "line_start":
      return "(?<![^\\n])";
    case "line_end":
      return "(?![^\\n])";
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
