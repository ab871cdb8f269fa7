/** How much a limit allows, as the compiled form has it. */
import { type Amount, type Expr, LEASE_MICROS, type Policy, type Rate } from "../policy.ts";
import type { LimitPlan } from "../program.ts";
import { CalendarClock } from "../state/calendar-clock.ts";
import { AmountKind } from "../state/charge.ts";
import type { ConditionBuilder } from "./conditions.ts";

type AmountPlan = Pick<LimitPlan, "amount" | "rate" | "count" | "longest" | "calendar">;

/** The part of a limit's plan that its amount decides. */
export function planAmount(amount: Amount, { clients }: Policy, conditions: ConditionBuilder): AmountPlan {
  const plan: AmountPlan = { amount: AmountKind[amount.kind], rate: -1, count: 0, longest: 0, calendar: null };
  switch (amount.kind) {
    case "gcra":
      return { ...plan, rate: conditions.slots.value(amount.rate, conditions) };
    case "exact":
      return {
        ...plan,
        rate: conditions.slots.value(amount.rate, conditions),
        longest: longestWindow(amount.rate, clients),
      };
    case "calendar":
      return { ...plan, count: amount.count, calendar: new CalendarClock(amount.unit, amount.zone) };
    case "leases":
      return { ...plan, count: amount.count, longest: LEASE_MICROS };
  }
}

/** The longest window of the rates that an expression can have. */
function longestWindow(rate: Expr, clients: Policy["clients"]): number {
  if (rate.kind === "literal") return (rate.value as Rate).perMicros;
  if (rate.kind === "default") return Math.max(...rate.options.map((option) => longestWindow(option, clients)));
  let longest = 0;
  for (const client of clients) longest = Math.max(longest, client.rate?.perMicros ?? 0);
  return longest;
}
