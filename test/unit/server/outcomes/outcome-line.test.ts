import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readOutcomeLine } from "../../../../server/outcomes/outcome-line.ts";
import { check } from "../../../helpers/property.ts";

const read = (entry: object): ReturnType<typeof readOutcomeLine> => readOutcomeLine(JSON.stringify(entry));

describe("a line of an access log", () => {
  it("tells the outcome under the documented names, as numbers or text", () => {
    const outcome = { status: 401, size: 120, latencyMicros: 35_000, headers: {} };
    for (const entry of [
      { decision: "a1b2-7;allow", status: 401, bytes: 120, seconds: 0.035 },
      { decision: "a1b2-7;slow;by=x", status: "401", bytes: "120", seconds: "0.035" },
      { decision: "a1b2-7", status: 401, size: 120, milliseconds: 35 },
      { resp_headers: { "X-Edge-Decision": ["a1b2-7;allow"] }, status: 401, size: 120, duration: 0.035 },
    ]) {
      expect(read(entry)).toEqual({ id: "a1b2-7", outcome });
    }
    expect(read({ decision: "a1b2-7", status: 200, bytes: "-" })).toMatchObject({
      outcome: { size: 0, latencyMicros: 0 },
    });
  });

  it("is passed over where no decision stands in it", () => {
    expect(read({ status: 200 })).toBeNull();
    expect(read({ decision: "-", status: 200 })).toBeNull();
    expect(read({ decision: "", status: 200 })).toBeNull();
    expect(read({ resp_headers: {}, status: 200 })).toBeNull();
  });

  it("tells the outcome in Traefik's log of what the service has answered", () => {
    const line = { "request_X-Edge-Decision": "a1b2-7;allow", OriginStatus: 401, DownstreamStatus: 401 };
    const outcome = { status: 401, size: 120, latencyMicros: 35_000, headers: {} };
    expect(read({ ...line, DownstreamContentSize: 120, Duration: 35_000_000 })).toEqual({ id: "a1b2-7", outcome });
    expect(read({ ...line, OriginStatus: 0, DownstreamStatus: 0 })).toMatchObject({ outcome: { status: 499 } });
    // Of a refusal the request still has the header that its caller wrote.
    const { OriginStatus: _, ...refused } = line;
    expect(read(refused)).toBeNull();
    expect(read({ ...line, "downstream_X-Edge-Decision": "c3d4-8;block" })).toMatchObject({ id: "c3d4-8" });
  });

  it("does not believe what a caller writes among its headers", () => {
    expect(read({ request: { headers: { "X-Edge-Decision": ["a1b2-7"] } }, status: 200 })).toBeNull();
  });

  it.each([
    ["text", "127.0.0.1 - - [x]"],
    ["null", "null"],
    ["a status that is none", '{"decision":"a1b2-7","status":99}'],
    ["no status", '{"decision":"a1b2-7"}'],
    ["a negative size", '{"decision":"a1b2-7","status":200,"bytes":-1}'],
    ["an endless time", '{"decision":"a1b2-7","status":200,"seconds":1e300}'],
  ])("says what is wrong with %s", (_, line) => {
    expect(readOutcomeLine(line)).toBeTypeOf("string");
  });

  it("never throws", () => {
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .dictionary(fc.constantFrom("decision", "status", "bytes", "seconds"), fc.jsonValue())
        .map((entry) => JSON.stringify(entry)),
    );
    check(
      fc.property(line, (text) => void readOutcomeLine(text)),
      { runs: 1_000 },
    );
  });
});
