import { describe, expect, test } from "vitest";
import { compile } from "../../../../engine/compile/compile.ts";
import { SlotOp } from "../../../../engine/layout.ts";
import { AmountKind } from "../../../../engine/state/charge.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { client } from "../../../helpers/generators-vocabulary.ts";

const MINUTE = 60_000_000;

function planOf(limit: string, ...windows: readonly (number | null)[]): readonly unknown[] {
  const clients = windows.map((perMicros, index) =>
    client(`c${index}`, { rate: perMicros === null ? null : { allow: 1, perMicros, burst: 1 } }),
  );
  const { limits, slots } = compile({ ...policyOf(`limit l per ip ${limit}`), clients });
  const { amount, rate, count, longest } = limits[0]!;
  return [amount, rate < 0 ? null : slots.op[rate], count, longest];
}

describe("a limit's plan", () => {
  test("of a rate has its slot", () => {
    expect(planOf("allow 5 per 1m")).toEqual([AmountKind.gcra, SlotOp.constant, 0, 0]);
    expect(planOf("allow client.rate ?? 5 per 1m")).toEqual([AmountKind.gcra, SlotOp.first, 0, 0]);
  });

  test("of an exact rate has the longest window that some caller can have", () => {
    expect(planOf("allow 5 per 1m exact")).toEqual([AmountKind.exact, SlotOp.constant, 0, MINUTE]);
    const own = "allow client.rate ?? 5 per 1m exact";
    expect(planOf(own)).toEqual([AmountKind.exact, SlotOp.first, 0, MINUTE]);
    expect(planOf(own, null, MINUTE / 2)).toEqual([AmountKind.exact, SlotOp.first, 0, MINUTE]);
    expect(planOf(own, null, 3 * MINUTE, 2 * MINUTE)).toEqual([AmountKind.exact, SlotOp.first, 0, 3 * MINUTE]);
  });

  test("of leases has how many there are, and how long they last", () => {
    expect(planOf("allow 32 at once")).toEqual([AmountKind.leases, null, 32, MINUTE]);
  });

  test("of a quota has its count and its unit's clock", () => {
    expect(planOf('allow 1_000 per day "Europe/Rome"')).toEqual([AmountKind.calendar, null, 1_000, 0]);
    const endOf = (text: string): number | undefined =>
      compile(policyOf(`limit l per ip ${text}`)).limits[0]!.calendar?.endOf(Date.UTC(2026, 0, 31, 22, 30) * 1_000);
    expect([endOf("allow 5 per 1m"), endOf("allow 5 at once"), endOf("allow 5 per 1m exact")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(endOf('allow 5 per month "Europe/Rome"')).toBe(Date.UTC(2026, 0, 31, 23) * 1_000);
    expect(endOf('allow 5 per hour "UTC"')).toBe(Date.UTC(2026, 0, 31, 23) * 1_000);
    expect(endOf('allow 5 per day "UTC"')).toBe(Date.UTC(2026, 1, 1) * 1_000);
  });
});
