import fc from "fast-check";
import { expect, test } from "vitest";
import { needsLog, rateAxis, rateUnit, timeAxis } from "../../../../../simulator/html-report/plot/scales.ts";
import { check } from "../../../../helpers/property.ts";

const MINUTE = 60_000_000;

const labels = (axis: { readonly ticks: readonly { readonly label: string }[] }): readonly string[] =>
  axis.ticks.map(({ label }) => label);

test("a rate is said per the shortest unit in which it is at least one", () => {
  expect(rateUnit(8).name).toBe("s");
  expect(rateUnit(1 / 30).name).toBe("min");
  expect(rateUnit(1 / 100).name).toBe("h");
  expect(rateUnit(1 / 86_400).name).toBe("h");
  expect(rateUnit(0).name).toBe("s");
});

test("the scale is logarithmic only where a linear one would hide the lowest rate", () => {
  expect([needsLog(0.1, 10), needsLog(1, 10), needsLog(0, 10)]).toEqual([true, false, false]);
  expect(labels(rateAxis(10, null, [100, 0]))).toEqual(["0", "2", "4", "6", "8", "10"]);
  expect(labels(rateAxis(200, 0.02, [100, 0]))).toEqual(["0", "0.1", "1", "10", "100", "200"]);
  expect(labels(rateAxis(2_000_000, 0.02, [100, 0]))).toEqual(["0", "1", "100", "10k", "1M", "2M"]);
});

test("time is labelled in steps that people count in", () => {
  expect(labels(timeAxis(30 * MINUTE, 8, [0, 700]))).toEqual(["0", "5m", "10m", "15m", "20m", "25m", "30m"]);
  expect(labels(timeAxis(30 * MINUTE, 4, [0, 300]))).toEqual(["0", "10m", "20m", "30m"]);
  expect(labels(timeAxis(90 * 1_000_000, 8, [0, 700]))).toEqual(["0", "15s", "30s", "45s", "1m", "1m15", "1m30"]);
  expect(labels(timeAxis(3 * 24 * 60 * MINUTE, 8, [0, 700]))).toEqual(["0", "12h", "24h", "36h", "48h", "60h", "72h"]);
  expect(labels(timeAxis(21 * 24 * 60 * MINUTE, 4, [0, 300]))).toEqual(["0", "7d", "14d", "21d"]);
});

test("axes stay in their range, go one way, and have few labels, whatever is measured", () => {
  const most = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
  check(
    fc.property(most, fc.double({ min: 1e-9, max: 1, noNaN: true }), fc.boolean(), (top, part, log) => {
      const axis = rateAxis(top, log ? top * part : null, [150, 20]);
      const places = axis.ticks.map(({ value }) => axis.at(value));
      expect(places.length).toBeGreaterThan(0);
      expect(places.length).toBeLessThanOrEqual(11);
      expect([...places].sort((a, b) => b - a)).toEqual(places);
      expect(axis.at(0)).toBeCloseTo(150, 6);
      for (const place of [...places, axis.at(top)]) {
        expect(place).toBeGreaterThanOrEqual(19.99);
        expect(place).toBeLessThanOrEqual(150.01);
      }
    }),
  );
});

test("time axes have no more steps than asked for, however long the run", () => {
  check(
    fc.property(fc.integer({ min: 1_000, max: 365 * 24 * 60 * MINUTE }), fc.constantFrom(4, 8), (run, most) => {
      const { ticks } = timeAxis(run, most, [0, 700]);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      expect(ticks[0]?.label).toBe("0");
      expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
    }),
  );
});
