import { describe, expect, it } from "vitest";
import { parseBody } from "../../../server/json-body.ts";

const parsed = (body: string | Uint8Array): unknown => parseBody(typeof body === "string" ? Buffer.from(body) : body);

describe("parseBody", () => {
  it.each([
    ['{"username":"root"}', { username: "root" }],
    ['[{"a":1},{"a":1}]', [{ a: 1 }, { a: 1 }]],
    ['{"a":{"b":1},"b":"\\"b\\":"}', { a: { b: 1 }, b: '"b":' }],
    ["7", 7],
  ])("reads %s", (body, value) => expect(parsed(body)).toEqual(value));

  it.each<[string, string | Uint8Array]>([
    ["no JSON", "username=root"],
    ["what follows it", '{"username":"root"} x'],
    ["a byte order mark", '\ufeff{"username":"root"}'],
    ["another encoding", Buffer.from('{"username":"root"}', "utf16le")],
    ["bytes that are no UTF-8", Buffer.from('{"username":"ro\xffot"}', "latin1")],
    ["a member twice: readers take the first or the last", '{"username":"root","username":"a"}'],
    ["a member twice in two spellings", '{"username":"root","user\\u006eame":"a"}'],
    ["a member twice inside", '{"login":[{"username":"root","username":"a"}]}'],
    ["nothing", ""],
  ])("takes nothing from %s", (_, body) => expect(parsed(body)).toBeUndefined());
});
