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
