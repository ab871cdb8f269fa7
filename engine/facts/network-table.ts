/**
 * Networks to values, looked up by every network that holds an address. Networks either hold each other or have nothing in
 * common, so in the order of their first addresses (the wider first) the narrowest that holds an address is the last one that
 * begins at or before it, or one of those around that. A look-up halves a bucket of first addresses and then climbs, so what it
 * takes follows from what it finds and not from how many lengths of prefix occur (P. Gupta, B. Prabhakar and S. Boyd, "Near
 * optimal routing lookups with bounded worst case performance", 2000, halve in the same order).
 */
import { ADDRESS_WORDS, holds, isIpv4, parseNetwork } from "./address.ts";
import { compareNetworks, orderNetworks } from "./network-order.ts";

/** Of an address, the word that tells those of IPv4 apart. */
const LAST_WORD = 3;

/** Whether what is at `at` is of IPv4, whose networks are not in those of IPv6. */
export function isOfIpv4(words: Uint32Array, at: number): boolean {
  return words[at + 4]! >= 96 && isIpv4(words, at);
}

/** Of networks in order, those of which no equal one follows. */
function lastOfEqual(words: Uint32Array, order: ArrayLike<number>): readonly number[] {
  const last: number[] = [];
  for (let at = 0; at < order.length; at++) {
    const each = order[at]!;
    const next = order[at + 1];
    if (next === undefined || compareNetworks(words, each * ADDRESS_WORDS, next * ADDRESS_WORDS) !== 0) last.push(each);
  }
  return last;
}

function copyNetwork(from: Uint32Array, index: number, to: Uint32Array, at: number): void {
  for (let word = 0; word < ADDRESS_WORDS; word++) to[at * ADDRESS_WORDS + word] = from[index * ADDRESS_WORDS + word]!;
}

/** Networks of one family in order. */
class Family {
  /** Distinct networks, five words each. */
  readonly words: Uint32Array;
  readonly values: Int32Array;
  /** The narrowest network around each, -1 for none. */
  readonly parents: Int32Array;
  /** Most networks around an address. */
  readonly depth: number;
  /** First word that tells networks apart, and buckets of its value: those of bucket b begin at `buckets[b]`. */
  private readonly word: number;
  private readonly least: number;
  private readonly shift: number;
  private readonly buckets: Int32Array;

  /**
   * @param all - Words of all networks given.
   * @param members - Those of the family.
   * @param word - Word that most differ in: the last of IPv4, the first of IPv6.
   */
  constructor(all: Uint32Array, members: readonly number[], values: readonly number[], word: number) {
    const order = orderNetworks(all, members);
    const last = lastOfEqual(all, order);
    this.words = new Uint32Array(last.length * ADDRESS_WORDS);
    for (let at = 0; at < last.length; at++) copyNetwork(all, last[at]!, this.words, at);
    this.values = Int32Array.from(last, (each) => values[each]!);
    this.parents = new Int32Array(last.length);
    this.word = word;
    this.depth = this.findParents();
    this.least = last.length === 0 ? 0 : this.words[word]!;
    const span = last.length === 0 ? 0 : this.words[(last.length - 1) * ADDRESS_WORDS + word]! - this.least;
    let shift = 0;
    while (span >>> shift > last.length) shift++;
    this.shift = shift;
    this.buckets = this.fillBuckets((span >>> shift) + 1);
  }

  private findParents(): number {
    const around: number[] = [];
    let depth = 0;
    for (let at = 0; at < this.parents.length; at++) {
      while (around.length > 0 && !this.holds(around.at(-1)!, this.words, at * ADDRESS_WORDS)) around.pop();
      this.parents[at] = around.at(-1) ?? -1;
      depth = Math.max(depth, around.push(at));
    }
    return depth;
  }

  private fillBuckets(count: number): Int32Array {
    const buckets = new Int32Array(count + 1);
    for (let at = 0; at < this.values.length; at++) {
      buckets[((this.words[at * ADDRESS_WORDS + this.word]! - this.least) >>> this.shift) + 1]!++;
    }
    for (let bucket = 0; bucket < count; bucket++) buckets[bucket + 1]! += buckets[bucket]!;
    return buckets;
  }

