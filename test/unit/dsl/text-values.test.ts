/** Values as plain text. */
import { describe, expect, test } from "vitest";
import { readDuration, readNetwork, readSize, readTime, readValue } from "../../../dsl/text-values.ts";

describe("plain text", () => {
  test.for([
    ["250ms", 250_000],
    ["7d", 604_800_000_000],
    ["1_000s", 1_000_000_000],
    ["1.5s", null],
    ["10", null],
    ["999999999d", null],
  ] as const)("reads the duration %s", ([text, micros]) => {
    expect(readDuration(text)).toBe(micros);
  });

  test("reads sizes in powers of 1024", () => {
    expect([readSize("512B"), readSize("64KB"), readSize("1GB"), readSize("1kb")]).toEqual([
      512,
      65_536,
      1_073_741_824,
      null,
    ]);
  });

  test.for([
    ["2026-01-01", 1_767_225_600_000_000],
    ["2026-01-01T00:00:00Z", 1_767_225_600_000_000],
    ["2026-01-01T01:30:00.5+01:30", 1_767_225_600_500_000],
    ["2026-01-01T00:00:00.123456789Z", 1_767_225_600_123_456],
    ["2028-02-29", 1_835_395_200_000_000],
    ["2026-01-01t00:00:00z", 1_767_225_600_000_000],
    ["2254-12-31T23:59:59Z", 8_993_721_599_000_000],
  ] as const)("reads the time %s", ([text, micros]) => {
    expect(readTime(text)).toEqual({ ok: true, value: micros });
  });

  test.for([
    ["2027-02-29", "is not a time"],
    ["2026-13-01", "is not a time"],
    ["2026-01-01T24:00:00Z", "is not a time"],
    ["2026-01-01T00:00:00", "is not a time"],
    ["2026-01-01T00:00:00+24:00", "is not a time"],
    ["2256-01-01", "is out of range"],
    ["9999-12-31", "is out of range"],
    ["0050-01-01", "is out of range"],
    ["2026-12-31T23:59:60Z", "is in a leap second, which the clock does not have"],
  ] as const)("refuses the time %s, because it %s", ([text, problem]) => {
    expect(readTime(text)).toMatchObject({ ok: false, message: `\`${text}\` ${problem}` });
    expect(readValue(text, "time", (path) => path)).toEqual(readTime(text));
  });

  test("reads networks, addresses as networks of one, and refuses host bits with the fix", () => {
    expect(readNetwork("10.0.0.0/8")).toEqual({ ok: true, value: "10.0.0.0/8" });
    expect(readNetwork("203.0.113.9")).toEqual({ ok: true, value: "203.0.113.9/32" });
    expect(readNetwork("2001:DB8::1")).toEqual({ ok: true, value: "2001:db8::1/128" });
    expect(readNetwork("10.1.2.3/8")).toMatchObject({ ok: false, help: "write `10.0.0.0/8`" });
  });

  test("reads every type that a list can have", () => {
    const value = (text: string, type: Parameters<typeof readValue>[1]): unknown => {
      const reading = readValue(text, type, (path) => path);
      return reading.ok ? reading.value : null;
    };
    expect(value("true", "bool")).toBe(true);
    expect(value("yes", "bool")).toBeNull();
    expect(value("-1_000", "int")).toBe(-1000);
    expect(value("1.5", "int")).toBeNull();
    expect(value("1.5", "number")).toBe(1.5);
    expect(value("99999999999999999", "int")).toBeNull();
    expect(value("12.5%", "percent")).toBe(12.5);
    expect(value("12.5", "percent")).toBeNull();
    expect(value("::ffff:203.0.113.9", "ip")).toBe("203.0.113.9");
    expect(value("/x", "path")).toBe("/x");
    expect(value("# literal", "string")).toBe("# literal");
  });
});
