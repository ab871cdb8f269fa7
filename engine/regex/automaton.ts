/**
 * Searches by a deterministic automaton that is built as texts need it (R. Cox, "Regular Expression Matching in the Wild").
 * A state is the set of instructions reached before the next unit is known, and what stood before it: assertions are
 * settled when the next unit is. The cache of states is bounded; when it is full it is emptied. A text that has more built than
 * its length justifies is gone on with by a `Simulation`, so a search is linear in the text whatever the pattern.
 */
import { Closure } from "./closure.ts";
import { Beside, compilePattern, type Instructions } from "./instructions.ts";
import type { PatternNode } from "../policy.ts";
import { Simulation } from "./simulation.ts";

/** Most cells of a transition table (states times classes), and of all tables that share a {@link Room}. */
const MAX_CELLS = 65_536;
const SHARED_CELLS = 4_194_304;
const MIN_STATES = 8;

/** Work of building, in instructions, that a text may cause, and more for each of its units; and what a state takes besides. */
const SPARE_WORK = 8_192;
export const WORK_A_UNIT = 4;
const STATE_WORK = 16;

const UNKNOWN = -1;
const ACCEPT = -2;
const DEAD = -3;

/** What is left for the tables of a policy's patterns beyond the few states that each has. */
export class Room {
  cells: number = SHARED_CELLS;
}

export class Automaton {
  private readonly code: Instructions;
  private readonly closure: Closure;
  private readonly simulation: Simulation;
  private readonly room: Room;
  /** Whether a match can only begin where the text does. */
  private readonly anchored: boolean;
  private readonly maxStates: number;
  private states = MIN_STATES;
  private reached = 0;
  /** Next state by state and class; a state is named by the place of its row. */
  private table: Int32Array;
  /** By number of state: whether the text ends in a match at it (-1 unknown, 0 no, 1 yes), and what it is. */
  private endings: Int8Array;
  private readonly kernels: Int32Array[] = [];
  private readonly before: number[] = [];
  private readonly known = new Map<string, number>();
  /** What building took for the last text, in instructions, less what every text may cause. */
  work = 0;

  constructor(root: PatternNode, room: Room) {
    this.code = compilePattern(root);
    this.closure = new Closure(this.code);
    this.anchored = this.closure.beginsOnlyAtStart();
    this.simulation = new Simulation(this.closure, this.anchored);
    this.room = room;
    this.maxStates = Math.max(MIN_STATES, Math.floor(MAX_CELLS / this.code.classes.count));
    this.table = new Int32Array(this.states * this.code.classes.count).fill(UNKNOWN);
    this.endings = new Int8Array(this.states).fill(UNKNOWN);
    this.stateOf(Int32Array.of(this.code.start), Beside.edge);
  }

  /**
   * Whether some part of `text` matches.
   *
   * @param from - A place that no match begins before. Past the first, every match must begin with a unit.
   */
  test(text: string, from: number): boolean {
    const index = this.follow(text, from, 0);
    return index === text.length ? this.endsIn(this.reached) : this.goOn(text, index);
  }

  /** Goes on where the next state is not known, or is the last. */
  private goOn(text: string, from: number): boolean {
    this.work = -SPARE_WORK;
    let index = from;
    while (index < text.length) {
      const state = this.reached;
      const unit = this.code.classes.of(text.charCodeAt(index));
      const known = this.table[state + unit]!;
      const next = known === UNKNOWN ? this.step(state, unit) : known;
      if (next < 0) return next === ACCEPT;
      if (this.work > WORK_A_UNIT * index) return this.simulate(next, text, index + 1);
      index = this.follow(text, index + 1, next);
    }
    return this.endsIn(this.reached);
  }

  /** Goes on from a state as far as all is known; returns where it came to, and leaves the state there in `reached`. */
  private follow(text: string, from: number, start: number): number {
    const { table } = this;
    const { pages, cells } = this.code.classes;
    const { length } = text;
    let state = start;
    let index = from;
    for (; index < length; index++) {
      const code = text.charCodeAt(index);
      const unit = code < 256 ? cells[code]! : cells[pages[code >> 8]! + (code & 255)]!;
      const next = table[state + unit]!;
      if (next < 0) break;
      state = next;
    }
    this.reached = state;
    return index;
  }

  private simulate(state: number, text: string, from: number): boolean {
    const number = state / this.code.classes.count;
    return this.simulation.test(this.kernels[number]!, this.before[number]!, text, from);
  }

  private endsIn(state: number): boolean {
    const number = state / this.code.classes.count;
    if (this.endings[number] === UNKNOWN) this.endings[number] = this.close(number, Beside.edge) ? 1 : 0;
    return this.endings[number] === 1;
  }

  private close(number: number, after: number): boolean {
    const kernel = this.kernels[number]!;
    return this.closure.follow(kernel, kernel.length, this.before[number]!, after);
  }

  /** Slow path, out of line: computes and remembers a transition. */
  private step(state: number, unit: number): number {
    const { classes, beside, asserts } = this.code;
    const kind = beside[unit]!;
    let next = ACCEPT;
    if (!this.close(state / classes.count, kind)) {
      const kernel = this.kernelAfter(unit);
      if (kernel.length === 0) next = DEAD;
      else {
        if (this.known.size === this.states && !this.grow()) state = this.forget();
        next = this.stateOf(kernel, asserts ? kind : Beside.other);
      }
      this.work += kernel.length;
    }
    this.work += STATE_WORK;
    if (state >= 0) this.table[state + unit] = next;
    return next;
  }

  /** Sorted distinct instructions after a unit. */
  private kernelAfter(unit: number): Int32Array {
    const { members, classes, x, y, start } = this.code;
    const { reached, count } = this.closure;
    const kernel = new Set<number>();
    for (let index = 0; index < count; index++) {
      const at = reached[index]!;
      if (members[x[at]! * classes.count + unit] === 1) kernel.add(y[at]!);
    }
    if (!this.anchored) kernel.add(start);
    return Int32Array.from(kernel).sort();
  }

  /** Twice the states, as far as its own bound and the room allow; whether there is place for another. */
  private grow(): boolean {
    const { count } = this.code.classes;
    const states = Math.min(this.maxStates, 2 * this.states);
    const more = (states - this.states) * count;
    if (more <= 0 || more > this.room.cells) return false;
    this.room.cells -= more;
    this.states = states;
    const { table, endings } = this;
    this.table = new Int32Array(states * count).fill(UNKNOWN);
    this.table.set(table);
    this.endings = new Int8Array(states).fill(UNKNOWN);
    this.endings.set(endings);
    return true;
  }

  /** Empties the cache but for the first state; returns the place of no state. */
  private forget(): number {
    this.known.clear();
    this.kernels.length = 0;
    this.before.length = 0;
    this.table.fill(UNKNOWN);
    this.endings.fill(UNKNOWN);
    this.stateOf(Int32Array.of(this.code.start), Beside.edge);
    return UNKNOWN;
  }

  private stateOf(kernel: Int32Array, before: number): number {
    const key = `${before}:${kernel.join()}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const state = this.kernels.length * this.code.classes.count;
    this.known.set(key, state);
    this.kernels.push(kernel);
    this.before.push(before);
    return state;
  }
}
