/**
 * The catalogue of an arena: which table belongs to which declaration, by a fingerprint of the declaration's identity, and who
 * uses it. Whoever attaches to an arena, a worker or an engine that begins with a snapshot, finds its tables here.
 */
import { halfSipHash, makeHash } from "../hash.ts";
import { Words } from "../words.ts";
import { type Arena, HEADS, NONE } from "./arena.ts";
import { ItemPool, POOL_HEAD } from "./item-pool.ts";
import { FINGERPRINT, TABLE_HEAD, USERS } from "./table-head.ts";
import { discardTable } from "./table-page.ts";

/** Words of an item that stands for an owner of bans: fingerprint, users, number. */
const OWNER_WORDS = 8;
const OWNER_USERS = 4;
const OWNER_NUMBER = 5;
const UNBOUNDED = 0x7fffffff;
const FINGERPRINT_WORDS = 4;

/** 128 bits of an identity: two keyed hashes under two fixed keys. No two declarations of a policy come to share one by chance. */
function fingerprintOf(id: string): Int32Array {
  const words = new Words();
  words.pushText(id);
  const hash = makeHash();
  const fingerprint = new Int32Array(FINGERPRINT_WORDS);
  for (const half of [0, 1]) {
    halfSipHash(words.data, words.length, half, 0x65706964, hash);
    fingerprint.set([hash.lo, hash.hi | 1], 2 * half);
  }
  return fingerprint;
}

export class Catalogue {
  private readonly arena: Arena;
  /** The bit of whoever this is. */
  private readonly user: number;
  private readonly tables: ItemPool;
  private readonly owners: ItemPool;

  /** @param user - From 0 to 30: 0 of a plain arena. */
  constructor(arena: Arena, user: number) {
    this.arena = arena;
    this.user = 1 << user;
    this.tables = new ItemPool(arena, HEADS, TABLE_HEAD);
    this.owners = new ItemPool(arena, HEADS + POOL_HEAD, OWNER_WORDS);
    for (const pool of [this.tables, this.owners]) if (pool.budget !== UNBOUNDED) pool.budget = UNBOUNDED;
  }

  /** The head of a declaration's table, or `NONE`. */
  find(id: string): number {
    return this.itemOf(this.tables, FINGERPRINT, fingerprintOf(id));
  }

  /** The head of a declaration's table, of zeros where there was none; it is used from now on. */
  use(id: string): number {
    const fingerprint = fingerprintOf(id);
    let head = this.itemOf(this.tables, FINGERPRINT, fingerprint);
    if (head === NONE) head = this.add(this.tables, FINGERPRINT, TABLE_HEAD, fingerprint);
    this.join(head + USERS);
    return head;
  }

  /** Stops using a table; where nobody else does, it goes. */
  leave(head: number): void {
    if (this.part(head + USERS)) this.drop(head);
  }

  /** Gives a table to another declaration. */
  rename(head: number, id: string): void {
    this.arena.touch(head + FINGERPRINT, FINGERPRINT_WORDS);
    this.arena.words.set(fingerprintOf(id), head + FINGERPRINT);
  }

  /** The number of an owner of bans; a new one has the smallest that is free. It is used from now on. */
  useOwner(id: string): number {
    const fingerprint = fingerprintOf(id);
    let owner = this.itemOf(this.owners, 0, fingerprint);
    if (owner === NONE) {
      const number = this.freeNumber();
      owner = this.add(this.owners, 0, OWNER_WORDS, fingerprint);
      this.arena.words[owner + OWNER_NUMBER] = number;
    }
    this.join(owner + OWNER_USERS);
    return this.arena.words[owner + OWNER_NUMBER]!;
  }

  /** Stops using an owner; tells whether nobody else does and it is gone. */
  leaveOwner(id: string): boolean {
    const owner = this.itemOf(this.owners, 0, fingerprintOf(id));
    if (owner === NONE || !this.part(owner + OWNER_USERS)) return false;
    this.dropOwner(owner);
    return true;
  }

  /** Makes a first page for itself, before anybody attaches. */
  prepare(): void {
    this.tables.give(this.tables.take());
  }

  /** Stops using everything, of one that is gone. What nobody uses stays, for the next. */
  leaveAll(): void {
    for (const head of this.tables.items()) if (this.arena.words[head + FINGERPRINT + 1] !== 0) this.part(head + USERS);
    for (const owner of this.owners.items()) if (this.arena.words[owner + 1] !== 0) this.part(owner + OWNER_USERS);
  }

  /** Takes everybody off everything: those who used it are gone. */
  forgetUsers(): void {
    for (const head of this.tables.items()) this.arena.words[head + USERS] = 0;
    for (const owner of this.owners.items()) this.arena.words[owner + OWNER_USERS] = 0;
  }

  /** Drops tables and owners of bans that nobody uses; returns the owners' numbers. */
  dropUnused(): readonly number[] {
    const { words } = this.arena;
    for (const head of [...this.tables.items()]) {
      if (words[head + FINGERPRINT + 1] !== 0 && words[head + USERS] === 0) this.drop(head);
    }
    const unused = [...this.owners.items()].filter(
      (owner) => words[owner + 1] !== 0 && words[owner + OWNER_USERS] === 0,
    );
    return unused.map((owner) => {
      const number = words[owner + OWNER_NUMBER]!;
      this.dropOwner(owner);
      return number;
    });
  }

  private dropOwner(owner: number): void {
    this.arena.touch(owner, OWNER_WORDS);
    this.arena.words.fill(0, owner, owner + OWNER_WORDS);
    this.owners.give(owner);
  }

  private drop(head: number): void {
    const { arena } = this;
    discardTable(arena, head);
    arena.touch(head, TABLE_HEAD);
    arena.words.fill(0, head, head + TABLE_HEAD);
    this.tables.give(head);
  }

  private itemOf(pool: ItemPool, at: number, fingerprint: Int32Array): number {
    const { words } = this.arena;
    for (const item of pool.items()) {
      if (fingerprint.every((word, index) => words[item + at + index] === word)) return item;
    }
    return NONE;
  }

  private add(pool: ItemPool, at: number, length: number, fingerprint: Int32Array): number {
    const { arena } = this;
    const item = pool.take();
    if (item === NONE) throw new RangeError("the state's memory is used up: there is no page left for the catalogue");
    arena.touch(item, length);
    arena.words.fill(0, item, item + length);
    arena.words.set(fingerprint, item + at);
    return item;
  }

  private join(users: number): void {
    this.arena.touch(users, 1);
    this.arena.words[users] = this.arena.words[users]! | this.user;
  }

  /** Tells whether nobody is left. */
  private part(users: number): boolean {
    this.arena.touch(users, 1);
    this.arena.words[users] = this.arena.words[users]! & ~this.user;
    return this.arena.words[users] === 0;
  }

  private freeNumber(): number {
    const { words } = this.arena;
    const taken = new Set<number>();
    for (const owner of this.owners.items()) if (words[owner + 1] !== 0) taken.add(words[owner + OWNER_NUMBER]!);
    let number = 0;
    while (taken.has(number)) number++;
    return number;
  }
}
