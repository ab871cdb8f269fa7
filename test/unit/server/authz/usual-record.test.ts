import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mutated } from "../../../fuzz/inputs.ts";
import { readUsualSoundly, USUAL_RECORD } from "../../../fuzz/usual-record.ts";
import { check } from "../../../helpers/property.ts";

const LEAST = '"method":"GET","path":"/","ip":"192.0.2.1"';

/** Pieces of which records are put together; some make one that is none, or not the usual. */
const text = fc.constantFrom(
  '"a"',
  '""',
  '"GET"',
  '"/x"',
  '"*"',
  '"192.0.2.9"',
  '"2001:DB8::1"',
  '"b"',
  '"ä"',
  '"\\u0041"',
  "1",
);
const name = fc.constantFrom("method", "path", "ip", "host", "client", "size", "__proto__", "at", "header", "");
const field = fc.constantFrom("a", "A", "b", "__proto__", "1", "constructor", "");
const joined = (members: readonly (readonly [string, string])[]): string =>
  `{${members.map(([each, value]) => `"${each}":${value}`).join(",")}}`;
const fields = fc.array(fc.tuple(field, text), { maxLength: 4 }).map(joined);
const member = fc.oneof(fc.tuple(name, text), fc.tuple(fc.constant("headers"), fields));
const record = fc
  .array(member, { maxLength: 3 })
  .map((members) => joined(members).replace(/^\{/, members.length === 0 ? `{${LEAST}` : `{${LEAST},`));

describe("UsualRecords", () => {
  it.each([
    ["all members", USUAL_RECORD],
    ["the least", `{${LEAST}}`],
    ["blanks and the end of the line", `  { ${LEAST.replaceAll(":", " : ").replaceAll(",", " , ")} }  \n`],
    ["an address in another spelling", `{${LEAST.replace("192.0.2.1", "2001:DB8:0::1")}}`],
    ["a text without characters", `{${LEAST},"host":"","headers":{"a":"","":"x"}}`],
    ["names that objects have", `{${LEAST},"headers":{"__proto__":"1","constructor":"2","toString":"3"}}`],
    ["long texts", `{${LEAST},"host":"${"h".repeat(200)}","headers":{"cookie":"${"c".repeat(2_000)}"}}`],
  ])("reads %s", (_, usual) => {
    expect(readUsualSoundly(usual)).toBe(true);
  });

  it.each([
    ["an escape", `{${LEAST},"host":"a\\u0062"}`],
    ["a character beyond ASCII", `{${LEAST},"host":"ä"}`],
    ["a control character", `{${LEAST},"host":"a\tb"}`],
    ["a number", `{${LEAST},"size":1}`],
    ["a body", `{${LEAST},"body":{"a":"b"}}`],
    ["a member twice", `{${LEAST},"host":"a","host":"b"}`],
    ["a header twice", `{${LEAST},"headers":{"a":"1","a":"2"}}`],
    ["a header in two spellings", `{${LEAST},"headers":{"a":"1","A":"2"}}`],
    ["no headers", `{${LEAST},"headers":{}}`],
    ["a member that there is not", `{${LEAST},"hots":"a"}`],
    ["a member less", '{"method":"GET","path":"/"}'],
    ["a client that there is not", `{${LEAST},"client":"c"}`],
    ["an address that is none", `{${LEAST.replace("192.0.2.1", "192.0.2.256")}}`],
    ["a method that is none", `{${LEAST.replace("GET", "G T")}}`],
    ["a path that is none", `{${LEAST.replace("/", "x")}}`],
    ["two records", `{${LEAST}}\n{${LEAST}}`],
    ["something that follows", `{${LEAST}}x`],
    ["a comma too many", `{${LEAST},}`],
    ["half a record", `{${LEAST.slice(0, -1)}`],
    ["nothing", ""],
    ["more than there is room for", `{${LEAST},"host":"${"h".repeat(5_000)}"}`],
  ])("leaves %s to the reader of records", (_, other) => {
    expect(readUsualSoundly(other)).toBe(false);
  });

  it("reads what the reader of records reads, or leaves it", () => {
    let read = 0;
    const any = fc.oneof(record, mutated(USUAL_RECORD), record.chain(mutated));
    check(
      fc.property(any, (each) => {
        if (readUsualSoundly(each)) read++;
      }),
      { runs: 2_000 },
    );
    expect(read).toBeGreaterThan(50);
  });
});
