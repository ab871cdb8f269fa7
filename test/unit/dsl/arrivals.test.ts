import fc from "fast-check";
import { expect, test } from "vitest";
import { readArrivals } from "../../../dsl/arrivals.ts";
import { check } from "../../helpers/property.ts";

test("reads the times that lines begin with, from the first on", () => {
  const text = "TIMESTAMP,Tokens\n2023-11-16 18:17:03.9799600,4808\n\n# late\r\n2023-11-16 18:17:04.0319605,31\r\n";
  expect(readArrivals(text)).toEqual({ ok: true, arrivals: [0, 52_000] });
});

test("a time has a zone or is UTC, whatever its form", () => {
  const text = '2026-01-01T01:00:00+01:00\n2026-01-01T00:00:00.5Z\n{"at":"2026-01-01T00:00:01Z","path":"/"}';
  expect(readArrivals(text)).toEqual({ ok: true, arrivals: [0, 500_000, 1_000_000] });
  expect(readArrivals("7\n7\n8.25,x")).toEqual({ ok: true, arrivals: [0, 0, 1_250_000] });
  expect(readArrivals('{"at":1500}\n{"at":1501.5}')).toEqual({ ok: true, arrivals: [0, 1_500] });
});

test("says which line is wrong, and why", () => {
  expect(readArrivals("5\n6\nseven\n8")).toMatchObject({
    ok: false,
    start: 4,
    end: 9,
    message: expect.stringContaining("does not begin"),
  });
  expect(readArrivals("6\n5")).toMatchObject({
    ok: false,
    start: 2,
    end: 3,
    message: expect.stringContaining("before the one above"),
  });
  expect(readArrivals('1\n{"at":')).toMatchObject({
    ok: false,
    start: 2,
    message: expect.stringContaining("no JSON object whose `at` is a time"),
  });
  expect(readArrivals("time\n")).toMatchObject({ ok: false, message: expect.stringContaining("holds no arrival") });
  expect(readArrivals("")).toMatchObject({ ok: false, message: expect.stringContaining("holds no arrival") });
});

test("an object on the first line is an arrival, and no heading", () => {
  expect(readArrivals('{"at":1767225600000}\n{"at":1767225600250.5}')).toEqual({ ok: true, arrivals: [0, 250_500] });
  for (const first of ['{"time":5}', '{"at":null}', '{"at":-1}', '{"at":1e300}'])
    expect(readArrivals(`${first}\n6`)).toMatchObject({ ok: false, start: 0, end: first.length });
});

test("what is written as seconds is read back, to the microsecond", () => {
  check(
    fc.property(fc.array(fc.integer({ min: 0, max: 10 ** 12 }), { minLength: 1 }), (times) => {
      const sorted = times.toSorted((a, b) => a - b);
      const text = sorted.map((micros) => (micros / 1e6).toFixed(6)).join("\n");
      expect(readArrivals(text)).toEqual({ ok: true, arrivals: sorted.map((micros) => micros - (sorted[0] ?? 0)) });
    }),
  );
});

test("a time ends at a comma, a semicolon or a blank, and nowhere else", () => {
  const text = "2026-03-04 09:00:00 GET /\n2026-03-04T09:00:01.5Z\t200\n2026-03-04T09:00:02Z;x";
  expect(readArrivals(text)).toEqual({ ok: true, arrivals: [0, 1_500_000, 2_000_000] });
  expect(readArrivals("7 a\n8.5 b")).toEqual({ ok: true, arrivals: [0, 1_500_000] });
  for (const line of ["7a", "2026-03-04T09:00:02ZZ", "10.0.0.1 7"])
    expect(readArrivals(`1\n${line}`)).toMatchObject({ ok: false, start: 2 });
});
