/**
 * Networks to values, looked up by every network that holds an address. All networks of one prefix length lie in a hash
 * table, and a look-up probes it once for each length that occurs: few in practice, at most 33 for an IPv4 address and
 * 129 for IPv6. Chosen over a trie because a policy's lists have two or three lengths, so it is two or three probes
 * whatever the number of networks.
 */
import { ADDRESS_WORDS, isIpv4, parseNetwork } from "./address.ts";

function hashWords(w0: number, w1: number, w2: number, w3: number, prefix: number): number {
  let hash = Math.imul(w3 ^ prefix, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ w2, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ w1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ w0, 0x27d4eb2f);
  return hash ^ (hash >>> 15);
}

function maskOf(prefix: number, word: number): number {
  const bits = prefix - word * 32;
  return bits >= 32 ? -1 : bits <= 0 ? 0 : -1 << (32 - bits);
}

export class NetworkTable {
  private readonly keys: Int32Array;
  private readonly values: Int32Array;
  private readonly slotMask: number;
  /** Prefix lengths in IPv6 terms that occur, shortest first. */
  private readonly lengths4: Uint8Array;
  private readonly lengths6: Uint8Array;

  /**
   * @param networks - Canonical text; of one network given twice the last value counts.
   * @param values - Value of each network, at least 0.
   * @throws An error that names the text that is no network.
   */
  constructor(networks: readonly string[], values: readonly number[]) {
    let slots = 2;
    while (slots < networks.length * 2) slots *= 2;
    this.keys = new Int32Array(slots * ADDRESS_WORDS);
    this.values = new Int32Array(slots).fill(-1);
    this.slotMask = slots - 1;
    const found4 = new Set<number>();
    const found6 = new Set<number>();
    const words = new Uint32Array(ADDRESS_WORDS);
    for (const [index, text] of networks.entries()) {
      if (parseNetwork(text, words, 0) === 0) throw new Error(`\`${text}\` is not a network`);
      const prefix = words[4]!;
      (prefix >= 96 && isIpv4(words, 0) ? found4 : found6).add(prefix);
      const slot = this.find(words[0]! | 0, words[1]! | 0, words[2]! | 0, words[3]! | 0, prefix);
      this.keys.set(Int32Array.from(words), slot * ADDRESS_WORDS);
      this.values[slot] = values[index]!;
    }
    this.lengths4 = Uint8Array.from(found4).sort();
    this.lengths6 = Uint8Array.from(found6).sort();
  }

  private find(w0: number, w1: number, w2: number, w3: number, prefix: number): number {
    const { keys, values, slotMask } = this;
    for (let slot = hashWords(w0, w1, w2, w3, prefix) & slotMask; ; slot = (slot + 1) & slotMask) {
      const key = slot * ADDRESS_WORDS;
      if (values[slot]! < 0) return slot;
      if (
        keys[key + 3] === w3 &&
        keys[key + 4] === prefix &&
        keys[key + 2] === w2 &&
        keys[key + 1] === w1 &&
        keys[key] === w0
      ) {
        return slot;
      }
    }
  }

  /**
   * Finds the networks that hold an address or a network.
   *
   * @param out - Takes their values from `count` on, widest network first.
   * @returns The new count.
   */
  collect(words: Uint32Array, at: number, out: Int32Array, count: number): number {
    const v4 = isIpv4(words, at) && words[at + 4]! >= 96;
    const lengths = v4 ? this.lengths4 : this.lengths6;
    const inner = words[at + 4]!;
    for (let index = 0; index < lengths.length; index++) {
      const prefix = lengths[index]!;
      if (prefix > inner) break;
      const value = this.valueOf(v4, words, at, prefix);
      if (value >= 0) out[count++] = value;
    }
    return count;
  }

  /** Whether some network holds the address or network at `at`. */
  holds(words: Uint32Array, at: number): boolean {
    const v4 = isIpv4(words, at) && words[at + 4]! >= 96;
    const lengths = v4 ? this.lengths4 : this.lengths6;
    for (let index = 0; index < lengths.length; index++) {
      const prefix = lengths[index]!;
      if (prefix > words[at + 4]!) return false;
      if (this.valueOf(v4, words, at, prefix) >= 0) return true;
    }
    return false;
  }

  /** The value of the network of a length around an address or network. */
  private valueOf(v4: boolean, words: Uint32Array, at: number, prefix: number): number {
    return v4
      ? this.values[this.find(0, 0, 0xffff, words[at + 3]! & maskOf(prefix, 3), prefix)]!
      : this.lookUp(words, at, prefix);
  }

  private lookUp(words: Uint32Array, at: number, prefix: number): number {
    const w0 = words[at]! & maskOf(prefix, 0);
    const w1 = words[at + 1]! & maskOf(prefix, 1);
    const w2 = words[at + 2]! & maskOf(prefix, 2);
    return this.values[this.find(w0, w1, w2, words[at + 3]! & maskOf(prefix, 3), prefix)]!;
  }

  /** Most values that one look-up can find. */
  get most(): number {
    return Math.max(this.lengths4.length, this.lengths6.length);
  }
}
