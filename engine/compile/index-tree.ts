/**
 * The index: a tree (with shared nodes) that leads a request to the few conjunctions that can still hold. At each node the
 * conjunctions are filed along the axis with the most distinct keys that they have, those that are left along the next; under
 * each key the same is done with what remains of them. What is filed needs no test, the rest is tested as residual.
 *
 * Filing under several keys copies a conjunction, which is how cut trees for packet filters grow without bound; so copies and
 * nodes are counted, and past their bound conjunctions stay where they are and are tested as a whole.
 */
import { AffixTree } from "../facts/affix-tree.ts";
import { LiteralSearch } from "../facts/literal-search.ts";
import { NetworkTable } from "../facts/network-table.ts";
import { RangePlan, RangeTable } from "../facts/range-table.ts";
import { DispatchKind } from "../layout.ts";
import { type Axes, type Filing, filingsOf, isSearch } from "./axes.ts";
import type { Conjunction } from "./normal-form.ts";

/** Fewer conjunctions than this at a node, or along an axis, are cheaper to test than to dispatch. */
const FEWEST_FILED = 4;
/** The same along an axis that reads a whole text: as many tests of it read it no slower. */
const FEWEST_SEARCHED = 8;
/** How many more keys such an axis must have to come first. */
const SEARCH_COST = 2;
/** Most keys that one conjunction is filed under at a node. */
const MOST_KEYS = 256;
/** Copies allowed in all, and on top of them for each conjunction: ten thousand overlapping ranges take 28 each. */
const SPARE = 65_536;
const SPARE_EACH = 32;

/** Maps a value of a slot to nodes; which one is used depends on the kind of the dispatcher. */
export interface DispatchTables {
  /** Node by route index plus one, -1 for none. */
  readonly routes: readonly Int32Array[];
  readonly values: readonly ReadonlyMap<string | number, number>[];
  readonly networks: readonly NetworkTable[];
  readonly affixes: readonly AffixTree[];
  readonly ranges: readonly RangeTable[];
  readonly searches: readonly LiteralSearch[];
}

export interface IndexTables extends DispatchTables {
  /** Entries of node n: from `nodeEntries[n]` to `nodeEntries[n + 1]`. Dispatchers likewise. */
  readonly nodeEntries: Int32Array;
  readonly nodeDispatchers: Int32Array;
  /** Columns of dispatchers: `DispatchKind`, slot read, index of the table among those of its kind. */
  readonly kinds: Uint8Array;
  readonly slots: Int32Array;
  readonly tables: Int32Array;
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
  readonly tested?: Conjunction;
}

interface Dispatcher {
  readonly kind: number;
  readonly slot: number;
  readonly table: number;
}

interface Node {
  readonly dispatchers: Dispatcher[];
  items: readonly IndexItem[];
}

interface Filed {
  readonly item: IndexItem;
  readonly filing: Filing;
}

export function buildIndex(items: readonly IndexItem[], axes: Axes, routeCount: number): IndexTables {
  return new IndexBuilder(axes, routeCount, items.length * SPARE_EACH + SPARE).build(items);
}

class IndexBuilder {
  private readonly axes: Axes;
  private readonly routeCount: number;
  private readonly nodes: Node[] = [];
  private spare: number;
  private readonly routes: Int32Array[] = [];
  private readonly values: Map<string | number, number>[] = [];
  private readonly networks: NetworkTable[] = [];
  private readonly affixes: AffixTree[] = [];
  private readonly ranges: RangeTable[] = [];
  private readonly searches: LiteralSearch[] = [];

  constructor(axes: Axes, routeCount: number, spare: number) {
    this.axes = axes;
    this.routeCount = routeCount;
    this.spare = spare;
  }

  build(items: readonly IndexItem[]): IndexTables {
    this.addNode(items);
    const { nodes } = this;
    const dispatchers = nodes.flatMap((node) => node.dispatchers);
    return {
      ...flattenEntries(nodes),
      nodeDispatchers: starts(nodes.map((node) => node.dispatchers.length)),
      kinds: Uint8Array.from(dispatchers, (dispatcher) => dispatcher.kind),
      slots: Int32Array.from(dispatchers, (dispatcher) => dispatcher.slot),
      tables: Int32Array.from(dispatchers, (dispatcher) => dispatcher.table),
      routes: this.routes,
      values: this.values,
      networks: this.networks,
      affixes: this.affixes,
      ranges: this.ranges,
      searches: this.searches,
    };
  }

  private addNode(items: readonly IndexItem[]): number {
    const node: Node = { dispatchers: [], items };
    const index = this.nodes.push(node) - 1;
    if (items.length >= FEWEST_FILED && this.spare > 0) node.items = this.fileAll(node, items);
    return index;
  }

  /** Files items along their axes, the one with the most keys first; returns those that are left. */
  private fileAll(node: Node, items: readonly IndexItem[]): readonly IndexItem[] {
    const left = new Set(items);
    for (const filed of this.byAxis(items)) {
      const open = filed.filter(({ item }) => left.has(item));
      const fewest = isSearch(filed[0]!.filing.kind) ? FEWEST_SEARCHED : FEWEST_FILED;
      if (open.length < fewest || !this.pay(open)) continue;
      for (const { item } of open) left.delete(item);
      node.dispatchers.push(this.dispatch(open));
    }
    return [...left];
  }

