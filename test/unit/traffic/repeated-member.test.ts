import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { repeatedMember } from "../../../traffic/repeated-member.ts";

describe("a member that is there twice", () => {
  it.each([
    ['{"a":1,"a":2}', "a"],
    ['{"a" : 1 ,\n"a"\t: 2}', "a"],
    ['[{"b":{"c":[{"d":1,"d":1}]}}]', "d"],
    ['{"a\\"":1,"a\\u0022":2}', 'a"'],
    ['{"\\\\":1,"x":"\\\\","\\\\":2}', "\\"],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    [`{${Array.from({ length: 40 }, (_, n) => `"${n}":0`).join()},"39":0}`, "39"],
  ])("is found in %s", (json, name) => {
    JSON.parse(json);
    expect(repeatedMember(json)).toBe(name);
  });

  it.each(['{"a":{"a":{"a":"a"}},"b":["a","a",{"a":1},{"a":1}]}', '{"a":"\\",\\"a\\":","b":"}{"}', '"a"', "[[],[]]"])(
    "is not seen in %s",
    (json) => {
      JSON.parse(json);
      expect(repeatedMember(json)).toBeNull();
    },
  );

  it("is in no text that JSON.stringify writes", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat({ max: 2 }), (value, space) => {
        expect(repeatedMember(JSON.stringify(value, null, space))).toBeNull();
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("does not matter in what is not looked into, nor only there", () => {
    const unread = new Set(["body"]);
    expect(repeatedMember('{"body":{"b":1,"b":[{"c":1,"c":2}]},"b":1}', unread)).toBeNull();
    expect(repeatedMember('{"body":{"b":1},"x":{"q":1,"q":1}}', unread)).toBe("q");
    expect(repeatedMember('{"x":{"body":{"b":1,"b":1}}}', unread)).toBe("b");
    expect(repeatedMember('{"body":[],"body":[]}', unread)).toBe("body");
  });
});
