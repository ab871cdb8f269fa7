import { expect, test } from "vitest";
import type { Signal } from "../../../../engine/index.ts";
import { Arena } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { CountTable } from "../../../../engine/state/counts.ts";
import { DeviationTable } from "../../../../engine/state/deviations.ts";
import { DistinctTable } from "../../../../engine/state/distinct.ts";
import { ElapsedTable } from "../../../../engine/state/elapsed.ts";
import { IntervalTable } from "../../../../engine/state/intervals.ts";
import { NovelTable } from "../../../../engine/state/novelty.ts";
import { OverflowTable } from "../../../../engine/state/overflows.ts";
import { ShareTable, StepsTable } from "../../../../engine/state/shares.ts";
import { makeSignalTable, type SignalTable } from "../../../../engine/state/signal-table.ts";
import { MaxTable, SumTable } from "../../../../engine/state/sums.ts";
import { attributeOf, makeSignal } from "../../../helpers/policies.ts";

const SIZE = attributeOf("int", "body.size");
const RATE = { allow: 1, perMicros: 1_000, burst: 1 };

const CASES: readonly (readonly [Signal["aggregate"], new (...args: never[]) => SignalTable])[] = [
  [{ kind: "count" }, CountTable],
  [{ kind: "distinct", value: SIZE }, DistinctTable],
  [{ kind: "sum", value: SIZE }, SumTable],
  [{ kind: "max", value: SIZE }, MaxTable],
  [{ kind: "share", when: SIZE }, ShareTable],
  [{ kind: "steps", value: SIZE }, StepsTable],
  [{ kind: "interval", latest: 33 }, IntervalTable],
  [{ kind: "novel", value: SIZE }, NovelTable],
  [{ kind: "elapsed", routes: [0] }, ElapsedTable],
  [{ kind: "deviation", againstMicros: 32_000 }, DeviationTable],
  [{ kind: "overflow", rate: RATE, value: null }, OverflowTable],
];

test.each(CASES)("a signal of %j has its table, and finds it again", (aggregate, kind) => {
  const arena = new Arena(20);
  const head = new Catalogue(arena, 0).use("signal");
  const signal = makeSignal("s", 16_000, { aggregate });
  expect(makeSignalTable(signal, arena, head)).toBeInstanceOf(kind);
  const used = arena.inUse;
  expect(makeSignalTable(signal, arena, head).head).toBe(head);
  expect(arena.inUse).toBe(used);
});
