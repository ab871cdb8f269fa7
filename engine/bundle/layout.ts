/**
 * How the content of a bundle is written: first, as JSON, every text and every row of member names that occurs; then one value.
 *
 * A value begins with a number in groups of seven bits, the lowest first, all but the last with the high bit set. Its lowest three
 * bits are one of {@link TAG}, the others what the tag says. Rows of member names make an object a name and its values, and texts,
 * types and the like are there once, however often they occur: a policy repeats itself in thousands of conditions.
 */

/** What a value is. */
export const TAG = {
  /** An integer from 0 on, below {@link INTEGERS}. */
  integer: 0,
  /** A text, by its index. */
  text: 1,
  /** An object, by one more than the index of its row of names; its values follow. 0 stands for a span, see {@link SPAN}. */
  object: 2,
  /** An array of so many values, which follow. */
  array: 3,
  /** One of {@link RARE}. */
  rare: 4,
  /** The value that follows is kept; the first that is has the number 0. */
  kept: 5,
  /** A value that was kept, by its number: one and the same object. */
  again: 6,
  /** A long text of so many bytes in UTF-8, which follow. */
  long: 7,
} as const;

/** Values that need no tag of their own. */
export const RARE = {
  null: 0,
  true: 1,
  false: 2,
  undefined: 3,
  /** Eight bytes follow, as IEEE 754 has them, the lowest first. */
  number: 4,
  /** A number of bytes follows, and the bytes. */
  bytes: 5,
} as const;

/**
 * Members of a span, which nearly every node of a policy has: its file, how far its start lies after that of the span before, and its
 * length, as three bare numbers. A start that goes back is told by the lowest bit of the distance.
 */
export const SPAN = "file,start,end";

/** Larger integers are written as other numbers are, so that bit operations are exact. */
export const INTEGERS: number = 2 ** 28;
/** From so many units on, a text stands where it occurs. */
export const LONG_TEXT = 512;

/** What stands before the value. */
export interface Preamble {
  readonly texts: readonly string[];
  /** Indices of texts. */
  readonly rows: readonly (readonly number[])[];
}
