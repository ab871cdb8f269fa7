/**
 * Texts to values, looked up by every text that a given one contains: the automaton of A. V. Aho and M. J. Corasick ("Efficient
 * string matching", 1975). Its tree lies in a double array (J.-I. Aoe, "An efficient digital search algorithm", 1989), so memory
 * is in proportion to the texts whatever characters they are made of. A search steps back at most as often as
 * it stepped ahead, which is once a character. The texts that end at a place are a chain, each a suffix of the one before: a chain is followed up to
 * the first text that this search has found already, because all after that one have been found with it. So the time is
 * that of the text and of the texts found, also for texts that begin and end each other.
 */
import { foldUnit, unfoldUnit } from "../regex/case-fold.ts";
import { classesOfUnits, type UnitClasses } from "../regex/unit-classes.ts";
import { BASE, DoubleArray, PARENT, RECORD, type Tree } from "./double-array.ts";

/** Of the record of a state, besides what the double array has: the state of its longest proper suffix, and the text that ends there. */
const SUFFIX = 2;
const TEXT = 3;

/** Constants of this module, because the engine's compiler knows no others to be: where the children begin, and a record's size in bits. */
const CHILDREN = BASE;
const BITS = Math.log2(RECORD);

const LAST_STAMP = 0x3fffffff;

export class LiteralSearch {
  private readonly classes: UnitClasses;
  private readonly cells: Int32Array;
  /** By text, which is one more than its index: its value, the next shorter text that ends where it does, the last search that found it. */
  private readonly values: Int32Array;
  private readonly shorter: Int32Array;
  private readonly seen: Int32Array;
  private readonly empty: number;
  private stamp = 0;
  /** Most values that one look-up can find. */
  readonly most: number;

  /**
   * @param texts - Distinct texts; where letters are folded, folded by `foldUnit`.
   * @param values - Value of each text, at least 0.
   * @param folded - Whether letters of ASCII are found in either case.
   */
  constructor(texts: readonly string[], values: readonly number[], folded: boolean) {
    const units = new Set(texts.flatMap((text) => [...Array(text.length).keys()].map((at) => text.charCodeAt(at))));
    const alphabet = [...units].sort((a, b) => a - b);
    this.classes = classesOfUnits(alphabet.map((unit) => (folded ? unfoldUnit(unit) : [unit])));
    const tree = treeOf(texts, this.classes, folded);
    this.cells = new DoubleArray(tree, this.classes.count).cells;
    this.values = Int32Array.from([-1, ...values]);
    this.shorter = new Int32Array(texts.length + 1);
    this.seen = new Int32Array(texts.length + 1);
    this.empty = texts.indexOf("") + 1;
    this.most = texts.length;
    this.link(tree);
  }

  /** Finds for every state, nearest the root first, its longest proper suffix and the longest text that ends there. */
  private link({ order, parents, classes, texts }: Tree): void {
    const { cells } = this;
    const places = new Int32Array(order.length);
    for (const node of order) {
      // The empty text ends at every place: it is found apart, and is on no chain.
      if (node === 0) continue;
      const parent = places[parents[node]!]!;
      const unit = classes[node]!;
      const place = cells[parent + BASE]! + unit * RECORD;
      places[node] = place;
      const suffix = parent === 0 ? 0 : this.next(cells[parent + SUFFIX]!, unit);
      cells[place + SUFFIX] = suffix;
      const text = texts[node]!;
      cells[place + TEXT] = text === 0 ? cells[suffix + TEXT]! : text;
      if (text !== 0) this.shorter[text] = cells[suffix + TEXT]!;
    }
  }

  /** The state after a unit of a class that occurs in the texts. */
  private next(from: number, unit: number): number {
    const { cells } = this;
    for (let state = from; ; state = cells[state + SUFFIX]!) {
      const child = cells[state + BASE]! + unit * RECORD;
      if (cells[child + PARENT] === state) return child;
      if (state === 0) return 0;
    }
  }

  /**
   * Finds the texts that `text` contains.
   *
   * @param out - Takes their values from `count` on; each at most once for each text that has it.
   * @returns The new count.
   */
  collect(text: string, out: Int32Array, count: number): number {
    const { cells, seen } = this;
    const { pages, cells: classOf } = this.classes;
    const stamp = this.turn();
    if (this.empty !== 0) count = this.report(this.empty, out, count);
    const { length } = text;
    let state = 0;
    let index = 0;
    while (index < length) {
      const code = text.charCodeAt(index);
      const unit = code < 256 ? classOf[code]! : classOf[pages[code >> 8]! + (code & 255)]!;
      // Whole numbers of 32 bits, which the engine's compiler would have to check otherwise.
      const child = (cells[state + CHILDREN]! + (unit << BITS)) | 0;
      if (cells[child] === state) {
        state = child;
        index++;
        const found = cells[state + TEXT]!;
        if (found !== 0 && seen[found] !== stamp) count = this.report(found, out, count);
      } else if (state === 0) index++;
      else state = unit === 0 ? 0 : cells[state + SUFFIX]!;
    }
    return count;
  }

  /** Records that the tree takes. */
  get size(): number {
    return this.cells.length / RECORD;
  }

  /** Whether the last search found the text of an index. */
  found(index: number): boolean {
    return this.seen[index + 1] === this.stamp;
  }

  private turn(): number {
    if (this.stamp === LAST_STAMP) {
      this.stamp = 0;
      this.seen.fill(0);
    }
    return ++this.stamp;
  }

  private report(from: number, out: Int32Array, count: number): number {
    const { seen, shorter, values, stamp } = this;
    for (let text = from; text !== 0 && seen[text] !== stamp; text = shorter[text]!) {
      seen[text] = stamp;
      out[count++] = values[text]!;
    }
    return count;
  }
}

/** The tree of all beginnings of the texts. Sorted texts share with the one before what they share with any before. */
function treeOf(texts: readonly string[], unitClasses: UnitClasses, folded: boolean): Tree {
  const sorted = [...texts.keys()].sort((a, b) => (texts[a]! < texts[b]! ? -1 : 1));
  const most = texts.reduce((sum, text) => sum + text.length, 1);
  const parents = new Int32Array(most).fill(-1);
  const classes = new Uint16Array(most);
  const ends = new Int32Array(most);
  const depths = new Int32Array(most);
  let size = 1;
  let path = [0];
  let before = "";
  for (const index of sorted) {
    const text = texts[index]!;
    let shared = 0;
    while (shared < text.length && before[shared] === text[shared]) shared++;
    path = path.slice(0, shared + 1);
    for (let at = shared; at < text.length; at++) {
      parents[size] = path[at]!;
      classes[size] = unitClasses.of(folded ? foldUnit(text.charCodeAt(at)) : text.charCodeAt(at));
      depths[size] = at + 1;
      path.push(size++);
    }
    ends[path[text.length]!] = index + 1;
    before = text;
  }
  const order = Int32Array.from(Array(size).keys()).sort((a, b) => depths[a]! - depths[b]! || a - b);
  return { order, parents, classes, texts: ends };
}
