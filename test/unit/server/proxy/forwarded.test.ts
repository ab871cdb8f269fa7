import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findMisforwarded, nodesOf, statedChain } from "../../../../server/proxy/forwarded.ts";
import { readIncoming } from "../../../../server/proxy/incoming.ts";
import { requestView } from "../../../helpers/http-fakes.ts";
import { check } from "../../../helpers/property.ts";

const incoming = (headers: Record<string, string | string[]>): ReturnType<typeof readIncoming> =>
  readIncoming(requestView({ headers }));
const peer = (hops: number) => ({ address: "10.0.0.1", adapter: false, hops });

describe("nodesOf", () => {
  it.each([
    ["for=192.0.2.60;proto=http;by=203.0.113.43", ["192.0.2.60"]],
    ['For="[2001:db8:cafe::17]:4711"', ["[2001:db8:cafe::17]:4711"]],
    ["for=192.0.2.43, for=198.51.100.17", ["192.0.2.43", "198.51.100.17"]],
    ['for=_gazonk,for="_mdn",for=unknown', ["_gazonk", "_mdn", "unknown"]],
    ['for="192.0.2.43\\:80";secret="a, for=1.1.1.1"', ["192.0.2.43:80"]],
    ["proto=https, for=192.0.2.1", ["unknown", "192.0.2.1"]],
    ['for="1.1.1.1, 2.2.2.2"', ["unknown"]],
  ])("reads %s (RFC 7239)", (field, nodes) => {
    expect(nodesOf(field)).toEqual(nodes);
  });

  it.each([
    "",
    "for",
    "for=",
    'for="unclosed, for=192.0.2.1',
    "for=[2001:db8::1]",
    "for=a;for=b",
    "for = a",
    "for=a,",
    "for=a b",
  ])("does not guess at %j", (field) => expect(nodesOf(field)).toBeNull());

  it("gives back every chain that is written, whatever else the elements say", () => {
    const node = fc.oneof(
      fc.ipV4(),
      fc.ipV6().map((ip) => `[${ip}]:80`),
      fc.constant("unknown"),
    );
    const other = fc.string().map((text) => `host="${text.replaceAll(/["\\]/g, "\\$&")}"`);
    const element = fc.record({ node, before: fc.array(other, { maxLength: 2 }) });
    check(
      fc.property(fc.array(element, { minLength: 1, maxLength: 6 }), (elements) => {
        const field = elements.map(({ node: value, before }) => [...before, `for="${value}"`].join(";")).join(", ");
        expect(nodesOf(field)).toEqual(elements.map(({ node: value }) => value));
      }),
    );
  });
});

describe("the chain of a trusted proxy", () => {
  it("is X-Forwarded-For, or Forwarded where that is all there is", () => {
    expect(statedChain(incoming({ "x-forwarded-for": "192.0.2.1", forwarded: "for=192.0.2.1" }))).toBe("192.0.2.1");
    expect(statedChain(incoming({ forwarded: ["for=192.0.2.1", "for=192.0.2.2"] }))).toBe("192.0.2.1, 192.0.2.2");
    expect(statedChain(incoming({}))).toBe("");
  });

  it("must name one caller, counted from the right by the peer's hops", () => {
    const both = incoming({
      "x-forwarded-for": "192.0.2.9, 192.0.2.1, 10.0.0.2",
      forwarded: "for=192.0.2.1, for=10.0.0.3",
    });
    expect(findMisforwarded(peer(2), both)).toBeNull();
    expect(findMisforwarded(peer(1), both)).toMatchObject({ status: 400, problem: "forwarded_disagrees" });
    expect(findMisforwarded(peer(1), incoming({ forwarded: "for=" }))).toMatchObject({ problem: "bad_forwarded" });
    expect(findMisforwarded(peer(0), both)).toBeNull();
    expect(findMisforwarded(peer(0), incoming({ forwarded: "for=" }))).toBeNull();
  });
});
