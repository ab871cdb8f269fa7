import { describe, expect, it } from "vitest";
import { findMalformed, readIncoming } from "../../../../server/proxy/incoming.ts";
import type { Asked } from "../../../helpers/http-fakes.ts";
import { requestView } from "../../../helpers/http-fakes.ts";

const problemOf = (asked: Asked): string | null =>
  findMalformed(readIncoming(requestView(asked)), ["x-api-key"])?.problem ?? null;

describe("readIncoming", () => {
  it("keeps header lines as they came, and the first value of each name", () => {
    const incoming = readIncoming(requestView({ path: "/a", query: "", headers: { host: "h", a: ["1", "2"], b: "" } }));
    expect(incoming).toMatchObject({ target: "/a?", host: "h", length: 0, hasBody: false });
    expect(incoming.headers).toEqual(["host", "h", "a", "1", "a", "2", "b", ""]);
    expect(Object.keys(incoming.first)).toEqual(["host", "a"]);
  });

  it("knows whether a body comes, and how long it says it is", () => {
    expect(readIncoming(requestView({ headers: { "content-length": "12" } }))).toMatchObject({
      length: 12,
      hasBody: true,
    });
    expect(readIncoming(requestView({ headers: { "content-length": "0" } }))).toMatchObject({
      length: 0,
      hasBody: false,
    });
    const chunked = readIncoming(requestView({ headers: { "transfer-encoding": "chunked" } }));
    expect(chunked).toMatchObject({ length: null, hasBody: true });
  });

  it("joins the lines of a forwarded chain", () => {
    const chain = readIncoming(requestView({ headers: { "x-forwarded-for": ["1.1.1.1", "2.2.2.2, 3.3.3.3"] } }));
    expect(chain.forwardedFor).toBe("1.1.1.1, 2.2.2.2, 3.3.3.3");
    expect(readIncoming(requestView({})).forwardedFor).toBe("");
  });

  it("joins the lines of cookies", () => {
    const { first, headers } = readIncoming(requestView({ headers: { cookie: ["a=1; b=2", "c=3"] } }));
    expect(first["cookie"]).toBe("a=1; b=2; c=3");
    expect(headers).toEqual(["cookie", "a=1; b=2", "cookie", "c=3"]);
  });

  it("is not fooled by header names that objects have", () => {
    const incoming = readIncoming(requestView({ headers: { constructor: "x", "has-own": "y" } }));
    expect(incoming.first["toString"]).toBeUndefined();
    expect(incoming.first["constructor"]).toBe("x");
  });
});

describe("findMalformed", () => {
  it.each([
    ["nothing", { headers: { host: "h", "x-api-key": "k", accept: ["a", "b"], "content-length": "5" } }, null],
    ["two lengths", { headers: { "content-length": ["5", "6"] } }, "duplicate_header"],
    ["two equal lengths", { headers: { "content-length": ["5", "5"] } }, "duplicate_header"],
    ["two keys", { headers: { "x-api-key": ["a", "b"] } }, "duplicate_header"],
    ["a key after an empty one", { headers: { "x-api-key": ["", "a"] } }, "duplicate_header"],
    ["an empty key after one", { headers: { "x-api-key": ["a", ""] } }, "duplicate_header"],
    ["two empty keys", { headers: { "x-api-key": ["", ""] } }, "duplicate_header"],
    ["a host after another that was well formed", { headers: { host: "h/x" } }, "bad_host"],
    ["two authorizations", { headers: { authorization: ["a", "b"] } }, "duplicate_header"],
    ["two hosts", { headers: { host: ["a", "b"] } }, "duplicate_header"],
    ["another coding", { headers: { "transfer-encoding": "gzip, chunked" } }, "bad_transfer_encoding"],
    ["no coding", { headers: { "transfer-encoding": "identity" } }, "bad_transfer_encoding"],
    ["both framings", { headers: { "transfer-encoding": "chunked", "content-length": "5" } }, "bad_framing"],
    ["a length in hexadecimal", { headers: { "content-length": "five" } }, "bad_content_length"],
    ["a length with a base", { headers: { "content-length": "0x5" } }, "bad_content_length"],
    ["a length with an exponent", { headers: { "content-length": "1e3" } }, "bad_content_length"],
    ["a length with a sign", { headers: { "content-length": "+5" } }, "bad_content_length"],
    ["a list of lengths", { headers: { "content-length": "5, 5" } }, "bad_content_length"],
    ["a length that no reader can count", { headers: { "content-length": "9".repeat(16) } }, "bad_content_length"],
    ["an empty length", { headers: { "content-length": "" } }, "bad_content_length"],
    ["an empty coding", { headers: { "transfer-encoding": "", "content-length": "5" } }, "bad_transfer_encoding"],
    ["two codings", { headers: { "transfer-encoding": ["chunked", "chunked"] } }, "duplicate_header"],
    ["a coding twice in a line", { headers: { "transfer-encoding": "chunked, chunked" } }, "bad_transfer_encoding"],
    ["a twin of the length", { headers: { content_length: "5" } }, "bad_framing"],
    ["a twin of the coding", { headers: { transfer_encoding: "chunked" } }, "bad_framing"],
    ["an empty host", { headers: { host: "" } }, "bad_host"],
    ["a host with a space", { headers: { host: "a b" } }, "bad_host"],
    ["a host with a path", { headers: { host: "a/b" } }, "bad_host"],
    ["a host with someone", { headers: { host: "a@b" } }, "bad_host"],
    ["a name with a port", { headers: { host: "a-1.example_2.com:8080" } }, null],
    ["an address with a port", { headers: { host: "[2001:db8::1]:443" } }, null],
    ["a fragment", { path: "/v1/login#x" }, "bad_target"],
    ["bytes beyond ASCII", { path: "/v1/\u00e9" }, "bad_target"],
    ["a relative target", { path: "v1" }, "bad_target"],
    ["a tunnel", { method: "CONNECT" }, "bad_method"],
    ["a trace", { method: "TRACE" }, "bad_method"],
    ["a method in lower case", { method: "get" }, "bad_method"],
    ["a method partly in lower case", { method: "Get" }, "bad_method"],
    ["a method of somebody's own", { method: "M-SEARCH" }, null],
  ])("finds %s", (_, asked: Asked, problem) => {
    expect(problemOf(asked)).toBe(problem);
  });
});
