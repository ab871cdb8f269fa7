import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressOf, normaliseHtu } from "../../../../../server/identity/dpop/htu.ts";
import { originsOf } from "../../../../../server/identity/dpop/origins.ts";
import { check } from "../../../../helpers/property.ts";

describe("normaliseHtu", () => {
  it.each([
    ["HTTPS://API.Example.com/a", "https://api.example.com/a"],
    ["https://api.example.com:443/a", "https://api.example.com/a"],
    ["http://api.example.com:80/a", "http://api.example.com/a"],
    ["https://api.example.com:8443/a", "https://api.example.com:8443/a"],
    ["https://api.example.com", "https://api.example.com/"],
    ["https://api.example.com/a/./b/../c", "https://api.example.com/a/c"],
    ["https://api.example.com/%7euser/%2fa%c3%a9", "https://api.example.com/~user/%2Fa%C3%A9"],
    ["https://api.example.com/a?b=1#c", "https://api.example.com/a"],
    ["https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"],
  ])("%s is %s", (text, normal) => {
    expect(normaliseHtu(text)).toBe(normal);
  });

  it.each([
    "/v1/orders",
    "ftp://api.example.com/",
    "https:api.example.com/",
    "https:/api.example.com/",
    "https://user@api.example.com/",
    "https://api.example.com\\@evil.example/",
    "https://api.example.com/\ta",
    "https://api.example.com/é",
    "https://api.example.com/%zz",
    " https://api.example.com/",
    `https://api.example.com/${"a".repeat(9_000)}`,
    "",
  ])("%j is no address of a request", (text) => {
    expect(normaliseHtu(text)).toBeNull();
  });

  it("changes nothing a second time", () => {
    const path = fc.array(fc.constantFrom("a", "%2e", "%41", "%2F", ".", "..", "/", "%zz", "%", "~", ":"), {
      maxLength: 12,
    });
    check(
      fc.property(path, (parts) => {
        const once = normaliseHtu(`https://Example.com/${parts.join("")}`);
        if (once !== null) expect(normaliseHtu(once)).toBe(once);
      }),
      { runs: 1_000 },
    );
  });

  it("keeps reserved characters apart from their escapes", () => {
    expect(addressOf("https://a", "/x%2Fy?z")).not.toBe(addressOf("https://a", "/x/y"));
    expect(addressOf("https://a", "/x%2fy?z")).toBe(addressOf("https://a", "/x%2Fy"));
  });
});

describe("originsOf", () => {
  const from = (headers: Readonly<Record<string, string>>, fromProxy: boolean): Parameters<typeof originsOf>[1] => ({
    header: (name) => headers[name] ?? "",
    fromProxy,
  });
  const stated = { "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" };

  it("takes the scheme that a trusted proxy says, from nobody else, and the host that the policy sees", () => {
    expect(originsOf([], from(stated, true), "a:8080")).toEqual(["https://a:8080"]);
    expect(originsOf([], from(stated, false), "a:8080")).toEqual(["http://a:8080"]);
    expect(originsOf([], from({}, true), "api.example.com")).toEqual(["https://api.example.com"]);
    expect(originsOf([], from({ "x-forwarded-proto": "http, HTTPS" }, true), "a")).toEqual(["https://a"]);
    expect(originsOf([], from({ "x-forwarded-proto": "wss" }, true), "a")).toEqual(["https://a"]);
    expect(originsOf([], from({ "x-forwarded-proto": "https, http" }, true), "a")).toEqual(["http://a"]);
    const lines = (): readonly string[] => ["https", "http"];
    expect(originsOf([], { ...from({ "x-forwarded-proto": "https" }, true), lines }, "a")).toEqual(["http://a"]);
  });

  it("takes none from a host with a part of the address behind it: a proof for that would do for any path", () => {
    for (const host of ["a?x=", "a/v1", "a#", "a\\b", "u@a", "a b", ""])
      expect(originsOf([], from({}, true), host)).toEqual([]);
    expect(originsOf([], from({}, true), "[::1]:8080")).toEqual(["https://[::1]:8080"]);
  });

  it("takes configured ones alone where there are some", () => {
    expect(originsOf(["https://a", "https://b"], from(stated, true), "c")).toEqual(["https://a", "https://b"]);
  });
});
