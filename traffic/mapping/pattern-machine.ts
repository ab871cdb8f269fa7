/** Matches a pattern for lines by following all ways through it at once, the preferred first, each with the places that it has captured. */
import type { LineNode } from "./pattern-syntax.ts";

const Op = { match: 0, set: 1, split: 2, save: 3, start: 4, end: 5 } as const;

/** Places captured on a way: the latest, and those before. */
interface Saved {
  readonly slot: number;
  readonly at: number;
  readonly before: Saved | null;
}

const ASCII = 128;

/** The characters of a class: of ASCII in a table. */
class CharacterSet {
  readonly #ascii: Uint8Array = new Uint8Array(ASCII);
  readonly #pattern: RegExp;

  constructor(source: string) {
    this.#pattern = new RegExp(`^${source}$`);
    for (let unit = 0; unit < ASCII; unit++) this.#ascii[unit] = this.#pattern.test(String.fromCharCode(unit)) ? 1 : 0;
  }

  has(unit: number): boolean {
    return unit < ASCII ? this.#ascii[unit] === 1 : this.#pattern.test(String.fromCharCode(unit));
  }
}

export class PatternMachine {
  readonly #kinds: number[] = [];
  /** Operands: of `split` the preferred way and the other, of `set` and `save` an index and what follows, of the others what follows. */
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  readonly #sets: CharacterSet[] = [];
  readonly #groups: readonly string[];
  readonly #entry: number;
  /** Ways alive at a place: their instructions, what they have captured; and the place at which each was last reached. */
  #now: number[] = [];
  #saved: (Saved | null)[] = [];
  #next: number[] = [];
  #nextSaved: (Saved | null)[] = [];
  readonly #seen: Float64Array;
  #round = 0;
  #best: Saved | null = null;
  #found = false;

  constructor(node: LineNode, groups: readonly string[]) {
    this.#groups = groups;
    this.#entry = this.#build(node, this.#emit(Op.match, 0, 0));
    this.#seen = new Float64Array(this.#kinds.length).fill(-1);
  }

  /** The texts of the groups, where the pattern fits the whole line. */
  match(line: string): readonly (string | undefined)[] | null {
    this.#now.length = 0;
    this.#saved.length = 0;
    this.#found = false;
    this.#begin();
    this.#reach(this.#entry, null, 0, line.length);
    this.#turn();
    for (let at = 0; at < line.length && this.#now.length > 0; at++) {
      const unit = line.charCodeAt(at);
      this.#begin();
      for (let way = 0; way < this.#now.length; way++) {
        const from = this.#now[way]!;
        if (this.#sets[this.#x[from]!]!.has(unit))
          this.#reach(this.#y[from]!, this.#saved[way] ?? null, at + 1, line.length);
      }
      this.#turn();
    }
    return this.#found ? this.#texts(line) : null;
  }

  #begin(): void {
    this.#next.length = 0;
    this.#nextSaved.length = 0;
    this.#round++;
  }

  #turn(): void {
    [this.#now, this.#next] = [this.#next, this.#now];
    [this.#saved, this.#nextSaved] = [this.#nextSaved, this.#saved];
  }

  /** Follows what consumes nothing. Patterns are bounded, so the recursion is. */
  #reach(at: number, saved: Saved | null, place: number, end: number): void {
    if (this.#seen[at] === this.#round) return;
    this.#seen[at] = this.#round;
    switch (this.#kinds[at]) {
      case Op.set:
        this.#next.push(at);
        this.#nextSaved.push(saved);
        return;
      case Op.split:
        this.#reach(this.#x[at]!, saved, place, end);
        return this.#reach(this.#y[at]!, saved, place, end);
      case Op.save:
        return this.#reach(this.#y[at]!, { slot: this.#x[at]!, at: place, before: saved }, place, end);
      case Op.start:
        return place === 0 ? this.#reach(this.#y[at]!, saved, place, end) : undefined;
      case Op.end:
        return place === end ? this.#reach(this.#y[at]!, saved, place, end) : undefined;
      default:
        if (place !== end || this.#found) return;
        this.#found = true;
        this.#best = saved;
    }
  }

  #texts(line: string): readonly (string | undefined)[] {
    const places = new Array<number>(2 * this.#groups.length).fill(-1);
    for (let saved = this.#best; saved !== null; saved = saved.before) {
      if (places[saved.slot] === -1) places[saved.slot] = saved.at;
    }
    return this.#groups.map((_, index) => {
      const [start = -1, end = -1] = [places[2 * index], places[2 * index + 1]];
      return start < 0 || end < 0 ? undefined : line.slice(start, end);
    });
  }

  #emit(kind: number, x: number, y: number): number {
    this.#kinds.push(kind);
    this.#x.push(x);
    return this.#y.push(y) - 1;
  }

  /** Instructions for `node` that go on to `next`; returns where they begin. */
  #build(node: LineNode, next: number): number {
    switch (node.kind) {
      case "set":
        return this.#emit(Op.set, this.#sets.push(new CharacterSet(node.source)) - 1, next);
      case "sequence":
        return node.items.reduceRight((after, item) => this.#build(item, after), next);
      case "choice":
        return node.items
          .map((item) => this.#build(item, next))
          .reduceRight((after, start) => this.#emit(Op.split, start, after));
      case "group": {
        const slot = 2 * this.#groups.indexOf(node.name);
        return this.#emit(Op.save, slot, this.#build(node.item, this.#emit(Op.save, slot + 1, next)));
      }
      case "repeat":
        return this.#repeat(node, next);
      case "start":
      case "end":
        return this.#emit(Op[node.kind], 0, next);
    }
  }

  #repeat({ item, min, max, lazy }: LineNode & { readonly kind: "repeat" }, next: number): number {
    let after = next;
    if (max === null) {
      const loop = this.#emit(Op.split, 0, 0);
      const body = this.#build(item, loop);
      this.#aim(loop, body, next, lazy);
      after = loop;
    } else {
      for (let count = min; count < max; count++) {
        const body = this.#build(item, after);
        const fork = this.#emit(Op.split, 0, 0);
        this.#aim(fork, body, next, lazy);
        after = fork;
      }
    }
    for (let count = 0; count < min; count++) after = this.#build(item, after);
    return after;
  }

  #aim(split: number, into: number, past: number, lazy: boolean): void {
    this.#x[split] = lazy ? past : into;
    this.#y[split] = lazy ? into : past;
  }
}