  private holds(network: number, words: Uint32Array, at: number): boolean {
    const own = network * ADDRESS_WORDS;
    if (this.word !== LAST_WORD) return holds(this.words, own, words, at);
    const prefix = this.words[own + 4]!;
    if (words[at + 4]! < prefix) return false;
    return prefix === 96 || (this.words[own + LAST_WORD]! ^ words[at + LAST_WORD]!) >>> (128 - prefix) === 0;
  }

  /** The narrowest network that holds what is at `at`; -1 for none. */
  narrowest(words: Uint32Array, at: number): number {
    const { buckets, least, parents, shift, word } = this;
    const value = words[at + word]!;
    if (value < least) return -1;
    const bucket = Math.min((value - least) >>> shift, buckets.length - 2);
    let low = buckets[bucket]!;
    let high = buckets[bucket + 1]!;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.beginsAfter(middle * ADDRESS_WORDS, words, at)) high = middle;
      else low = middle + 1;
    }
    let network = low - 1;
    while (network >= 0 && !this.holds(network, words, at)) network = parents[network]!;
    return network;
  }

  private beginsAfter(network: number, words: Uint32Array, at: number): boolean {
    const mine = this.words;
    for (let word = this.word; word < 4; word++) {
      if (mine[network + word] !== words[at + word]) return mine[network + word]! > words[at + word]!;
    }
    return false;
  }
}

export class NetworkTable {
  private readonly v4: Family;
  private readonly v6: Family;

  /**
   * @param networks - Canonical text; of one network given twice the last value counts.
   * @param values - Value of each network, at least 0.
   * @throws An error that names the text that is no network.
   */
  constructor(networks: readonly string[], values: readonly number[]) {
    const words = new Uint32Array(networks.length * ADDRESS_WORDS);
    for (const [index, text] of networks.entries()) {
      if (parseNetwork(text, words, index * ADDRESS_WORDS) === 0) throw new Error(`\`${text}\` is not a network`);
    }
    const members = (v4: boolean): readonly number[] =>
      [...networks.keys()].filter((index) => isOfIpv4(words, index * ADDRESS_WORDS) === v4);
    this.v4 = new Family(words, members(true), values, LAST_WORD);
    this.v6 = new Family(words, members(false), values, 0);
  }

  /**
   * Finds the networks that hold an address or a network.
   *
   * @param out - Takes their values from `count` on, widest network first.
   * @returns The new count.
   */
  collect(words: Uint32Array, at: number, out: Int32Array, count: number): number {
    const family = this.familyOf(words, at);
    const { parents, values } = family;
    const narrowest = family.narrowest(words, at);
    let end = count;
    for (let network = narrowest; network >= 0; network = parents[network]!) end++;
    for (let network = narrowest, to = end; network >= 0; network = parents[network]!) out[--to] = values[network]!;
    return end;
  }

  /** Values of a network and of those around it, widest first. */
  around(network: string): readonly number[] {
    const words = new Uint32Array(ADDRESS_WORDS);
    const out = new Int32Array(this.most);
    return parseNetwork(network, words, 0) === 0 ? [] : [...out.subarray(0, this.collect(words, 0, out, 0))];
  }

  /** Value of the narrowest network that holds the address or network at `at`; -1 for none. */
  narrowest(words: Uint32Array, at: number): number {
    const family = this.familyOf(words, at);
    const network = family.narrowest(words, at);
    return network < 0 ? -1 : family.values[network]!;
  }

  /** Whether some network holds the address or network at `at`. */
  holds(words: Uint32Array, at: number): boolean {
    return this.familyOf(words, at).narrowest(words, at) >= 0;
  }

  private familyOf(words: Uint32Array, at: number): Family {
    return isOfIpv4(words, at) ? this.v4 : this.v6;
  }

  /** Most values that one look-up can find. */
  get most(): number {
    return Math.max(this.v4.depth, this.v6.depth);
  }
}
