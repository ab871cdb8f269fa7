import { expect, test } from "vitest";
import { Rollout } from "../../../../engine/program.ts";
import { SlotOp } from "../../../../engine/layout.ts";
import { compiled } from "../../../helpers/compiled.ts";

const TEXT = `rule a when method is POST then block
limit l per ip allow 1 per 1s
rule b when method is PUT then block
rule c when method is GET then block
limit m per ip allow 2 per 1s
rule d when method is HEAD then block
rollout {
  a shadow until 2027-01-01
  b canary 12.5% per client else ip replaces a
  c off
  m canary 1% per ip replaces l until 2027-02-01
}`;

test("each declaration has its mode, its end and its place among all", () => {
  const { rules, limits } = compiled(TEXT);
  expect(rules.map(({ rollout }) => [rollout.name, rollout.mode, rollout.untilMicros, rollout.place])).toEqual([
    ["a", Rollout.shadow, Date.UTC(2027, 0, 1) * 1_000, 0],
    ["b", Rollout.canary, Infinity, 2],
    ["c", Rollout.off, Infinity, 3],
    ["d", Rollout.on, Infinity, 5],
  ]);
  expect(limits.map(({ rollout }) => [rollout.name, rollout.mode, rollout.untilMicros, rollout.place])).toEqual([
    ["l", Rollout.on, Infinity, 1],
    ["m", Rollout.canary, Date.UTC(2027, 1, 1) * 1_000, 4],
  ]);
});

test("a canary has its bound out of ten thousand and the slots of its key, and nothing else has", () => {
  const { rules, limits, slots } = compiled(TEXT);
  const canaries = [...rules, ...limits].map(({ rollout: { bound, options } }) => [
    bound,
    options.map((slot) => slots.op[slot]),
  ]);
  expect(canaries).toEqual([
    [0, []],
    [1_250, [SlotOp.clientId, SlotOp.ip]],
    [0, []],
    [0, []],
    [0, []],
    [100, [SlotOp.ip]],
  ]);
});

test("a canary stands with what it replaces, rules among rules and limits among limits", () => {
  const { rules, limits } = compiled(TEXT);
  expect(rules.map(({ rollout }) => rollout.replacedBy)).toEqual([[rules[1]!.rollout], [], [], []]);
  expect(limits.map(({ rollout }) => rollout.replacedBy)).toEqual([[limits[1]!.rollout], []]);
});
