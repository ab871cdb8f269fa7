/** Reading a snapshot: all of it is checked before any of it is used. */
import { Unpackr } from "msgpackr/unpack";
import { Arena, PAGE_BYTES, PAGE_WORDS } from "../state/arena.ts";
import {
  checksumOf,
  checksumOfBytes,
  SNAPSHOT_FORMAT,
  SNAPSHOT_KIND,
  type SnapshotHead,
  type SnapshotRun,
  type StateName,
} from "./format.ts";

/** A snapshot that was read into an arena, or why it cannot be. */
export type SnapshotRead =
  | { readonly ok: true; readonly head: SnapshotHead; readonly arena: Arena }
  | { readonly ok: false; readonly message: string };

const CUT_OFF = "it is cut off or damaged";

/** Reads a snapshot. Never throws for what the bytes are. */
export function readSnapshot(bytes: Uint8Array): SnapshotRead {
  const unpacked = unpackAll(bytes);
  const [head, ...rest] = unpacked?.values ?? [];
  if (unpacked === null || !isHead(head)) return refusal(unpacked === null ? CUT_OFF : "it is no snapshot");
  if (head.format !== SNAPSHOT_FORMAT)
    return refusal(`it has the format ${head.format}; this edgepolicy reads ${SNAPSHOT_FORMAT}`);
  const runs = rest.slice(0, -1);
  if (!isEnd(rest.at(-1), runs.length, bytes.subarray(0, unpacked.headBytes))) return refusal(CUT_OFF);
  // The arena's own page says how many are in use: no more are made than there are bytes for.
  if (!Number.isSafeInteger(head.pages) || head.pages < 1 || head.pages * PAGE_BYTES > bytes.length)
    return refusal(CUT_OFF);
  const arena = new Arena(head.pages);
  arena.reserve();
  let next = 0;
  for (const run of runs) {
    if (!isRun(run) || run[0] !== next) return refusal(CUT_OFF);
    const words = wordsOf(run[1]);
    const [low, high] = checksumOf(words, words.length);
    if (low !== run[2] || high !== run[3]) return refusal(CUT_OFF);
    next += words.length / PAGE_WORDS;
    if (next > head.pages) return refusal(CUT_OFF);
    arena.words.set(words, run[0] * PAGE_WORDS);
  }
  return next === head.pages && arena.used === head.pages ? { ok: true, head, arena } : refusal(CUT_OFF);
}

function refusal(message: string): SnapshotRead {
  return { ok: false, message };
}

/** The values of the row, and how many bytes the first of them takes; null where they are none. */
function unpackAll(bytes: Uint8Array): { readonly values: readonly unknown[]; readonly headBytes: number } | null {
  const values: unknown[] = [];
  let headBytes = 0;
  try {
    new Unpackr({ useRecords: false, mapsAsObjects: true }).unpackMultiple(
      bytes,
      (value: unknown, start?: number, end?: number) => {
        if (start === 0) headBytes = end ?? 0;
        values.push(value);
      },
    );
    return { values, headBytes };
  } catch {
    return null;
  }
}

function isHead(value: unknown): value is SnapshotHead {
  if (typeof value !== "object" || value === null) return false;
  const { kind, hashKey, clock, states, policy } = value as Partial<SnapshotHead>;
  if (kind !== SNAPSHOT_KIND || !Array.isArray(hashKey) || hashKey.length !== 2 || !Array.isArray(states)) return false;
  if (!hashKey.every(Number.isSafeInteger) || !Number.isSafeInteger(clock) || !states.every(isStateName)) return false;
  return typeof policy === "object" && policy !== null;
}

function isStateName(value: unknown): value is StateName {
  if (!Array.isArray(value)) return false;
  const [id, name, was] = value as readonly unknown[];
  return typeof id === "string" && typeof name === "string" && (was === null || typeof was === "string");
}

/** Whether what stands last is the end of as many runs, behind this head. */
function isEnd(value: unknown, runs: number, head: Uint8Array): boolean {
  if (!Array.isArray(value) || value.length !== 3 || value[0] !== runs) return false;
  const [low, high] = checksumOfBytes(head);
  return value[1] === low && value[2] === high;
}

function isRun(value: unknown): value is SnapshotRun {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const pages: unknown = value[1];
  return pages instanceof Uint8Array && pages.length > 0 && pages.length % PAGE_BYTES === 0;
}

/** The bytes as words, wherever in their buffer they begin. */
function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(new Uint8Array(bytes).buffer);
}
