import { expect, test } from "vitest";
import { FALSE, TRUE } from "../../../../engine/compile/literals.ts";
import { SlotOp } from "../../../../engine/layout.ts";
import { SignalKind } from "../../../../engine/program.ts";
import { compiled } from "../../../helpers/compiled.ts";

/** Kind, operation of the value, whether there is a condition for hits, and the value without events. */
function planOf(aggregate: string): readonly unknown[] {
  const { signals, slots } = compiled(`route order = GET "/v1/orders/{id}"\nsignal s = ${aggregate}`);
  const { kind, value, hit, empty } = signals[0]!;
  return [kind, value < 0 ? null : slots.op[value], hit !== TRUE && hit !== FALSE, empty];
}

test.each([
  ["count per ip over 1m", [SignalKind.count, null, false, 0]],
  ["distinct(host) per ip over 1m", [SignalKind.distinct, SlotOp.host, false, 0]],
  ["sum(body.size) per ip over 1m", [SignalKind.sum, SlotOp.bodySize, false, 0]],
  ["max(body.size) per ip over 1m", [SignalKind.max, SlotOp.bodySize, false, 0]],
  ["share(method is POST) per ip over 1m", [SignalKind.share, null, true, 0]],
  ["steps(id) on order per ip over 1m", [SignalKind.steps, SlotOp.parameter, false, 0]],
  ["deviation per ip over 1m against 1h", [SignalKind.deviation, null, false, 0]],
  ["interval per ip over 1m", [SignalKind.interval, null, false, 60_000_000]],
  ["novel(ip) per host over 1h", [SignalKind.novel, SlotOp.ip, false, 0]],
  ["elapsed(order) per ip over 2m", [SignalKind.elapsed, null, false, 120_000_000]],
  ["overflow(1 per 10s burst 5) per ip over 1m", [SignalKind.overflow, null, false, 0]],
  ["overflow(1 per 10s burst 5, host) per ip over 1m", [SignalKind.overflow, SlotOp.host, false, 0]],
])("%s", (aggregate, plan) => {
  expect(planOf(aggregate)).toEqual(plan);
});
