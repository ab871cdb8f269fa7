/**
 * The index: a tree (with shared nodes) that leads a request to the few conjunctions that can still hold. At each node the
 * conjunctions are filed along the axis that is expected to leave the fewest, those that are left along the next; under each key
 * the same is done with what remains of them. What is filed needs no test, the rest is tested as residual. Last come the axes of
 * state, which are not followed before the phase of the conjunctions under them.
 *
 * Filing under several keys copies a conjunction, which is how cut trees for packet filters grow without bound; so copies are
 * counted, and past their bound conjunctions stay where they are. What a tree then costs in its worst case is compared with what
 * bit vectors over the conjunctions of the node would, and the cheaper one is kept.
 */
import { AffixTree } from "../facts/affix-tree.ts";
import type { BitVectors } from "../facts/bit-vectors.ts";
import { LiteralSearch } from "../facts/literal-search.ts";
import { NetworkTable } from "../facts/network-table.ts";
import { RangePlan, RangeTable } from "../facts/range-table.ts";
import { DispatchKind } from "../layout.ts";
import { type Axes, isSearch } from "./axes.ts";
import { fillVectors, planVectors, type VectorPlan } from "./bit-vectors.ts";
import { DimensionFinder } from "./dimensions.ts";
import {
  copiesByKeys,
  copiesByRanges,
  type Filed,
  FEWEST_FILED,
  FEWEST_SEARCHED,
  type FiledAxis,
  filedByAxis,
  groupsOf,
} from "./filing.ts";
import { type Dispatcher, flattenNodes, type IndexItem, type IndexTables, type Node } from "./index-tables.ts";

/** What an index may take; past it conjunctions are tested one by one. */
export interface IndexBounds {
  /** Copies of conjunctions under several keys, in all and on top of that for each conjunction. */
  readonly copies: number;
  readonly copiesEach: number;
  /** Dispatchers from the root to a node. */
  readonly depth: number;
  /** Conjunctions, literals and keys looked at to plan bit vectors. */
  readonly effort: number;
  /** Words of four bytes of bit vectors in all, and of the rows of one dimension. */
  readonly words: number;
  readonly dimensionWords: number;
  /** Trees whose worst request costs no more than this, in tests of one literal, are not compared with bit vectors. */
  readonly cheap: number;
}

/** 64 MB of bit vectors, 4 MB a dimension: of ten thousand conjunctions as many that overlap share a class as are quickly tested. */
export const INDEX_BOUNDS: IndexBounds = {
  copies: 1 << 16,
  copiesEach: 16,
  depth: 32,
  effort: 1 << 22,
  words: 1 << 24,
  dimensionWords: 1 << 20,
  cheap: 24,
};

/** A place of flat ranges may repeat a conjunction so often, on average, before a tree of places takes less memory. */
const FLAT_EACH = 4;

/** What things cost, in tests of one literal: a look-up in any table, an entry that is found, a word of a summary for one dimension. */
const LOOK_UP = 4;
const ENTRY = 3;
const SUMMARY_WORD = 0.25;
/** A search reads a whole text. */
const SEARCH = FEWEST_SEARCHED;
/** Members of a set, and texts that a text contains, that are thought to lead to nodes at once. */
const MEMBERS = 8;
const CONTAINED = 2;

/** A node that was built: its number, and what its worst request costs. */
interface Built {
  readonly node: number;
  readonly cost: number;
}

interface PricedPlan {
  readonly plan: VectorPlan;
  readonly cost: number;
}

/** What may still be taken, and how much there is of everything, to go back to. */
interface Mark {
  readonly spare: number;
  readonly spareWords: number;
  readonly lengths: readonly number[];
}

export function buildIndex(
  items: readonly IndexItem[],
  axes: Axes,
  routeCount: number,
  bounds: IndexBounds = INDEX_BOUNDS,
): IndexTables {
  return new IndexBuilder(axes, routeCount, bounds).build(items);
}

class IndexBuilder {
  private readonly axes: Axes;
  private readonly finder: DimensionFinder;
  private readonly routeCount: number;
  private readonly nodes: Node[] = [];
  private readonly bounds: IndexBounds;
  private spare: number;
  private spareWords: number;
  private spareEffort: number;
  /** Of the node that is being built. */
  private depth = 0;
  private readonly routes: Int32Array[] = [];
  private readonly values: Map<string | number, number>[] = [];
  private readonly networks: NetworkTable[] = [];
  private readonly affixes: AffixTree[] = [];
  private readonly ranges: RangeTable[] = [];
  private readonly searches: LiteralSearch[] = [];
  private readonly vectors: BitVectors[] = [];

  constructor(axes: Axes, routeCount: number, bounds: IndexBounds) {
    this.axes = axes;
    this.finder = new DimensionFinder(axes, routeCount);
    this.routeCount = routeCount;
    this.bounds = bounds;
    this.spare = bounds.copies;
    this.spareWords = bounds.words;
    this.spareEffort = bounds.effort;
  }

