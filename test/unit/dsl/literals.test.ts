import { describe, expect, it } from "vitest";
import {
  expectKind,
  readAddress,
  readQuantity,
  readString,
  readTime,
  readTimeOfDay,
  type Reporter,
} from "../../../dsl/literals.ts";

const span = { file: 0, start: 0, end: 5 };

/** A reporter with what it was told, as `CODE message; help`. */
function recorder(): { report: Reporter; told: string[] } {
  const told: string[] = [];
  return { told, report: { error: (code, message, _span, help = "") => told.push(`${code} ${message}; ${help}`) } };
}

function quantity(raw: string): unknown {
  const { report, told } = recorder();
  const { kind, value } = readQuantity(raw, span, report);
  return told.length === 0 ? [kind, value] : told;
}

describe("numbers", () => {
  it("carry their unit in their value", () => {
    expect(
      ["10", "1_000", "0.5", "20%", "0.5%", "250ms", "10s", "5m", "2h", "7d", "512B", "64KB", "1MB", "1GB"].map(
        quantity,
      ),
    ).toEqual([
      ["int", 10],
      ["int", 1000],
      ["decimal", 0.5],
      ["percent", 20],
      ["percent", 0.5],
      ["duration", 250_000],
      ["duration", 10_000_000],
      ["duration", 300_000_000],
      ["duration", 7_200_000_000],
      ["duration", 604_800_000_000],
      ["size", 512],
      ["size", 65_536],
      ["size", 1_048_576],
      ["size", 1_073_741_824],
    ]);
  });

  it("lie within 2^53, exactly", () => {
    expect(quantity("9007199254740992")).toEqual(["int", 2 ** 53]);
    expect(quantity("9007199254740993")).toEqual([
      "EP1104 `9007199254740993` is out of range; numbers lie within ±2^53",
    ]);
    expect(quantity("999999999d")).toEqual([expect.stringContaining("EP1104")]);
  });

  it("say what was meant by a unit that is none", () => {
    expect(quantity("10sec")).toEqual(["EP1106 `sec` is not a unit; write `10s`"]);
    expect(quantity("64kb")).toEqual(["EP1106 `kb` is not a unit; write `64KB`"]);
    expect(quantity("5constructor")).toEqual([expect.stringContaining("EP1106")]);
  });

  it("are refused where they are none", () => {
    for (const raw of ["1__0", "1_", "0x10", "1.5_", "10%%"])
      expect(quantity(raw)).toEqual([expect.stringMatching(/^EP110[36]/)]);
  });
});

describe("the kind that a clause takes", () => {
  it("needs a unit, and goes on with a likely one", () => {
    const { report, told } = recorder();
    const read = expectKind(readQuantity("600", span, report), ["duration"], report);
    expect(told).toEqual(["EP1105 `600` has no unit: a duration stands here; write `600s` or `600m`"]);
    expect(read).toMatchObject({ kind: "duration", value: 600_000_000 });
  });

  it("refuses another unit", () => {
    const { report, told } = recorder();
    expectKind(readQuantity("10%", span, report), ["duration"], report);
    expect(told).toEqual(["EP1107 expected a duration, found `10%`; write it like `10m`"]);
  });

  it("takes any of several", () => {
    const { report, told } = recorder();
    expectKind(readQuantity("10KB", span, report), ["int", "size"], report);
    expect(told).toEqual([]);
  });
});

describe("strings", () => {
  function string(raw: string): unknown {
    const { report, told } = recorder();
    const value = readString(raw, span, report);
    return told.length === 0 ? value : told;
  }

  it("resolve their escapes", () => {
    expect(string('"a\\"b\\\\c\\nd\\te\\u{e9}\\u{1F600}"')).toBe('a"b\\c\nd\teé😀');
  });

  it("know no other escape", () => {
    for (const raw of ['"\\q"', '"\\u{110000}"', '"\\u{d800}"', '"\\u{}"', '"\\u0041"']) {
      expect(string(raw)).toEqual([expect.stringContaining("EP1102")]);
    }
  });

  it("are closed by a quote that is not escaped", () => {
    expect(string('"a\\\\"')).toBe("a\\");
    for (const raw of ['"', '"a', '"a\\"']) expect(string(raw)).toEqual([expect.stringContaining("EP1101")]);
  });
});

