/** The head of a table: words in the arena, of which the same are at the same place in every table. */

/** Words of a head. */
export const TABLE_HEAD = 64;

/** Directory: one less than its length, a power of two. */
export const MASK = 0;
/** Directory: where it is; 0 for the words of the head itself. */
export const DIRECTORY = 1;
/** Pages held, of entries and directory. */
export const PAGES = 2;
/** Most pages. */
export const TABLE_BUDGET = 3;
/** Moves on with every entry dropped, so that samples differ. */
export const HAND = 4;
/** Entries that are not empty. */
export const COUNT = 5;
/** A double, from the head's first: entries dropped that were not equal to fresh. */
export const DROPPED = 3;
/** A double of the table's own. */
export const OWN = 4;
/** A double: decisions that rested on what is remembered of dropped keys. */
export const SKETCHED = 5;
/** Words of a pool that belongs to the table. */
export const POOL = 12;
/** Fingerprint of whose state it is: four words. */
export const FINGERPRINT = 20;
/** Bits of the workers that use it. */
export const USERS = 24;
/** Of the sketch of dropped keys: how many pages it has, 0 where there is none, and how many it may take. */
export const SKETCH_PAGES = 25;
export const SKETCH_BUDGET = 26;
/** The sketch's page, or the page that leads to them where there are more. */
export const SKETCH_ROOT = 27;
/** Keys entered since the sketch grew. */
export const SKETCH_ENTERED = 28;
/** Where the directory lies while it has at most `INLINE` entries. */
export const INLINE_DIRECTORY = 32;
export const INLINE = 32;
