/**
 * Follows all states of a pattern's automaton at once, unit by unit (K. Thompson, "Regular Expression Search Algorithm", 1968).
 * Each unit takes one walk over the instructions at most, and nothing is kept or allocated: it takes over where a text would
 * have the deterministic automaton build a state for every unit.
 */
import type { Closure } from "./closure.ts";
import { Beside } from "./instructions.ts";
import { type Positions, positionsOf } from "./positions.ts";

const LAST_ROUND = 0x3fffffff;

export class Simulation {
  private readonly closure: Closure;
  private readonly anchored: boolean;
  private positions: Positions | null | undefined;
  /** Instructions, those now reached and those after the unit; the last round in which each was put there. */
  private now: Int32Array;
  private next: Int32Array;
  private readonly seen: Int32Array;
  private round = 0;

  constructor(closure: Closure, anchored: boolean) {
    const size = closure.code.kinds.length;
    this.closure = closure;
    this.anchored = anchored;
    this.now = new Int32Array(size);
    this.next = new Int32Array(size);
    this.seen = new Int32Array(size);
  }

  /** Whether there is a match, going on from a kernel before the unit at `from`. */
  test(kernel: Int32Array, before: number, text: string, from: number): boolean {
    if (this.positions === undefined) this.positions = positionsOf(this.closure);
    return this.positions === null
      ? this.walk(kernel, before, text, from)
      : this.follow(this.positions, kernel, text, from);
  }

  /** From positions to positions. */
  private follow(positions: Positions, kernel: Int32Array, text: string, from: number): boolean {
    const { classes } = this.closure.code;
    let length = 0;
    this.turn();
    for (const at of kernel) {
      if (positions.matches[at] === 1) return true;
      length = this.add(positions, at, length);
    }
    for (let index = from; index < text.length && length >= 0; index++) {
      this.swap();
      length = this.consume(positions, classes.of(text.charCodeAt(index)), length);
      if (length === 0) return false;
    }
    return length < 0;
  }

  /** Puts the positions after a unit into `next`, each once; returns how many, or -1 at a match. */
  private consume(positions: Positions, unit: number, count: number): number {
    const { x, y, members, classes, start } = this.closure.code;
    const { now } = this;
    const row = classes.count;
    this.turn();
    let length = this.anchored ? 0 : this.add(positions, start, 0);
    for (let index = 0; index < count; index++) {
      const at = now[index]!;
      if (members[x[at]! * row + unit] !== 1) continue;
      if (positions.matches[y[at]!] === 1) return -1;
      length = this.add(positions, y[at]!, length);
    }
    return length;
  }

  private add({ starts, list }: Positions, from: number, count: number): number {
    const { seen, next, round } = this;
    let length = count;
    for (let index = starts[from]!, end = starts[from + 1]!; index < end; index++) {
      const at = list[index]!;
      if (seen[at] === round) continue;
      seen[at] = round;
      next[length++] = at;
    }
    return length;
  }

  /** From kernels to kernels: for patterns with assertions. */
  private walk(kernel: Int32Array, start: number, text: string, from: number): boolean {
    const { closure } = this;
    const { beside, classes } = closure.code;
    let before = start;
    let { length } = kernel;
    this.now.set(kernel);
    for (let index = from; index < text.length; index++) {
      const unit = classes.of(text.charCodeAt(index));
      const kind = beside[unit]!;
      if (closure.follow(this.now, length, before, kind)) return true;
      length = this.step(unit);
      if (length === 0) return false;
      this.swap();
      before = kind;
    }
    return closure.follow(this.now, length, before, Beside.edge);
  }

  /** Puts the instructions after a unit into `next`, each once; returns how many. */
  private step(unit: number): number {
    const { reached, count, code } = this.closure;
    const { x, y, members, classes, start } = code;
    const { seen, next } = this;
    const round = this.turn();
    let length = 0;
    for (let index = 0; index < count; index++) {
      const at = reached[index]!;
      const after = y[at]!;
      if (members[x[at]! * classes.count + unit] !== 1 || seen[after] === round) continue;
      seen[after] = round;
      next[length++] = after;
    }
    if (!this.anchored && seen[start] !== round) next[length++] = start;
    return length;
  }

  private swap(): void {
    const { now } = this;
    this.now = this.next;
    this.next = now;
  }

  private turn(): number {
    if (this.round === LAST_ROUND) {
      this.round = 0;
      this.seen.fill(0);
    }
    return ++this.round;
  }
}
