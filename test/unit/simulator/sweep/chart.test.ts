import { expect, test } from "vitest";
import { drawCurves } from "../../../../simulator/sweep/chart.ts";

test("draws each curve over the same columns, marks one, and shows the least there is", () => {
  const lines = drawCurves(
    [
      { title: "abuse", values: [0, 0.1, 20, 40, null], format: (value) => `${value} %` },
      { title: "harm", values: [0, 0, 0, 0, 0], format: (value) => `${value} %` },
    ],
    ["1", "10", "100", "1000", "0"],
    2,
  );
  expect(lines).toEqual([
    "abuse",
    "40 %┤                  ██",
    "    ┤                  ██",
    "    ┤             ▄▄   ██",
    "    ┤             ██   ██",
    "   0┤        ▁▁   ██   ██    ×",
    "",
    "harm",
    " 0 %┤",
    "    ┤",
    "    ┤",
    "    ┤",
    "   0┤",
    "         1   10  100 1000    0",
    "                   ▲",
  ]);
});
