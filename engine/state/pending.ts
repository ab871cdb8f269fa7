/**
 * Requests that were let through and whose outcome is awaited: a bounded pool in order of age. When it is full the oldest
 * is forgotten. Each entry keeps what the outcome's signals and limits need of the request and nothing else: its route, the
 * hashes of their keys, the facts that their conditions read, and the charges that may be taken back.
 */

const NONE = -1;

/** Numbers of a charge that is kept: which state it is of, its units, its mark, and the step and denominator of its rate. */
export const CHARGE_CELLS = 5;

export class PendingPool {
  /** Requests forgotten because too many waited. */
  dropped = 0;
  /** Requests that wait. */
  count = 0;
  /** Of slot s: hashes of its keys and whether they are present, `keys` triples from `s * 3 * keys`. */
  hashes: Int32Array = new Int32Array(0);
  /** Of slot s: `cells` numbers from `s * cells`, and `facts` other values from `s * facts`. */
  numbers: Float64Array = new Float64Array(0);
  values: unknown[] = [];
  /** Of slot s: `charges` charges of `CHARGE_CELLS` numbers, from `s * charges * CHARGE_CELLS`. */
  chargeCells: Float64Array = new Float64Array(0);
  routes: Int32Array = new Int32Array(0);
  clients: Int32Array = new Int32Array(0);
  private numbersOf: Float64Array = new Float64Array(0);
  private older: Int32Array = new Int32Array(0);
  private newer: Int32Array = new Int32Array(0);
  private oldest = NONE;
  private newest = NONE;
  private readonly free: number[] = [];
  private capacity = 0;
  /** Number of the next entry. A token is this times the pool's size plus the slot, so no slot is taken for a later one. */
  next: number;
  private readonly most: number;
  private readonly keys: number;
  private readonly facts: number;
  private readonly cells: number;
  private readonly charges: number;

  /**
   * @param most - Most requests that wait, at least 1.
   * @param keys - Key definitions of an entry.
   * @param cells - Numbers of an entry.
   * @param facts - Other values of an entry.
   * @param charges - Charges of an entry.
   * @param next - Number of the first entry, at least 1; a pool that follows another goes on with its `next`.
   */
  constructor(most: number, keys: number, cells: number, facts: number, charges: number, next: number) {
    this.most = most;
    this.keys = keys;
    this.cells = cells;
    this.facts = facts;
    this.charges = charges;
    this.next = next;
  }

  /** A slot for a new request; the oldest one's where all are taken. */
  take(): number {
    if (this.free.length === 0) {
      if (this.capacity < this.most) this.grow();
      else this.dropOldest();
    }
    const slot = this.free.pop()!;
    this.older[slot] = this.newest;
    this.newer[slot] = NONE;
    if (this.newest === NONE) this.oldest = slot;
    else this.newer[this.newest] = slot;
    this.newest = slot;
    this.numbersOf[slot] = this.next++;
    this.count++;
    return slot;
  }

  /** The handle of a slot that was just taken. */
  tokenOf(slot: number): number {
    return this.numbersOf[slot]! * this.most + slot;
  }

  /** The slot of a token, or -1 where it was answered or forgotten. */
  slotOf(token: number): number {
    if (!(token >= this.most)) return NONE;
    const slot = token % this.most;
    const number = (token - slot) / this.most;
    return slot < this.capacity && this.numbersOf[slot] === number ? slot : NONE;
  }

  /** Gives a slot back. */
  give(slot: number): void {
    const older = this.older[slot]!;
    const newer = this.newer[slot]!;
    if (older === NONE) this.oldest = newer;
    else this.newer[older] = newer;
    if (newer === NONE) this.newest = older;
    else this.older[newer] = older;
    this.numbersOf[slot] = 0;
    this.values.fill(null, slot * this.facts, (slot + 1) * this.facts);
    this.free.push(slot);
    this.count--;
  }

  /** Forgets the request that has waited longest. There must be one. */
  dropOldest(): void {
    this.dropped++;
    this.give(this.oldest);
  }

  private grow(): void {
    const capacity = Math.min(this.most, Math.max(16, this.capacity * 2));
    this.hashes = enlarge(this.hashes, new Int32Array(capacity * 3 * this.keys));
    this.numbers = enlarge(this.numbers, new Float64Array(capacity * this.cells));
    this.chargeCells = enlarge(this.chargeCells, new Float64Array(capacity * this.charges * CHARGE_CELLS));
    this.routes = enlarge(this.routes, new Int32Array(capacity));
    this.clients = enlarge(this.clients, new Int32Array(capacity));
    this.numbersOf = enlarge(this.numbersOf, new Float64Array(capacity));
    this.older = enlarge(this.older, new Int32Array(capacity));
    this.newer = enlarge(this.newer, new Int32Array(capacity));
    for (let fact = this.values.length; fact < capacity * this.facts; fact++) this.values.push(null);
    for (let slot = capacity - 1; slot >= this.capacity; slot--) this.free.push(slot);
    this.capacity = capacity;
  }
}

function enlarge<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
