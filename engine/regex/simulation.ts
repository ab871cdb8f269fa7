/**
 * Follows all states of a pattern's automaton at once, unit by unit (K. Thompson, "Regular Expression Search Algorithm", 1968).
 * Each unit takes one walk over the instructions at most, and nothing is kept or allocated: it takes over where a text would
 * have the deterministic automaton build a state for every unit.
 */
import { type Closure, EDGE, OTHER, WORD } from "./closure.ts";

export class Simulation {
  private readonly closure: Closure;
  private readonly anchored: boolean;
  private kernel: Int32Array;
  private next: Int32Array;
  private readonly seen: Int32Array;
  private round = 0;

  constructor(closure: Closure, anchored: boolean) {
    const size = closure.code.kinds.length;
    this.closure = closure;
    this.anchored = anchored;
    this.kernel = new Int32Array(size);
    this.next = new Int32Array(size);
    this.seen = new Int32Array(size);
  }

  /** Whether there is a match, going on from a kernel before the unit at `from`. */
  test(kernel: Int32Array, before: number, text: string, from: number): boolean {
    const { closure } = this;
    const { words, classes } = closure.code;
    this.kernel.set(kernel);
    let length = kernel.length;
    for (let index = from; index < text.length; index++) {
      const unit = classes.of(text.charCodeAt(index));
      const kind = words[unit] === 1 ? WORD : OTHER;
      if (closure.follow(this.kernel, length, before, kind)) return true;
      length = this.consume(unit);
      if (length === 0) return false;
      [this.kernel, this.next] = [this.next, this.kernel];
      before = kind;
    }
    return closure.follow(this.kernel, length, before, EDGE);
  }

  /** Puts the instructions after a unit into `next`, each once; returns how many. */
  private consume(unit: number): number {
    const { reached, count, code } = this.closure;
    const { x, y, members, classes, start } = code;
    if (this.round === 0x3fffffff) this.seen.fill((this.round = 0));
    const round = ++this.round;
    let length = 0;
    for (let index = 0; index < count; index++) {
      const at = reached[index]!;
      const after = y[at]!;
      if (members[x[at]! * classes.count + unit] !== 1 || this.seen[after] === round) continue;
      this.seen[after] = round;
      this.next[length++] = after;
    }
    if (!this.anchored && this.seen[start] !== round) this.next[length++] = start;
    return length;
  }
}
