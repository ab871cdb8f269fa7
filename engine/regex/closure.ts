/** What can be reached in a pattern's automaton without consuming a unit. */
import { Beside, Instruction, type Instructions } from "./instructions.ts";

const INSIDE = [Beside.word, Beside.other, Beside.newline];

export class Closure {
  readonly code: Instructions;
  /** The `set` instructions that were reached: the first `count`. */
  readonly reached: Int32Array;
  count = 0;
  private readonly stack: Int32Array;
  private readonly seen: Int32Array;
  private round = 0;

  constructor(code: Instructions) {
    const size = code.kinds.length;
    this.code = code;
    this.reached = new Int32Array(size);
    this.stack = new Int32Array(2 * size + 2);
    this.seen = new Int32Array(size);
  }

  /**
   * Follows what consumes nothing from the first `length` instructions of a kernel, between what stands before and after.
   *
   * @returns Whether there is a match; what was reached is then of no meaning.
   */
  follow(kernel: Int32Array, length: number, before: number, after: number): boolean {
    const { kinds, x, y } = this.code;
    const { stack, seen, reached } = this;
    const round = this.nextRound();
    this.count = 0;
    for (let index = 0; index < length; index++) {
      let depth = 0;
      stack[depth++] = kernel[index]!;
      while (depth > 0) {
        const at = stack[--depth]!;
        if (seen[at] === round) continue;
        seen[at] = round;
        const kind = kinds[at]!;
        if (kind === Instruction.match) return true;
        if (kind === Instruction.set) reached[this.count++] = at;
        else if (kind === Instruction.split) {
          stack[depth++] = y[at]!;
          stack[depth++] = x[at]!;
        } else if (assertionHolds(kind, before, after)) stack[depth++] = x[at]!;
      }
    }
    return false;
  }

  private nextRound(): number {
    if (this.round === 0x3fffffff) {
      this.round = 0;
      this.seen.fill(0);
    }
    return ++this.round;
  }

  /** Whether a match can only begin where the text does. */
  beginsOnlyAtStart(): boolean {
    const kernel = Int32Array.of(this.code.start);
    const contexts = INSIDE.flatMap((before) => [Beside.edge, ...INSIDE].map((after) => [before, after] as const));
    return contexts.every(([before, after]) => !this.follow(kernel, 1, before, after) && this.count === 0);
  }
}

function assertionHolds(kind: number, before: number, after: number): boolean {
  if (kind === Instruction.start) return before === Beside.edge;
  if (kind === Instruction.end) return after === Beside.edge;
  if (kind === Instruction.lineStart) return before === Beside.edge || before === Beside.newline;
  if (kind === Instruction.lineEnd) return after === Beside.edge || after === Beside.newline;
  const boundary = (before === Beside.word) !== (after === Beside.word);
  return kind === Instruction.wordBoundary ? boundary : !boundary;
}
