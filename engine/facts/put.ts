/** Puts values into slots of a context. Each tells whether there was a value. */
import type { ScalarValue } from "../policy.ts";
import { ADDRESS_WORDS } from "./address.ts";
import { type Context, WHOLE } from "./context.ts";

export function putNumber(c: Context, slot: number, value: number | null | undefined): boolean {
  if (value === null || value === undefined) return false;
  c.numbers[slot] = value;
  return true;
}

export function putTruth(c: Context, slot: number, value: boolean): boolean {
  c.numbers[slot] = value ? 1 : 0;
  return true;
}

export function putText(c: Context, slot: number, value: string | null | undefined): boolean {
  if (value === null || value === undefined) return false;
  c.texts[slot] = value;
  return true;
}

/** Puts a whole text into a slot that may have held a part of one. */
export function putWhole(c: Context, slot: number, value: string): void {
  c.texts[slot] = value;
  c.ends[slot] = WHOLE;
}

/** Puts the part of a text from `start` to `end`, without cutting it out. */
export function putSpan(c: Context, slot: number, text: string, start: number, end: number): boolean {
  c.texts[slot] = text;
  c.starts[slot] = start;
  c.ends[slot] = start === 0 && end === text.length ? WHOLE : end;
  return true;
}

export function putSet(c: Context, slot: number, value: readonly ScalarValue[] | null): boolean {
  if (value === null) return false;
  c.sets[slot] = value;
  return true;
}

/** Puts an address or network, from its words. */
export function putAddress(c: Context, slot: number, words: Uint32Array, at: number): boolean {
  const to = slot * ADDRESS_WORDS;
  for (let word = 0; word < ADDRESS_WORDS; word++) c.words[to + word] = words[at + word]!;
  return true;
}
