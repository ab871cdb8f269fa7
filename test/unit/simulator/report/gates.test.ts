import { expect, test } from "vitest";
import type { GateResult } from "../../../../simulator/index.ts";
import { comparison } from "../../../../simulator/report/gates.ts";

function gate(fields: Partial<GateResult>): GateResult {
  return {
    ...{ text: "", subject: "a", metric: "admitted", unit: "percent", op: "<", value: 2, held: true, advisory: false },
    ...{ measured: 0, bound: 0, worst: { seed: 1, value: 0 }, never: 0, silent: 0 },
    ...fields,
  };
}

test.each<[string, Partial<GateResult>]>([
  ["0 % < 0.1 %", { value: 0.1 }],
  ["2 %, not < 2 %", { bound: 2, held: false }],
  ["2 % <= 2 %", { bound: 2, op: "<=" }],
  ["2.0004 %, not < 2 %", { bound: 2.0004, held: false }],
  ["1.9996 % < 2 %", { bound: 1.9996 }],
  ["30 s, not < 1.5 s", { unit: "duration", bound: 30e6, value: 1.5e6, held: false }],
  ["1.9975 < 2", { unit: "count", bound: 1.9975 }],
  ["2.0025, not <= 2", { unit: "count", op: "<=", bound: 2.0025, held: false }],
  ["14 < 20", { unit: "count", bound: 14, value: 20 }],
  ["every seed = 0", { unit: "count", op: "==", value: 0, bound: null }],
  ["not every seed = 0", { unit: "count", op: "==", value: 0, bound: null, held: false }],
  ["never in 2 seeds", { never: 2, bound: null, held: false }],
  ["no request in 1 seed", { silent: 1, held: false }],
])("%s", (text, fields) => {
  expect(comparison(gate(fields))).toBe(text);
});
