/** What must be kept of a request until its outcome is known: the facts that the outcome's signals and refunds read, and no others. */
import { ADDRESS_WORDS } from "../facts/address.ts";
import { Level, SlotOp, TestOp, ValueKind } from "../layout.ts";
import type { Policy } from "../policy.ts";
import { type LimitPlan, type PendingPlan, RecordPhase, SignalKind, type SignalPlan } from "../program.ts";
import { AmountKind } from "../state/charge.ts";
import type { ConditionBuilder } from "./conditions.ts";

/** Tests whose second operand is a slot too. */
function hasTwoSlots(op: number): boolean {
  return (op >= TestOp.sameNumber && op <= TestOp.inNetworkSet) || op >= TestOp.anyInSet;
}

/** Constants, and what is read of the route and the client, which every entry keeps. */
function isRestored(op: number): boolean {
  const ofRoute = op === SlotOp.routeIndex || op === SlotOp.routeName;
  return op === SlotOp.constant || ofRoute || (op >= SlotOp.clientId && op <= SlotOp.clientExpect);
}

class FactFinder {
  readonly slots = new Set<number>();
  private readonly conditions: ConditionBuilder;
  private readonly visited = new Set<number>();

  constructor(conditions: ConditionBuilder) {
    this.conditions = conditions;
  }

  visitCondition(node: number): void {
    if (this.visited.has(node)) return;
    this.visited.add(node);
    const { op, a, b } = this.conditions.tests[node]!;
    if (op === TestOp.all) for (const item of this.conditions.itemsOf(node)!) this.visitCondition(item >> 1);
    else {
      this.visitSlot(a);
      if (hasTwoSlots(op)) this.visitSlot(b);
    }
  }

  /** Follows computed slots to those that are read from the request. */
  visitSlot(slot: number): void {
    const { slots } = this.conditions;
    const op = slots.op(slot);
    const conditions = slots.conditionsOf(slot);
    for (const literal of conditions) this.visitCondition(literal >> 1);
    const operands = slots.operands(slot);
    for (const operand of operands) this.visitSlot(operand);
    const ofRequest = (slots.level(slot) & (Level.outcome | Level.served)) === 0;
    if (operands.length + conditions.length === 0 && ofRequest && !isRestored(op)) this.slots.add(slot);
  }
}

function cellsOf(kind: number): number {
  if (kind === ValueKind.ip || kind === ValueKind.network) return ADDRESS_WORDS;
  return kind === ValueKind.number || kind === ValueKind.bool ? 1 : 0;
}

/** Whether a limit's charge waits for the outcome. */
function isSettled({ amount, refund }: LimitPlan): boolean {
  return amount === AmountKind.leases || refund >= 0;
}

/** Of each route, those without a route first: 1 where one of some signals is on it. */
function awaitedOn({ signals, routes }: Policy, waiting: readonly number[]): Uint8Array {
  const isOn = (route: number): boolean => waiting.some((index) => signals[index]!.on?.includes(route) ?? true);
  return Uint8Array.from({ length: routes.length + 1 }, (_, index) => (isOn(index - 1) ? 1 : 0));
}

/** Plans the entries of the pool of pending requests. */
export function planPending(
  policy: Policy,
  signals: readonly SignalPlan[],
  limits: readonly LimitPlan[],
  conditions: ConditionBuilder,
): PendingPlan {
  const waiting = [...signals.keys()].filter((index) => signals[index]!.phase === RecordPhase.outcome);
  const finder = new FactFinder(conditions);
  for (const index of waiting) {
    const { kind, condition, value, hit } = signals[index]!;
    finder.visitCondition(condition >> 1);
    if (value >= 0) finder.visitSlot(value);
    if (kind === SignalKind.share) finder.visitCondition(hit >> 1);
  }
  const settled = [...limits.keys()].filter((index) => isSettled(limits[index]!));
  for (const index of settled) {
    const { refund } = limits[index]!;
    if (refund >= 0) finder.visitCondition(refund >> 1);
  }
  const slots = [...finder.slots].sort((a, b) => a - b);
  const cells = slots.map((slot) => cellsOf(conditions.slots.kind(slot)));
  return {
    signals: Int32Array.from(waiting),
    limits: Int32Array.from(settled),
    awaits: awaitedOn(policy, waiting),
    keys: Int32Array.from(
      new Set([...waiting.map((index) => signals[index]!.key), ...settled.map((index) => limits[index]!.key)]),
    ),
    slots: Int32Array.from(slots),
    cells: cells.reduce((sum, each) => sum + each, 0),
    values: cells.filter((each) => each === 0).length,
  };
}
