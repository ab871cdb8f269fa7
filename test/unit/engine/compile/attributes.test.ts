/** How attributes are read: each by an operation of its own, as its type says, and after what it is of. */
import { expect, test } from "vitest";
import { ATTRIBUTES } from "../../../../engine/compile/attributes.ts";
import { Level, SlotOp, ValueKind } from "../../../../engine/layout.ts";

/** Two names of one value. */
const ALIASES = [["client", "client.id"]];

test("no two attributes are read by one operation, but for names of the same", () => {
  const byOp = Map.groupBy(Object.entries(ATTRIBUTES), ([, { op }]) => op);
  const shared = [...byOp.values()].filter((each) => each.length > 1);
  expect(shared.map((each) => each.map(([name]) => name))).toEqual(ALIASES);
  const known = new Set<number>(Object.values(SlotOp));
  expect([...byOp.keys()].filter((op) => !known.has(op))).toEqual([]);
});

test("those of an answer are of the outcome, whether there was one is of what was served, and all others of the request", () => {
  const levels = Object.entries(ATTRIBUTES).map(([name, { level }]) => [name, level]);
  const expected = Object.keys(ATTRIBUTES).map((name) => {
    if (name === "served") return [name, Level.served];
    return [name, name.startsWith("response.") ? Level.outcome : 0];
  });
  expect(levels).toEqual(expected);
  expect([Level.outcome, Level.served].includes(0 as never)).toBe(false);
});

test.each([
  ["path.ambiguous", SlotOp.ambiguous, ValueKind.bool],
  ["query.count", SlotOp.queryCount, ValueKind.number],
  ["ip", SlotOp.ip, ValueKind.ip],
  ["ip.network", SlotOp.ipNetwork, ValueKind.network],
  ["client.tags", SlotOp.clientTags, ValueKind.set],
  ["client.rate", SlotOp.clientRate, ValueKind.rate],
  ["client.expires", SlotOp.clientExpires, ValueKind.number],
  ["header", SlotOp.header, ValueKind.text],
  ["response.header", SlotOp.responseHeader, ValueKind.text],
  ["response.latency", SlotOp.responseLatency, ValueKind.number],
  ["served", SlotOp.served, ValueKind.bool],
] as const)("%s", (name, op, kind) => {
  expect(ATTRIBUTES[name]).toMatchObject({ op, kind });
});
