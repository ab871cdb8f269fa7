/**
 * Bit vectors: for conjunctions that no key tells apart, because their ranges or networks overlap in every dimension. Each value
 * of a dimension falls in a class, and each class has a row of bits, one for each conjunction that it leaves possible. What holds
 * in all dimensions are the bits that all rows share. Over the words of a row stands a summary, a bit for each word that is not
 * zero, so that only words are read that some conjunction may be in (T. V. Lakshman and D. Stiliadis, "High-speed policy-based
 * packet forwarding", 1998; F. Baboescu and G. Varghese, "Scalable packet classification", 2001).
 */
import type { AffixTree } from "./affix-tree.ts";
import type { NetworkTable } from "./network-table.ts";
import type { Breakpoints } from "./range-table.ts";

/** Classes of the values of a slot; which table is used depends on the kind of the dimension, one of `DispatchKind`. */
export interface DimensionTable {
  readonly kind: number;
  readonly slot: number;
  /** Class by route index plus one. */
  readonly routes: Int32Array | null;
  readonly texts: ReadonlyMap<string, number> | null;
  readonly networks: NetworkTable | null;
  readonly affixes: AffixTree | null;
  /** Breakpoints of numbers, and the class of each place of a `RangePlan`. */
  readonly breakpoints: Breakpoints;
  readonly places: Int32Array;
  /** Class of values that are in no table, and of a slot without a value. */
  readonly other: number;
  readonly missing: number;
}

export interface BitVectors {
  readonly dimensions: readonly DimensionTable[];
  /** The node whose entries the bits stand for. It is opened by nothing else. */
  readonly node: number;
  /** Words of a summary, and of a row with its summary before it. */
  readonly summary: number;
  readonly row: number;
  /** Where the rows of each dimension begin: that of class k is at `starts[d] + k * row`. */
  readonly starts: Int32Array;
  readonly bits: Int32Array;
}
