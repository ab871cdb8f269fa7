/** Walks the index: from a request to the conjunctions that can still hold, by phase. */
import { ADDRESS_WORDS } from "./facts/address.ts";
import type { Context } from "./facts/context.ts";
import { isPresent, textOf } from "./facts/read-slot.ts";
import { intersect } from "./intersect.ts";
import { DispatchKind } from "./layout.ts";
import type { Program } from "./program.ts";

/** Entries found for each phase, and the nodes yet to be visited; reused. */
export class Candidates {
  /** Entries of phase p: the first `counts[p]` of `lists[p]`. */
  readonly lists: readonly Int32Array[];
  readonly counts: Int32Array = new Int32Array(4);
  /** Nodes seen: the request's epoch. A node that several keys lead to is visited once. */
  readonly seen: Int32Array;
  /** Round of the context that `seen` is of. */
  round = 0;
  readonly open: Int32Array;
  opened = 0;
  /** Dispatchers that wait for a phase, met on the way: the first `waitingCount`. */
  readonly waiting: Int32Array;
  waitingCount = 0;
  /** Phase whose dispatchers are followed, plus one; 0 while it is those that wait for none. */
  stage = 0;
  /** Of the bit vectors at hand: row of each dimension, and the summary that all rows so far share. */
  readonly rows: Int32Array;
  readonly sums: Int32Array;

  constructor({ index }: Program) {
    const nodes = index.nodeEntries.length - 1;
    const entries = index.entryTarget.length;
    this.lists = [0, 1, 2, 3].map(() => new Int32Array(entries));
    this.seen = new Int32Array(nodes);
    // What one look-up finds lands behind the open nodes before it is sifted, and one node may be found more than once.
    const most = [...index.networks, ...index.affixes, ...index.ranges, ...index.searches].reduce(
      (high, table) => Math.max(high, table.most),
      0,
    );
    this.open = new Int32Array(nodes + most + 1);
    this.waiting = new Int32Array(index.waits.length);
    this.rows = new Int32Array(index.vectors.reduce((high, { dimensions }) => Math.max(high, dimensions.length), 0));
    this.sums = new Int32Array(index.vectors.reduce((high, { summary }) => Math.max(high, summary), 0));
  }
}

/** Finds the entries of a request, but for those that wait for their phase. */
export function findCandidates(c: Context, found: Candidates): void {
  const { counts, open, seen } = found;
  if (c.round !== found.round) {
    found.round = c.round;
    seen.fill(0);
  }
  for (let phase = 0; phase < counts.length; phase++) counts[phase] = 0;
  found.stage = 0;
  found.waitingCount = 0;
  open[0] = 0;
  found.opened = 1;
  walk(c, found, 0);
}

/**
 * Finds the entries of a phase that are told apart by state. Reading a score asks for the terms of scores, so this may run within
 * itself, and leaves what it found on its way as it was.
 */
export function findWaiting(c: Context, found: Candidates, phase: number): void {
  const { waits } = c.program.index;
  const { opened, stage, waiting } = found;
  for (let at = 0; at < found.waitingCount; at++) {
    if (waits[waiting[at]!] !== phase + 1) continue;
    found.stage = phase + 1;
    follow(c, found, waiting[at]!);
    walk(c, found, opened);
  }
  found.stage = stage;
}

/** Visits the open nodes, down to so many that others left, and those that they lead to. */
function walk(c: Context, found: Candidates, left: number): void {
  const { nodeEntries, nodeDispatchers, entryPhase, waits } = c.program.index;
  const { counts, lists, open, waiting } = found;
  while (found.opened > left) {
    const node = open[--found.opened]!;
    for (let entry = nodeEntries[node]!, end = nodeEntries[node + 1]!; entry < end; entry++) {
      const phase = entryPhase[entry]!;
      lists[phase]![counts[phase]!++] = entry;
    }
    for (let at = nodeDispatchers[node]!, end = nodeDispatchers[node + 1]!; at < end; at++) {
      if (waits[at] === 0 || waits[at] === found.stage) follow(c, found, at);
      else waiting[found.waitingCount++] = at;
    }
  }
}

/** Opens the nodes that a dispatcher leads the request to. */
function follow(c: Context, found: Candidates, dispatcher: number): void {
  const { index } = c.program;
  const kind = index.kinds[dispatcher]!;
  const table = index.tables[dispatcher]!;
  if (kind === DispatchKind.route) return openNode(c, found, index.routes[table]![c.route + 1]!);
  if (kind === DispatchKind.vectors) return intersect(c, found, index.vectors[table]!);
  const slot = index.slots[dispatcher]!;
  if (!isPresent(c, slot)) return;
  switch (kind) {
    case DispatchKind.number:
      return openNode(c, found, index.values[table]!.get(c.numbers[slot]!) ?? -1);
    case DispatchKind.text:
      return openNode(c, found, index.values[table]!.get(textOf(c, slot)) ?? -1);
    case DispatchKind.member:
      return openMembers(c, found, slot, index.values[table]!);
    case DispatchKind.network:
      return sift(c, found, index.networks[table]!.collect(c.words, slot * ADDRESS_WORDS, found.open, found.opened));
    case DispatchKind.range:
      return sift(c, found, index.ranges[table]!.collect(c.numbers[slot]!, found.open, found.opened));
    case DispatchKind.contained:
    case DispatchKind.containedFolded:
      return sift(c, found, index.searches[table]!.collect(textOf(c, slot), found.open, found.opened));
    default:
      return sift(c, found, index.affixes[table]!.collect(textOf(c, slot), found.open, found.opened));
  }
}

function openNode(c: Context, found: Candidates, node: number): void {
  if (node < 0 || found.seen[node] === c.epoch) return;
  found.seen[node] = c.epoch;
  found.open[found.opened++] = node;
}

function openMembers(c: Context, found: Candidates, slot: number, nodes: ReadonlyMap<string | number, number>): void {
  const members = c.sets[slot]!;
  for (let index = 0; index < members.length; index++) {
    openNode(c, found, nodes.get(members[index] as string | number) ?? -1);
  }
}

/** Keeps, of the nodes that a look-up put behind the open ones, those that were not seen. */
function sift(c: Context, found: Candidates, end: number): void {
  const start = found.opened;
  for (let at = start; at < end; at++) openNode(c, found, found.open[at]!);
}
