/**
 * Tests of one text that share a pass over it. The first few that are asked of a text look for themselves; where more are asked, one
 * search finds what all of them look for.
 */
import type { LiteralSearch } from "./literal-search.ts";

/** Tests of a text that look for themselves: a search takes about as long as so many. */
const FEW = 8;

/** What a group knows of a test: that none of its texts is there, that one is, or nothing yet. */
export const Finding = { none: 0, some: 1, open: -1 } as const;

/** What a group keeps of the last text asked about. It is no state of a decision: the same text is found to contain the same. */
export class TextGroup {
  private readonly search: LiteralSearch;
  private readonly found: Int32Array;
  private text = "";
  private asked = 0;

  constructor(search: LiteralSearch) {
    this.search = search;
    this.found = new Int32Array(search.most);
  }

  /** Whether `text` contains one of the texts of the search whose indices are in `indices` from `start` to `end`. */
  find(text: string, indices: Int32Array, start: number, end: number): number {
    if (text !== this.text) this.asked = 0;
    // Kept also where it is equal: the next comparison is then of one and the same string.
    this.text = text;
    if (this.asked <= FEW && ++this.asked <= FEW) return Finding.open;
    if (this.asked === FEW + 1) {
      this.asked++;
      this.search.collect(text, this.found, 0);
    }
    for (let at = start; at < end; at++) if (this.search.found(indices[at]!)) return Finding.some;
    return Finding.none;
  }
}
