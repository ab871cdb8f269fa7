/**
 * Candidates by route, of programs whose index asks for nothing but the route, as those of most policies do: they are found once, when
 * the program is taken up, and not for every request.
 */
import type { IndexTables } from "./compile/index-tables.ts";
import { DispatchKind } from "./layout.ts";

const PHASES = 4;
/** Most entries in all lists together. */
const MOST = 1 << 20;

/** Entries by phase, in order of declaration. */
export type PhaseLists = readonly Int32Array[];

/** The entries of a route, -1 for none; null where the index asks for more than the route. */
function entriesOf(index: IndexTables, route: number): readonly number[] | null {
  const entries: number[] = [];
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (let entry = index.nodeEntries[node]!; entry < index.nodeEntries[node + 1]!; entry++) entries.push(entry);
    for (let at = index.nodeDispatchers[node]!; at < index.nodeDispatchers[node + 1]!; at++) {
      if (index.kinds[at] !== DispatchKind.route || index.waits[at] !== 0) return null;
      const next = index.routes[index.tables[at]!]![route + 1]!;
      if (next >= 0) open.push(next);
    }
  }
  return entries;
}

function byPhase({ entryPhase, entryTarget }: IndexTables, entries: readonly number[]): PhaseLists {
  const sorted = entries.toSorted((a, b) => entryTarget[a]! - entryTarget[b]! || a - b);
  return Array.from({ length: PHASES }, (_, phase) =>
    Int32Array.from(sorted.filter((entry) => entryPhase[entry] === phase)),
  );
}

/** The candidates of each route, those without a route first; null where they are not known by the route alone. */
export function routeCandidates(index: IndexTables, routes: number): readonly PhaseLists[] | null {
  const lists: PhaseLists[] = [];
  let count = 0;
  for (let route = -1; route < routes; route++) {
    const entries = entriesOf(index, route);
    count += entries?.length ?? 0;
    if (entries === null || count > MOST) return null;
    lists.push(byPhase(index, entries));
  }
  return lists;
}
