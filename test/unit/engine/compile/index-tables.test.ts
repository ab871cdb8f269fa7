import { expect, test } from "vitest";
import { type DispatchTables, flattenNodes, type IndexItem } from "../../../../engine/compile/index-tables.ts";

const TABLES: DispatchTables = {
  routes: [Int32Array.of(1)],
  values: [],
  networks: [],
  affixes: [],
  ranges: [],
  searches: [],
  vectors: [],
};

function item(target: number, literals: readonly number[], tested: readonly number[] = []): IndexItem {
  return { phase: target % 3, target, literals, tested };
}

test("nodes are columns in their order, and residual literals are tested last where they were filed under what they require", () => {
  const flat = flattenNodes(
    [
      { dispatchers: [{ kind: 1, slot: 5, table: 0, wait: 0 }], items: [item(7, [2, 4]), item(8, [])] },
      { dispatchers: [], items: [] },
      {
        dispatchers: [
          { kind: 2, slot: 6, table: 1, wait: 3 },
          { kind: 3, slot: -1, table: 2, wait: 0 },
        ],
        items: [item(9, [1], [6, 8])],
      },
    ],
    TABLES,
  );
  expect(flat.routes).toBe(TABLES.routes);
  const columns = Object.entries(flat).flatMap(([name, column]) =>
    ArrayBuffer.isView(column) ? [[name, [...(column as Int32Array)]]] : [],
  );
  expect(Object.fromEntries(columns)).toEqual({
    nodeEntries: [0, 2, 2, 3],
    nodeDispatchers: [0, 1, 1, 3],
    kinds: [1, 2, 3],
    slots: [5, 6, -1],
    tables: [0, 1, 2],
    waits: [0, 3, 0],
    entryPhase: [1, 2, 0],
    entryTarget: [7, 8, 9],
    residualStart: [0, 2, 2, 5],
    residuals: [2, 4, 1, 6, 8],
  });
});