describe("addresses", () => {
  it("are canonical, mapped IPv4 being IPv4", () => {
    const { report, told } = recorder();
    const read = [
      "203.0.113.9",
      "::FFFF:1.2.3.4",
      "2001:DB8:0::1",
      "10.0.0.0/8",
      "2001:db8::/32",
      "::ffff:10.0.0.0/104",
    ].map((raw) => readAddress(raw, span, report));
    expect(read.map(({ type, value }) => `${type} ${value}`)).toEqual([
      "ip 203.0.113.9",
      "ip 1.2.3.4",
      "ip 2001:db8::1",
      "network 10.0.0.0/8",
      "network 2001:db8::/32",
      "network 10.0.0.0/8",
    ]);
    expect(told).toEqual([]);
  });

  it("with host bits are an error with the network as its fix", () => {
    const fixes: unknown[] = [];
    const report: Reporter = { error: (code, _message, _span, _help, fix) => fixes.push([code, fix?.text]) };
    for (const raw of ["10.1.2.3/8", "2001:db8:40::1/48"]) readAddress(raw, span, report);
    expect(fixes).toEqual([
      ["EP1109", "10.0.0.0/8"],
      ["EP1109", "2001:db8:40::/48"],
    ]);
  });

  it("are refused where they are none", () => {
    for (const raw of ["300.1.1.1", "1.2.3", "1::2::3", "10.0.0.0/33", "::/129", "10.0.0.0/", "01.2.3.4"]) {
      const { report, told } = recorder();
      readAddress(raw, span, report);
      expect([raw, told]).toEqual([raw, [expect.stringContaining("EP1108")]]);
    }
  });
});

describe("times", () => {
  it("lie within what microseconds can count", () => {
    for (const raw of ["9999-12-31", "2256-01-01", "1684-01-01", "0050-01-01"]) {
      const { report, told } = recorder();
      readTime(raw, span, report);
      expect([raw, told]).toEqual([raw, [expect.stringContaining("out of range")]]);
    }
    const { report, told } = recorder();
    for (const raw of ["1685-01-01", "2254-12-31T23:59:59.999999+23:59"]) readTime(raw, span, report);
    expect(told).toEqual([]);
  });

  it("have no leap second, and the message shows the second after it", () => {
    for (const raw of ["2026-12-31T23:59:60Z", "2027-01-01T00:59:60.5+01:00"]) {
      const { report, told } = recorder();
      readTime(raw, span, report);
      const problem = "is in a leap second, which the clock does not have; write `2027-01-01T00:00:00Z`";
      expect(told).toEqual([`EP1110 \`${raw}\` ${problem}`]);
    }
  });

  it("are microseconds since 1970", () => {
    const { report, told } = recorder();
    const read = ["1970-01-02", "2027-01-31T08:00:00Z", "2027-01-31T10:00:00+02:00", "1970-01-01T00:00:00.000001Z"].map(
      (raw) => readTime(raw, span, report).value,
    );
    expect(read).toEqual([86_400_000_000, 1_801_382_400_000_000, 1_801_382_400_000_000, 1]);
    expect(told).toEqual([]);
  });

  it("exist", () => {
    for (const raw of [
      "2027-02-29",
      "2027-13-01",
      "2027-00-10",
      "2027-01-01T24:00:00Z",
      "2027-01-01T00:00:00",
      "2027-01-01T00:60:00Z",
      "2027-01-01T00:00:00+24:00",
      "2027-01-01T00:00:00-01:60",
    ]) {
      const { report, told } = recorder();
      readTime(raw, span, report);
      expect([raw, told]).toEqual([raw, [expect.stringContaining("EP1110")]]);
    }
  });

  it("of the day end at midnight", () => {
    const { report, told } = recorder();
    expect([readTimeOfDay("02:30", span, report).value, readTimeOfDay("24:00", span, report).value]).toEqual([
      9_000_000_000, 86_400_000_000,
    ]);
    readTimeOfDay("24:01", span, report);
    readTimeOfDay("12:60", span, report);
    expect(told).toEqual([expect.stringContaining("EP1110"), expect.stringContaining("EP1110")]);
  });
});
