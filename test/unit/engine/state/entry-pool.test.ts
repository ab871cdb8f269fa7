/** Chunks of entries: each place has its own time and units, and nothing else is written with them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, HEADS } from "../../../../engine/state/arena.ts";
import { CHUNK, CHUNK_BYTES, EntryPool } from "../../../../engine/state/entry-pool.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";

test("keeps the time and the units of every place, whatever is written beside them", () => {
  const entry = fc.record({
    chunk: fc.nat(2),
    place: fc.nat(CHUNK - 1),
    time: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    units: fc.oneof(fc.constantFrom(0, 1, 0x7fff, 0x8000, 0xffff), fc.nat(0xffff)),
  });
  check(
    fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
      const arena = new Arena(4);
      const pool = new EntryPool(arena, HEADS);
      const chunks = [pool.take(), pool.take(), pool.take()];
      pool.follow(chunks[0] as number, chunks[2] as number);
      pool.follow(chunks[2] as number, chunks[1] as number);
      const recorder = new Recorder(arena);
      const held = new Map<number, readonly [time: number, units: number]>();
      for (const { chunk, place, time, units } of entries) {
        recorder.begin();
        pool.put(chunks[chunk] as number, place, time, units);
        expect(recorder.lost()).toEqual([]);
        held.set(chunk * CHUNK + place, [time, units]);
      }
      for (let at = 0; at < 3 * CHUNK; at++) {
        const chunk = chunks[Math.floor(at / CHUNK)] as number;
        expect([pool.time(chunk, at % CHUNK), pool.units(chunk, at % CHUNK)]).toEqual(held.get(at) ?? [0, 0]);
      }
      expect(chunks.map((chunk) => pool.after(chunk))).toEqual([chunks[2], 0, chunks[1]]);
    }),
    { runs: 40 },
  );
});

test("a chunk is of 16 entries of ten bytes, and its link is told before it changes", () => {
  const arena = new Arena(4);
  const pool = new EntryPool(arena, HEADS);
  const [first, second] = [pool.take(), pool.take()];
  expect([CHUNK, CHUNK_BYTES, (second - first) * 4]).toEqual([16, 168, 168]);
  const recorder = new Recorder(arena);
  pool.follow(first, second);
  expect(recorder.lost()).toEqual([]);
  pool.follow(first, first);
  expect(pool.after(first)).toBe(first);
});