  build(items: readonly IndexItem[]): IndexTables {
    this.spare += items.length * this.bounds.copiesEach;
    this.addNode(items);
    const { nodes, routes, values, networks, affixes, ranges, searches, vectors } = this;
    return flattenNodes(nodes, { routes, values, networks, affixes, ranges, searches, vectors });
  }

  private addNode(items: readonly IndexItem[]): Built {
    const node: Node = { dispatchers: [], items };
    const index = this.nodes.push(node) - 1;
    if (items.length < FEWEST_FILED) return { node: index, cost: costOf(items) };
    const axes = filedByAxis(items, this.axes);
    // Where the best axis leaves most of them, a tree is large before it is known to be dear.
    const left = axes[0]?.left ?? items.length;
    const early = 2 * left > items.length ? this.plan(items) : null;
    if (early !== null && early.cost < ENTRY * left) return { node: index, cost: this.addVectors(node, items, early) };
    const mark = this.mark();
    this.depth++;
    const cost = this.fileAll(node, items, axes);
    this.depth--;
    const plan = cost <= this.bounds.cheap ? null : (early ?? this.plan(items));
    if (plan === null || plan.cost >= cost) return { node: index, cost };
    this.goBack(mark);
    return { node: index, cost: this.addVectors(node, items, plan) };
  }

  /** Bit vectors for items, if there is room for them and for finding out, and what they cost. */
  private plan(items: readonly IndexItem[]): PricedPlan | null {
    const { plan, effort } = planVectors(items, this.finder, this.spareEffort, this.bounds.dimensionWords);
    this.spareEffort -= effort;
    if (plan === null || plan.words > this.spareWords) return null;
    const { dimensions, left, summary } = plan;
    return { plan, cost: dimensions.length * (LOOK_UP + summary * SUMMARY_WORD) + (left + 1) * ENTRY };
  }

  private mark(): Mark {
    return { spare: this.spare, spareWords: this.spareWords, lengths: this.all().map((each) => each.length) };
  }

  private all(): { length: number }[] {
    const { nodes, routes, values, networks, affixes, ranges, searches, vectors } = this;
    return [nodes, routes, values, networks, affixes, ranges, searches, vectors];
  }

  /** Forgets what was built since. */
  private goBack({ spare, spareWords, lengths }: Mark): void {
    for (const [at, each] of this.all().entries()) each.length = lengths[at]!;
    this.spare = spare;
    this.spareWords = spareWords;
  }

  /** Gives a node bit vectors and nothing else; returns the cost. */
  private addVectors(node: Node, items: readonly IndexItem[], { plan, cost }: PricedPlan): number {
    const own: Node = { dispatchers: [], items: [] };
    const filled = fillVectors(items, plan, this.nodes.push(own) - 1);
    own.items = filled.items;
    node.items = [];
    node.dispatchers.length = 0;
    const table = this.vectors.push(filled.vectors) - 1;
    node.dispatchers.push({ kind: DispatchKind.vectors, slot: 0, table, wait: 0 });
    this.spareWords -= plan.words;
    return cost;
  }

  /** Files items along their axes and keeps those that are left at the node; returns the cost. */
  private fileAll(node: Node, items: readonly IndexItem[], axes: readonly FiledAxis[]): number {
    const left = new Set(items);
    let cost = 0;
    for (const { filed, wait, fewest } of axes) {
      if (this.spare <= 0 || this.depth > this.bounds.depth) break;
      const open = this.affordable(filed.filter(({ item }) => left.has(item)));
      if (open.length < fewest) continue;
      for (const { item } of open) left.delete(item);
      const dispatched = this.dispatch(open);
      node.dispatchers.push({ ...dispatched.dispatcher, wait });
      cost += (isSearch(dispatched.dispatcher.kind) ? SEARCH : LOOK_UP) + dispatched.cost;
    }
    node.items = [...left];
    return cost + costOf(node.items);
  }

  /** Those that can be filed within the allowance, the ones with the fewest copies first; takes the allowance that they need. */
  private affordable(filed: readonly Filed[]): readonly Filed[] {
    const copies = filed[0]?.filing.range === null ? copiesByKeys(filed) : copiesByRanges(filed);
    const cost = sum(copies);
    if (cost <= this.spare) {
      this.spare -= cost;
      return filed;
    }
    const order = [...filed.keys()].sort((a, b) => copies[a]! - copies[b]! || a - b);
    const taken = new Set<number>();
    for (const index of order) {
      if (copies[index]! > this.spare) break;
      this.spare -= copies[index]!;
      taken.add(index);
    }
    return filed.filter((_, index) => taken.has(index));
  }

