/**
 * The form in which what was used is kept: a line of JSON that tells what follows, the entries of each memory, 16 bytes each, and a SHA-256 of
 * all that. What is read is whole or refused.
 */
import { createHash, hash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";

/** Version of the form, and of what the words mean. */
const FORMAT = 1;
const KIND = "edgepolicy used";
const DIGEST_BYTES = 32;
const NEWLINE = 10;
/** Bytes of an entry: its word, its place and the hash of its owner. */
export const ENTRY_BYTES = 16;

/** A memory's entries. */
export interface KeptMemory {
  /** The memory's own; entries are found by it alone. */
  readonly seed: string;
  /** Places of the memory, and whether it has shares of owners: entries fit no other. */
  readonly slots: number;
  readonly hasShares: boolean;
  /** Rows of {@link ENTRY_BYTES}, in pieces, in the byte order of the machine. */
  readonly entries: readonly Uint8Array[];
}

/** What is in a file. */
export interface Kept {
  /** When it was written; milliseconds since the Unix epoch. */
  readonly savedMs: number;
  /** By what they are memories of. */
  readonly memories: ReadonlyMap<string, KeptMemory>;
}

interface Head {
  readonly kind: string;
  readonly format: number;
  readonly savedMs: number;
  readonly memories: Readonly<Record<string, Omit<KeptMemory, "entries"> & { readonly count: number }>>;
}

/** The parts of a file, worked out in pieces: decisions are made in between. */
export async function writeKept({ savedMs, memories }: Kept): Promise<readonly Uint8Array[]> {
  const heads = [...memories].map(([name, { entries, ...head }]) => {
    return [name, { ...head, count: bytesOf(entries) / ENTRY_BYTES }] as const;
  });
  const head: Head = { kind: KIND, format: FORMAT, savedMs, memories: Object.fromEntries(heads) };
  const parts = [Buffer.from(`${JSON.stringify(head)}\n`), ...[...memories.values()].flatMap(({ entries }) => entries)];
  const sum = createHash("sha256");
  for (const part of parts) {
    sum.update(part);
    // oxlint-disable-next-line no-await-in-loop
    await turn();
  }
  return [...parts, sum.digest()];
}

/** What is in a file, or why it is none. */
export function readKept(bytes: Uint8Array): Kept | string {
  const end = bytes.indexOf(NEWLINE);
  const body = bytes.subarray(0, Math.max(0, bytes.length - DIGEST_BYTES));
  if (end < 0 || end >= body.length) return "it is none of what was used";
  if (!hash("sha256", body, "buffer").equals(bytes.subarray(body.length))) return "it is damaged or cut off";
  const head = JSON.parse(Buffer.from(body.subarray(0, end)).toString()) as Head;
  if (head.kind !== KIND) return "it is none of what was used";
  if (head.format !== FORMAT) return `its format is ${head.format}, and this version reads ${FORMAT}`;
  let offset = end + 1;
  const memories = Object.entries(head.memories).map(([name, { count, ...rest }]) => {
    const entries = body.subarray(offset, offset + count * ENTRY_BYTES);
    offset += entries.length;
    return [name, { ...rest, entries: [entries] }] as const;
  });
  return { savedMs: head.savedMs, memories: new Map(memories) };
}

export function bytesOf(entries: readonly Uint8Array[]): number {
  return entries.reduce((sum, { length }) => sum + length, 0);
}
