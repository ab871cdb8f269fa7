/** What a memory of used things remembers, taken out of it and put into another. */
import { setImmediate as turn } from "node:timers/promises";
import { ENTRY_BYTES, type KeptMemory } from "./kept-replays.ts";
import { makeReplayMemory, type ReplayBounds, type ReplayMemory, SWEPT, TOTAL } from "./replay-memory.ts";
import { cellsOf, isFreeAt, stepOf } from "./replay-store.ts";

/** Places that are looked at in one turn of the event loop: a tenth of a millisecond. */
const SLOTS_A_TURN = 8_192;
/** Parts of an entry: both halves of its word, its place and the hash of its owner. */
const PARTS: number = ENTRY_BYTES / 4;

/** What has not ended. Others may use the memory meanwhile: what they add may be missing. */
export async function keepMemory({ seed, words, owners }: ReplayMemory, nowMs: number): Promise<KeptMemory> {
  const now = stepOf(nowMs);
  const halves = new Uint32Array(words.buffer);
  const room = new Uint32Array(PARTS * SLOTS_A_TURN);
  const turns: Uint32Array[] = [];
  for (let first = 0; first < words.length; first += SLOTS_A_TURN) {
    const length = collect(room, halves, owners, first, Math.min(first + SLOTS_A_TURN, words.length), now);
    if (length > 0) turns.push(room.slice(0, length));
    // oxlint-disable-next-line no-await-in-loop
    await turn();
  }
  const entries = turns.map(({ buffer }) => new Uint8Array(buffer));
  return { seed, slots: words.length, hasShares: owners.length > 0, entries };
}

/** Puts the entries of some places into `entries`, and tells how many numbers that are. */
function collect(
  entries: Uint32Array,
  halves: Uint32Array,
  owners: Int32Array,
  first: number,
  end: number,
  now: number,
): number {
  let length = 0;
  for (let slot = first; slot < end; slot++) {
    if (isFreeAt(halves, slot, now)) continue;
    entries[length++] = halves[2 * slot] ?? 0;
    entries[length++] = halves[2 * slot + 1] ?? 0;
    entries[length++] = slot;
    entries[length++] = owners[slot] ?? 0;
  }
  return length;
}

/**
 * A memory of what was kept.
 *
 * @returns Null where what was kept is of a memory of another size.
 */
export function restoreMemory(
  { seed, slots, hasShares, entries }: KeptMemory,
  bounds: ReplayBounds,
  shared: boolean,
  nowMs: number,
): ReplayMemory | null {
  const memory = makeReplayMemory(bounds, shared, seed);
  const { words, owners, counts } = memory;
  if (words.length !== slots || owners.length > 0 !== hasShares) return null;
  const now = stepOf(nowMs);
  const halves = new Uint32Array(words.buffer);
  for (const bytes of entries) {
    const rows = new Uint32Array(new Uint8Array(bytes).buffer);
    for (let row = 0; row < rows.length; row += PARTS) {
      const slot = rows[row + 2] ?? 0;
      halves[2 * slot] = rows[row] ?? 0;
      halves[2 * slot + 1] = rows[row + 1] ?? 0;
      if (isFreeAt(halves, slot, now)) words[slot] = 0n;
      else countIn(memory, slot, rows[row + 3] ?? 0);
    }
  }
  counts[SWEPT] = now;
  return memory;
}

function countIn({ owners, counts }: ReplayMemory, slot: number, owner: number): void {
  count(counts, TOTAL);
  if (owners.length === 0) return;
  owners[slot] = owner;
  for (const cell of cellsOf(owners[slot] ?? 0)) count(counts, cell);
}

function count(counts: Int32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
