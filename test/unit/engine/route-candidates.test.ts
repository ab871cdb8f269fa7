/** Candidates by route are found once where the index asks for the route alone. */
import { expect, test } from "vitest";
import type { IndexTables } from "../../../engine/compile/index-tables.ts";
import { flattenNodes } from "../../../engine/compile/index-tables.ts";
import { DispatchKind } from "../../../engine/layout.ts";
import { routeCandidates } from "../../../engine/route-candidates.ts";

type Entry = readonly [phase: number, target: number];

interface NodeOf {
  readonly entries: readonly Entry[];
  /** Node by route index plus one. */
  readonly byRoute?: readonly (readonly number[])[];
}

function indexOf(
  nodes: readonly NodeOf[],
  changed: { readonly kind?: number; readonly wait?: number } = {},
): IndexTables {
  const tables = nodes.flatMap(({ byRoute = [] }) => byRoute);
  let table = 0;
  return flattenNodes(
    nodes.map(({ entries, byRoute = [] }) => ({
      items: entries.map(([phase, target]) => ({ phase, target, literals: [], tested: [] })),
      dispatchers: byRoute.map(() => ({
        kind: changed.kind ?? DispatchKind.route,
        slot: -1,
        table: table++,
        wait: changed.wait ?? 0,
      })),
    })),
    {
      routes: tables.map((each) => Int32Array.from(each)),
      values: [],
      networks: [],
      affixes: [],
      ranges: [],
      searches: [],
      vectors: [],
    },
  );
}

function written(index: IndexTables, routes: number): readonly (readonly (readonly number[])[])[] | null {
  return routeCandidates(index, routes)?.map((lists) => lists.map((list) => [...list])) ?? null;
}

test("are those of the root and of all nodes that the route leads to, by phase and in order of declaration", () => {
  const index = indexOf([
    // Entries 0 and 1; then node 1 for route 0, node 2 for route 1; and node 3 for those without a route.
    {
      entries: [
        [2, 5],
        [2, 1],
      ],
      byRoute: [
        [-1, 1, 2],
        [3, -1, -1],
      ],
    },
    {
      entries: [
        [2, 3],
        [0, 0],
        [3, 9],
      ],
      byRoute: [[-1, 3, -1]],
    },
    {
      entries: [
        [2, 1],
        [1, 4],
      ],
    },
    { entries: [[1, 2]] },
  ]);
  expect(written(index, 2)).toEqual([
    [[], [7], [1, 0], []],
    [[3], [7], [1, 2, 0], [4]],
    // Entries of one target stay in their order.
    [[], [6], [1, 5, 0], []],
  ]);
});

test("are not known where the index asks for more, or for what is recorded later", () => {
  const nodes: readonly NodeOf[] = [{ entries: [], byRoute: [[-1, 1]] }, { entries: [[0, 0]] }];
  expect(written(indexOf(nodes), 1)).toEqual([
    [[], [], [], []],
    [[0], [], [], []],
  ]);
  expect(written(indexOf(nodes, { kind: DispatchKind.text }), 1)).toBeNull();
  expect(written(indexOf(nodes, { wait: 1 }), 1)).toBeNull();
});

test("are not kept where they are too many together", () => {
  const entries = Array.from({ length: 1 << 16 }, (_, target): Entry => [0, target]);
  const index = indexOf([{ entries }]);
  expect(routeCandidates(index, 15)).toHaveLength(16);
  expect(routeCandidates(index, 16)).toBeNull();
});
