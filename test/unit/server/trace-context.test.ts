import { describe, expect, it } from "vitest";
import { newTraceparent, readTraceparent } from "../../../server/trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

describe("readTraceparent", () => {
  it.each([
    `00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-ff`,
    `01-${TRACE}-${SPAN}-00`,
    `cc-${TRACE}-${SPAN}-01-what-comes`,
  ])("reads %s", (value) => {
    expect(readTraceparent(value)).toEqual({ trace: TRACE, parentSpan: SPAN });
  });

  // Cases of §3.2.2 and §4.3, and of the W3C's own test suite.
  it.each([
    undefined,
    "",
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-what-comes`,
    `00-${TRACE}-${SPAN}-01-`,
    `01-${TRACE}-${SPAN}-01.what`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-0x`,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE}0-${SPAN}-01`,
    `.0-${TRACE}-${SPAN}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
  ])("reads nothing from %j", (value) => {
    expect(readTraceparent(value)).toBeNull();
  });
});

describe("newTraceparent", () => {
  it("is well-formed, and another each time", () => {
    const made = Array.from({ length: 100 }, newTraceparent);
    expect(made.every((value) => readTraceparent(value) !== null)).toBe(true);
    expect(new Set(made.map((value) => readTraceparent(value)?.trace)).size).toBe(100);
  });
});