  private dispatch(filed: readonly Filed[]): { readonly dispatcher: Omit<Dispatcher, "wait">; readonly cost: number } {
    const { kind, slot } = filed[0]!.filing;
    if (kind === DispatchKind.range) return this.dispatchRanges(filed, slot);
    const known = new Map<string, Built>();
    const children = new Map<string | number, Built>();
    for (const [key, { name, bundles }] of groupsOf(filed)) {
      const child = known.get(name) ?? this.addNode(bundles.flatMap((bundle) => bundle.map(remaining)));
      known.set(name, child);
      children.set(key, child);
    }
    return { dispatcher: { kind, slot, table: this.addTable(kind, children) }, cost: this.worst(kind, children) };
  }

  private addTable(kind: number, children: ReadonlyMap<string | number, Built>): number {
    const keys = [...children.keys()];
    const nodes = Array.from(children.values(), ({ node }) => node);
    switch (kind) {
      case DispatchKind.route: {
        const table = new Int32Array(this.routeCount + 1).fill(-1);
        for (const [route, { node }] of children) table[Number(route) + 1] = node;
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
        return this.values.push(new Map(keys.map((key, index) => [key, nodes[index]!]))) - 1;
    }
  }

  /** What the worst request costs below keys: of prefixes and networks all that hold each other come together. */
  private worst(kind: number, children: ReadonlyMap<string | number, Built>): number {
    const costs = Array.from(children.values(), ({ cost }) => cost);
    const together = kind === DispatchKind.member ? MEMBERS : isSearch(kind) ? CONTAINED : 0;
    if (together > 0) return sum(costs.sort((a, b) => b - a).slice(0, together));
    const isNested = kind === DispatchKind.network || kind === DispatchKind.prefix || kind === DispatchKind.suffix;
    const deepest = isNested ? this.deepest(kind) : 1;
    return deepest === 1 ? costs.reduce((high, cost) => Math.max(high, cost), 0) : this.worstNested(kind, children);
  }

  /** Most keys of the table made last that hold one value. */
  private deepest(kind: number): number {
    return kind === DispatchKind.network ? this.networks.at(-1)!.most : this.affixes.at(-1)!.most;
  }

  private worstNested(kind: number, children: ReadonlyMap<string | number, Built>): number {
    const costs = new Map(Array.from(children.values(), ({ node, cost }) => [node, cost]));
    const around = kind === DispatchKind.network ? this.networks.at(-1)! : this.affixes.at(-1)!;
    return [...children.keys()].reduce<number>(
      (high, key) => Math.max(high, sum(around.around(String(key)).map((node) => costs.get(node)!))),
      0,
    );
  }

  private dispatchRanges(filed: readonly Filed[], slot: number): ReturnType<IndexBuilder["dispatch"]> {
    const plan = new RangePlan(filed.map(({ filing }) => filing.range!));
    const spans = filed.map(({ filing }) => plan.span(filing.range!));
    const repeats = spans.reduce((all, [first, last]) => all + Math.max(0, last - first + 1), 0);
    const flat = repeats <= FLAT_EACH * plan.places;
    const groups = new Map<number, Filed[]>();
    for (const [index, each] of filed.entries()) {
      const [first, last] = spans[index]!;
      const places = flat ? placesFrom(first, last) : plan.cover(each.filing.range!);
      for (const place of places) {
        const group = groups.get(place);
        if (group === undefined) groups.set(place, [each]);
        else group.push(each);
      }
    }
    const childOf = this.childMaker(filed);
    const values = new Int32Array(flat ? plan.places : plan.size).fill(-1);
    const costs = new Float64Array(values.length);
    for (const [place, group] of groups) {
      const { node, cost } = childOf(group);
      values[place] = node;
      costs[place] = cost;
    }
    const table = this.ranges.push(new RangeTable(plan, values)) - 1;
    const cost = flat ? costs.reduce((high, each) => Math.max(high, each), 0) : worstPath(costs);
    return { dispatcher: { kind: DispatchKind.range, slot, table }, cost };
  }

  /** Makes the node under a key; keys with the same conjunctions share one. */
  private childMaker(filed: readonly Filed[]): (group: readonly Filed[]) => Built {
    const numbers = new Map(filed.map((each, index) => [each, index]));
    const known = new Map<string, Built>();
    return (group) => {
      const name = group.map((each) => numbers.get(each)).join();
      const child = known.get(name) ?? this.addNode(group.map(remaining));
      known.set(name, child);
      return child;
    };
  }
}

function costOf(items: readonly IndexItem[]): number {
  return ENTRY * items.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

function placesFrom(first: number, last: number): readonly number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}

/** The dearest path from a leaf of a tree of places to its root. */
function worstPath(costs: Float64Array): number {
  const below = Float64Array.from(costs);
  for (let node = costs.length - 1; node > 1; node--) {
    const parent = node >> 1;
    below[parent] = Math.max(below[parent]!, costs[parent]! + below[node]!);
  }
  return below[1] ?? 0;
}

/** What is left to test of a conjunction under a key it was filed under. */
function remaining({ item, filing }: Filed): IndexItem {
  const literals = item.literals.filter((literal) => !filing.literals.includes(literal));
  return { ...item, literals, tested: filing.tested.length === 0 ? item.tested : [...item.tested, ...filing.tested] };
}
