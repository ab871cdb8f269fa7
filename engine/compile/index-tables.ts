/** The tables of the index, and how its nodes become columns. */
import type { AffixTree } from "../facts/affix-tree.ts";
import type { BitVectors } from "../facts/bit-vectors.ts";
import type { LiteralSearch } from "../facts/literal-search.ts";
import type { NetworkTable } from "../facts/network-table.ts";
import type { RangeTable } from "../facts/range-table.ts";
import type { Conjunction } from "./normal-form.ts";

/** Maps a value of a slot to nodes; which one is used depends on the kind of the dispatcher. */
export interface DispatchTables {
  /** Node by route index plus one, -1 for none. */
  readonly routes: readonly Int32Array[];
  readonly values: readonly ReadonlyMap<string | number, number>[];
  readonly networks: readonly NetworkTable[];
  readonly affixes: readonly AffixTree[];
  readonly ranges: readonly RangeTable[];
  readonly searches: readonly LiteralSearch[];
  readonly vectors: readonly BitVectors[];
}

export interface IndexTables extends DispatchTables {
  /** Entries of node n: from `nodeEntries[n]` to `nodeEntries[n + 1]`. Dispatchers likewise. */
  readonly nodeEntries: Int32Array;
  readonly nodeDispatchers: Int32Array;
  /** Columns of dispatchers: `DispatchKind`, slot read, index of the table among those of its kind. */
  readonly kinds: Uint8Array;
  readonly slots: Int32Array;
  readonly tables: Int32Array;
  /** Phase that a dispatcher waits for because its slot reads state, plus one; 0 for those that are followed at once. */
  readonly waits: Uint8Array;
  /** Columns of entries: a conjunction at the node where it is found. */
  readonly entryPhase: Uint8Array;
  readonly entryTarget: Int32Array;
  /** Residual literals of entry e: from `residualStart[e]` to `residualStart[e + 1]`. */
  readonly residualStart: Int32Array;
  readonly residuals: Int32Array;
}

/** A conjunction that settles a target of a phase where it holds. */
export interface IndexItem {
  readonly phase: number;
  readonly target: number;
  readonly literals: Conjunction;
  /** Literals that were filed under what they require, and are tested last. */
  readonly tested: Conjunction;
}

export interface Dispatcher {
  readonly kind: number;
  readonly slot: number;
  readonly table: number;
  readonly wait: number;
}

export interface Node {
  readonly dispatchers: Dispatcher[];
  items: readonly IndexItem[];
}

function starts(counts: readonly number[]): Int32Array {
  const table = new Int32Array(counts.length + 1);
  for (const [index, count] of counts.entries()) table[index + 1] = table[index]! + count;
  return table;
}

/** Nodes as columns, beside the tables that their dispatchers name. */
export function flattenNodes(nodes: readonly Node[], tables: DispatchTables): IndexTables {
  const dispatchers = nodes.flatMap((node) => node.dispatchers);
  const entries = nodes.flatMap((node) => node.items);
  const residuals = entries.map(({ literals, tested }) => (tested.length === 0 ? literals : [...literals, ...tested]));
  return {
    ...tables,
    nodeEntries: starts(nodes.map((node) => node.items.length)),
    nodeDispatchers: starts(nodes.map((node) => node.dispatchers.length)),
    kinds: Uint8Array.from(dispatchers, (dispatcher) => dispatcher.kind),
    slots: Int32Array.from(dispatchers, (dispatcher) => dispatcher.slot),
    tables: Int32Array.from(dispatchers, (dispatcher) => dispatcher.table),
    waits: Uint8Array.from(dispatchers, (dispatcher) => dispatcher.wait),
    entryPhase: Uint8Array.from(entries, (entry) => entry.phase),
    entryTarget: Int32Array.from(entries, (entry) => entry.target),
    residualStart: starts(residuals.map(({ length }) => length)),
    residuals: Int32Array.from(residuals.flat()),
  };
}
