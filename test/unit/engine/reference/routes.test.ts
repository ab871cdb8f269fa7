import { describe, expect, test } from "vitest";
import { chooseRoute, hostOf, methodOf } from "../../../../engine/reference/routes.ts";
import { policyOf } from "../../../helpers/compiled.ts";

const POLICY = policyOf(`route order = GET "/v1/orders/{id}"
route export = GET "/v1/orders/export"
route files = GET | POST "/v1/**"
route here = GET "//api.example.com/v1/orders/{id}"
route below = GET "//*.example.com/v1/orders/{id}"
route deeper = GET "//*.eu.example.com/v1/orders/{id}"
route root = GET "/"
route slash = GET "/v1/orders/"
route two = GET "/x/{a}/{b}"
route one = GET "/x/{a}/b"
route any = GET "/y/{a}/**"
route lines = GET "/y/{a}/lines"`);

function chosen(path: string, host = "other.org", method: Parameters<typeof chooseRoute>[1] = "GET"): string {
  const { index, parameters } = chooseRoute(POLICY, method, host, path);
  return [POLICY.routes[index]?.name ?? "none", ...parameters].map(String).join(" ");
}

describe("the route of a path", () => {
  test.each([
    ["/v1/orders/7", "order id,7"],
    ["/v1/orders/export", "export"],
    ["/v1/orders/", "slash"],
    ["/v1/orders", "files"],
    ["/v1/a/b/c", "files"],
    ["/v1/", "none"],
    ["/v1", "none"],
    ["/", "root"],
    ["/x/1/b", "one a,1"],
    ["/x/1/c", "two a,1 b,c"],
    ["/x//b", "none"],
    ["/x/1/", "none"],
    ["/y/1/lines", "lines a,1"],
    ["/y/1/other", "any a,1"],
    ["/y/1/a/b", "any a,1"],
    ["/y/1", "none"],
  ])("%s is %s", (path, route) => {
    expect(chosen(path)).toBe(route);
  });
});

test("a host that is named comes before one that is below another, and that before any", () => {
  expect(chosen("/v1/orders/7", "api.example.com")).toBe("here id,7");
  expect(chosen("/v1/orders/7", "b.example.com")).toBe("below id,7");
  expect(chosen("/v1/orders/7", "a.eu.example.com")).toBe("deeper id,7");
  expect(chosen("/v1/orders/7", "eu.example.com")).toBe("below id,7");
  expect(chosen("/v1/orders/7", "example.com")).toBe("order id,7");
  expect(chosen("/v1/orders/7", "xexample.com")).toBe("order id,7");
  expect(chosen("/v1/orders/7", ".example.com")).toBe("order id,7");
  expect(chosen("/v1/orders/7", "zapi.example.com")).toBe("below id,7");
  expect(chosen("/v1/orders/export", "api.example.com")).toBe("here id,export");
});

test("a route accepts its methods alone", () => {
  expect([chosen("/v1/orders/7", "other.org", "POST"), chosen("/v1/orders/7", "other.org", "HEAD")]).toEqual([
    "files",
    "none",
  ]);
  expect(["GET", "get", "PROPFIND", ""].map(methodOf)).toEqual(["GET", "other", "other", "other"]);
});

test("a host is in lower case, without its port and without the dot at its end", () => {
  expect(["API.Example.com:8443", "a:", "a", "[::1]:80", "", "a:b", "a.b.", "a.b.:80", "."].map(hostOf)).toEqual([
    "api.example.com",
    "a",
    "a",
    "[::1]",
    "",
    "a:b",
    "a.b",
    "a.b",
    "",
  ]);
});
