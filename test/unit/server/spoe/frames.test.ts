import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ackFrame, FRAME, helloFrame, readFrame, readMessages, readPairs } from "../../../../server/spoe/frames.ts";
import { SpoeFault, SpoeReader, SpoeWriter } from "../../../../server/spoe/values.ts";
import { check } from "../../../helpers/property.ts";

describe("values", () => {
  it.each([
    [0, "00"],
    [239, "ef"],
    [240, "f000"],
    [2287, "ff7f"],
    [2288, "f08000"],
    [264_431, "ffff7f"],
    [264_432, "f0808000"],
  ])("writes %d as in HAProxy's table of variable-length integers", (value, hex) => {
    expect(new SpoeWriter().varint(value).finish().toString("hex")).toBe(hex);
  });

  it("reads the integers and texts that it wrote", () => {
    const written = fc.tuple(fc.maxSafeNat(), fc.string({ unit: "binary", maxLength: 300 }));
    check(
      fc.property(written, ([number, text]) => {
        const reader = new SpoeReader(new SpoeWriter().varint(number).text(text).finish());
        expect(reader.varint()).toBe(number);
        expect(reader.bytes().toString("utf8")).toBe(Buffer.from(text).toString("utf8"));
        expect(reader.isAtEnd).toBe(true);
      }),
    );
  });

  it.each([
    ["00", null],
    ["01", false],
    ["11", true],
    ["03f000", 240],
    ["06cb007109", "203.0.113.9"],
    ["0720010db8000000000000000000000001", "2001:db8::1"],
    ["0700000000000000000000ffffcb007109", "203.0.113.9"],
    ["08026869", "hi"],
  ])("reads the typed value %s", (hex, value) => {
    expect(new SpoeReader(Buffer.from(hex, "hex")).value()).toEqual(value);
  });

  it.each(["03", "03f0", "06cb0071", "0805ab", "0a", `03${"ff".repeat(11)}`])("refuses the value %s", (hex) => {
    expect(() => new SpoeReader(Buffer.from(hex, "hex")).value()).toThrow(SpoeFault);
  });
});

describe("frames", () => {
  it("say what was agreed, with their length in front", () => {
    const frame = helloFrame(16_380);
    expect(frame.readUInt32BE(0)).toBe(frame.length - 4);
    const { type, body } = readFrame(frame.subarray(4));
    expect(type).toBe(FRAME.agentHello);
    expect(Object.fromEntries(readPairs(body))).toEqual({
      version: "2.0",
      "max-frame-size": 16_380,
      capabilities: "pipelining",
    });
  });

  it("set variables of the transaction", () => {
    const frame = ackFrame(7, 300, [
      ["verdict", "allow"],
      ["status", 200],
    ]);
    const { type, stream, id, body } = readFrame(frame.subarray(4));
    expect({ type, stream, id }).toEqual({ type: FRAME.ack, stream: 7, id: 300 });
    const actions = [];
    while (!body.isAtEnd) actions.push([body.byte(), body.byte(), body.byte(), body.text(), body.value()]);
    expect(actions).toEqual([
      [1, 3, 2, "verdict", "allow"],
      [1, 3, 2, "status", 200],
    ]);
  });

  it("are refused in fragments and with too many messages", () => {
    expect(() => readFrame(Buffer.from([3, 0, 0, 0, 0, 1, 1]))).toThrow("fragmented");
    const many = new SpoeWriter();
    for (let index = 0; index < 17; index++) many.text("m").byte(0);
    expect(() => readMessages(new SpoeReader(many.finish()))).toThrow("more than 16");
  });

  it("are read or refused, whatever the bytes", () => {
    check(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const { body } = readFrame(Buffer.from(bytes));
          readMessages(body);
        } catch (fault) {
          expect(fault).toBeInstanceOf(SpoeFault);
        }
      }),
      { runs: 2_000 },
    );
  });
});
