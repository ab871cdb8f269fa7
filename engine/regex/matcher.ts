/**
 * Searches by a deterministic automaton that is built as texts need it (R. Cox, "Regular Expression Matching in the Wild").
 * A state is the set of instructions reached before the next unit is known, and what stood before it: assertions are
 * settled when the next unit is. The cache of states is bounded; when it is full it is emptied, and every unit then costs
 * at most one walk over the instructions, so a search is linear in the text whatever the pattern.
 */
import type { Pattern, PatternNode } from "../policy.ts";
import { compilePattern, Instruction, type Instructions } from "./instructions.ts";

/** Most cells of a transition table (states times classes). */
const MAX_CELLS = 65_536;
const MIN_STATES = 8;

const UNKNOWN = -1;
const ACCEPT = -2;
const DEAD = -3;

/** What stands before or after a place: nothing, a word character, or another. */
const EDGE = 0;
const WORD = 1;
const OTHER = 2;

export class PatternMatcher {
  readonly root: PatternNode;
  private readonly code: Instructions;
  private readonly maxStates: number;
  private readonly table: Int32Array;
  /** Whether the text ends in a match at a state: -1 unknown, 0 no, 1 yes. */
  private readonly endings: Int8Array;
  private readonly kernels: Int32Array[] = [];
  private readonly before: number[] = [];
  private readonly known = new Map<string, number>();
  private readonly seen: Uint8Array;
  private readonly stack: Int32Array;
  private readonly reached: number[] = [];
  /** Whether a match can only begin where the text does. */
  private readonly anchored: boolean;

  constructor(pattern: Pattern) {
    this.root = pattern.root;
    this.code = compilePattern(pattern);
    const size = this.code.kinds.length;
    this.maxStates = Math.max(MIN_STATES, Math.floor(MAX_CELLS / this.code.classes));
    this.table = new Int32Array(this.maxStates * this.code.classes).fill(UNKNOWN);
    this.endings = new Int8Array(this.maxStates).fill(UNKNOWN);
    this.seen = new Uint8Array(size);
    this.stack = new Int32Array(2 * size + 2);
    this.anchored = this.beginsOnlyAtStart();
    this.stateOf([this.code.start], EDGE);
  }

  /** Whether some part of `text` matches. */
  test(text: string): boolean {
    const { code, table } = this;
    const { classOf, classes } = code;
    let state = 0;
    for (let index = 0; index < text.length; index++) {
      const unit = classOf[text.charCodeAt(index)]!;
      let next = table[state * classes + unit]!;
      if (next < 0) {
        if (next === UNKNOWN) next = this.step(state, unit);
        if (next === ACCEPT) return true;
        if (next === DEAD) return false;
      }
      state = next;
    }
    if (this.endings[state] === UNKNOWN) this.endings[state] = this.close(state, EDGE) ? 1 : 0;
    return this.endings[state] === 1;
  }

  private beginsOnlyAtStart(): boolean {
    const contexts = [WORD, OTHER].flatMap((before) => [EDGE, WORD, OTHER].map((after) => [before, after] as const));
    return contexts.every(
      ([before, after]) => !this.follow([this.code.start], before, after) && this.reached.length === 0,
    );
  }

  /** Follows what consumes nothing from a state; leaves the `set` instructions in `reached`. True at a match. */
  private close(state: number, after: number): boolean {
    return this.follow(this.kernels[state]!, this.before[state]!, after);
  }

  private follow(kernel: ArrayLike<number>, before: number, after: number): boolean {
    const { kinds, x, y } = this.code;
    const { stack, seen, reached } = this;
    reached.length = 0;
    seen.fill(0);
    let matched = false;
    for (let index = 0; index < kernel.length && !matched; index++) {
      let depth = 0;
      stack[depth++] = kernel[index]!;
      while (depth > 0) {
        const at = stack[--depth]!;
        if (seen[at] === 1) continue;
        seen[at] = 1;
        const kind = kinds[at]!;
        if (kind === Instruction.match) {
          matched = true;
          break;
        }
        if (kind === Instruction.set) reached.push(at);
        else if (kind === Instruction.split) {
          stack[depth++] = y[at]!;
          stack[depth++] = x[at]!;
        } else if (assertionHolds(kind, before, after)) stack[depth++] = x[at]!;
      }
    }
    return matched;
  }

  /** Slow path, out of line: computes and remembers a transition. */
  private step(state: number, unit: number): number {
    const { members, classes, x, y, words, asserts, start } = this.code;
    const kind = words[unit] === 1 ? WORD : OTHER;
    let next = ACCEPT;
    if (!this.close(state, kind)) {
      const kernel = new Set<number>();
      for (const at of this.reached) if (members[x[at]! * classes + unit] === 1) kernel.add(y[at]!);
      if (!this.anchored) kernel.add(start);
      if (this.known.size === this.maxStates) state = this.forget();
      next = kernel.size === 0 ? DEAD : this.stateOf([...kernel], asserts ? kind : OTHER);
    }
    if (state >= 0) this.table[state * classes + unit] = next;
    return next;
  }

  /** Empties the cache but for the first state; returns the number of no state. */
  private forget(): number {
    this.known.clear();
    this.kernels.length = 0;
    this.before.length = 0;
    this.table.fill(UNKNOWN);
    this.endings.fill(UNKNOWN);
    this.stateOf([this.code.start], EDGE);
    return UNKNOWN;
  }

  private stateOf(kernel: number[], before: number): number {
    kernel.sort((a, b) => a - b);
    const key = `${before}:${kernel.join()}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, this.kernels.length);
    this.before.push(before);
    return this.kernels.push(Int32Array.from(kernel)) - 1;
  }
}

function assertionHolds(kind: number, before: number, after: number): boolean {
  if (kind === Instruction.start) return before === EDGE;
  if (kind === Instruction.end) return after === EDGE;
  const boundary = (before === WORD) !== (after === WORD);
  return kind === Instruction.wordBoundary ? boundary : !boundary;
}