  private byAxis(items: readonly IndexItem[]): Filed[][] {
    const axes = new Map<string, { keys: Set<string | number>; filed: Filed[] }>();
    for (const item of items) {
      for (const filing of filingsOf(this.axes, item.literals)) {
        if (filing.keys.length > MOST_KEYS) continue;
        const name = `${filing.kind} ${filing.slot}`;
        const axis = axes.get(name) ?? { keys: new Set(), filed: [] };
        axes.set(name, axis);
        axis.filed.push({ item, filing });
        const keys = filing.range === null ? filing.keys : [`${filing.range.from} ${filing.range.to}`];
        for (const key of keys) axis.keys.add(key);
      }
    }
    const worth = ({ keys, filed }: { keys: Set<string | number>; filed: Filed[] }): number =>
      isSearch(filed[0]!.filing.kind) ? keys.size / SEARCH_COST : keys.size;
    return [...axes.values()].sort((a, b) => worth(b) - worth(a)).map((axis) => axis.filed);
  }

  /** Takes what filing will copy from the allowance. */
  private pay(filed: readonly Filed[]): boolean {
    const copies = (filing: Filing): number =>
      filing.range === null ? filing.keys.length : 2 * Math.ceil(Math.log2(filed.length + 1));
    const cost = filed.reduce((sum, { filing }) => sum + copies(filing), 0);
    if (cost > this.spare) return false;
    this.spare -= cost;
    return true;
  }

  private dispatch(filed: readonly Filed[]): Dispatcher {
    const { kind, slot } = filed[0]!.filing;
    if (kind === DispatchKind.range) return { kind, slot, table: this.dispatchRanges(filed) };
    const groups = new Map<string | number, Filed[]>();
    for (const each of filed) {
      for (const key of each.filing.keys) {
        const group = groups.get(key) ?? [];
        groups.set(key, group);
        group.push(each);
      }
    }
    const childOf = this.childMaker(filed);
    const children = new Map([...groups].map(([key, group]) => [key, childOf(group)] as const));
    return { kind, slot, table: this.addTable(kind, children) };
  }

  private addTable(kind: number, children: ReadonlyMap<string | number, number>): number {
    const keys = [...children.keys()];
    const nodes = [...children.values()];
    switch (kind) {
      case DispatchKind.route: {
        const table = new Int32Array(this.routeCount + 1).fill(-1);
        for (const [route, node] of children) table[Number(route) + 1] = node;
        return this.routes.push(table) - 1;
      }
      case DispatchKind.network:
        return this.networks.push(new NetworkTable(keys.map(String), nodes)) - 1;
      case DispatchKind.prefix:
      case DispatchKind.suffix:
        return this.affixes.push(new AffixTree(keys.map(String), nodes, kind === DispatchKind.suffix)) - 1;
      case DispatchKind.contained:
      case DispatchKind.containedFolded:
        return (
          this.searches.push(new LiteralSearch(keys.map(String), nodes, kind === DispatchKind.containedFolded)) - 1
        );
      default:
        return this.values.push(new Map(children)) - 1;
    }
  }

  private dispatchRanges(filed: readonly Filed[]): number {
    const plan = new RangePlan(filed.map(({ filing }) => filing.range!));
    const groups = new Map<number, Filed[]>();
    for (const each of filed) {
      for (const place of plan.cover(each.filing.range!)) {
        const group = groups.get(place) ?? [];
        groups.set(place, group);
        group.push(each);
      }
    }
    const childOf = this.childMaker(filed);
    const values = new Int32Array(plan.size).fill(-1);
    for (const [place, group] of groups) values[place] = childOf(group);
    return this.ranges.push(new RangeTable(plan, values)) - 1;
  }

  /** Makes the node under a key; keys with the same conjunctions share one. */
  private childMaker(filed: readonly Filed[]): (group: readonly Filed[]) => number {
    const numbers = new Map(filed.map((each, index) => [each, index]));
    const known = new Map<string, number>();
    return (group) => {
      const name = group.map((each) => numbers.get(each)).join();
      const child = known.get(name) ?? this.addNode(group.map(remaining));
      known.set(name, child);
      return child;
    };
  }
}

/** What is left to test of a conjunction under a key it was filed under. */
function remaining({ item, filing }: Filed): IndexItem {
  const literals = item.literals.filter((literal) => !filing.literals.includes(literal));
  return filing.tested
    ? { ...item, literals, tested: [...(item.tested ?? []), ...filing.literals] }
    : { ...item, literals };
}

function starts(counts: readonly number[]): Int32Array {
  const table = new Int32Array(counts.length + 1);
  for (const [index, count] of counts.entries()) table[index + 1] = table[index]! + count;
  return table;
}

function flattenEntries(
  nodes: readonly Node[],
): Pick<IndexTables, "nodeEntries" | "entryPhase" | "entryTarget" | "residualStart" | "residuals"> {
  const entries = nodes
    .flatMap((node) => node.items)
    .map((item) => ({
      ...item,
      literals: item.tested === undefined ? item.literals : [...item.literals, ...item.tested],
    }));
  return {
    nodeEntries: starts(nodes.map((node) => node.items.length)),
    entryPhase: Uint8Array.from(entries, (entry) => entry.phase),
    entryTarget: Int32Array.from(entries, (entry) => entry.target),
    residualStart: starts(entries.map((entry) => entry.literals.length)),
    residuals: Int32Array.from(entries.flatMap((entry) => [...entry.literals])),
  };
}
