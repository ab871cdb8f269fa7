import { expect, test } from "vitest";
import { SlotOp } from "../../../../engine/layout.ts";
import { compiled } from "../../../helpers/compiled.ts";

/** The operations of each key's parts and options. */
function spelled(text: string): number[][][] {
  const { keys, slots } = compiled(text);
  return Array.from({ length: keys.parts.length - 1 }, (_, key) =>
    Array.from({ length: keys.parts[key + 1]! - keys.parts[key]! }, (__, part) => {
      const at = keys.parts[key]! + part;
      return [...keys.slots.subarray(keys.options[at]!, keys.options[at + 1]!)].map((slot) => slots.op[slot]!);
    }),
  );
}

test("a key has its parts, and each part its options, in order", () => {
  expect(spelled("signal s = count per ip, client else ip.network over 1m")).toEqual([
    [[SlotOp.ip], [SlotOp.clientId, SlotOp.ipNetwork]],
  ]);
});

test("keys that are alike are one, and others are apart", () => {
  const text = `signal a = count per ip over 1m
signal b = count per host over 1m
signal c = count per ip over 2m
limit d per ip allow 1 per 1s
signal e = count per ip, host over 1m
signal f = count per host, ip over 1m`;
  expect(spelled(text)).toEqual([
    [[SlotOp.ip]],
    [[SlotOp.host]],
    [[SlotOp.ip], [SlotOp.host]],
    [[SlotOp.host], [SlotOp.ip]],
  ]);
  const { signals, limits } = compiled(text);
  expect([...signals.map(({ key }) => key), limits[0]!.key]).toEqual([0, 1, 0, 2, 3, 0]);
});

test("a policy without keys has none", () => {
  expect(spelled("rule r when method is POST then block")).toEqual([]);
});

test("of a key's parts those that read state are told, key by key", () => {
  const text = `signal s = count per ip over 1m
class pace = fast when s > 3, else slow
class kind = machine when method is POST, else person
limit a per ip, pace allow 1 per 1s
limit b per kind allow 1 per 1s
limit c per pace, host allow 1 per 1s`;
  const { keys, limits } = compiled(text);
  const ofState = limits.map(({ key }) => [...keys.ofState.subarray(keys.stateful[key], keys.stateful[key + 1])]);
  const partsOf = limits.map(({ key }) => keys.parts[key]!);
  const [a, , c] = partsOf.map((part) => keys.slots.subarray(keys.options[part]!, keys.options[part + 2]!));
  expect(a![1]).toBe(c![0]);
  expect(ofState).toEqual([[a![1]], [], [c![0]]]);
});
