import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanPath } from "../../../../engine/facts/canonical-path.ts";
import { canonicalHost, methodIndex, RouteTree } from "../../../../engine/facts/route-tree.ts";
import { METHODS, type Route } from "../../../../engine/index.ts";
import { chooseRoute } from "../../../../engine/reference/routes.ts";
import { check } from "../../../helpers/property.ts";
import { routeOf as route } from "../../../helpers/routes.ts";

/** The index of the route that a tree chooses, for a target with a query. */
function choose(tree: RouteTree, path: string, method = "GET", host = ""): number {
  const target = `${path}?q=/`;
  scanPath(target, tree.segments);
  return tree.match(methodIndex(method), canonicalHost(host), target, path.length);
}

function match(routes: readonly Route[], path: string, method = "GET", host = ""): string | undefined {
  return routes[choose(new RouteTree(routes), path, method, host)]?.name;
}

describe("the most specific pattern wins", () => {
  const routes = ["/v1/**", "/v1/orders/{id}", "/v1/orders/export", "/{any}/x"].map((pattern) => route(pattern));

  test.each([
    ["/v1/orders/export", "/v1/orders/export"],
    ["/v1/orders/7", "/v1/orders/{id}"],
    ["/v1/orders/7/lines", "/v1/**"],
    ["/v1/orders/", "/v1/**"],
    ["/v1/x", "/v1/**"],
    ["/v2/x", "/{any}/x"],
    ["/v1/", undefined],
    ["/v1", undefined],
    ["//x", undefined],
  ])("%s takes %s", (path, expected) => {
    expect(match(routes, path)).toBe(expected);
  });
});

test("a dead end on the left goes back to a less specific branch", () => {
  const routes = ["/s/main/{view}", "/s/{shop}/list/all"].map((pattern) => route(pattern));
  expect(match(routes, "/s/main/list/all")).toBe("/s/{shop}/list/all");
});

test("only routes that accept the method compete", () => {
  const routes = [route("/a", ["GET"]), route("/{x}", ["POST", "other"])];
  expect([
    match(routes, "/a"),
    match(routes, "/a", "POST"),
    match(routes, "/a", "get"),
    match(routes, "/a", "PUT"),
  ]).toEqual(["/a", "/{x}", "/{x}", undefined]);
});

test("an exact host goes before a longer subdomain pattern, that before a shorter, that before any", () => {
  const routes = ["/a", "//*.x/a", "//*.h.x/a", "//b.h.x/a"].map((pattern) => route(pattern));
  expect(
    ["b.h.x", "c.h.x", "B.H.X:443", "q.x", "x", ".x", "d.c.h.x"].map((host) => match(routes, "/a", "GET", host)),
  ).toEqual(["//b.h.x/a", "//*.h.x/a", "//b.h.x/a", "//*.x/a", "/a", "/a", "//*.h.x/a"]);
});

test("leaves the spans of the segments", () => {
  const tree = new RouteTree([route("/a/{b}/c")]);
  expect(choose(tree, "/a/value/c")).toBe(0);
  expect("/a/value/c".slice(tree.segments.starts[1], tree.segments.ends[1])).toBe("value");
  expect(tree.segments.count).toBe(3);
});

test("chooses as the reference does", () => {
  const piece = fc.constantFrom("a", "b", "", "{p}", "{q}");
  const pattern = fc
    .record({
      host: fc.constantFrom("", "", "//h.x", "//*.x"),
      pieces: fc.array(piece, { maxLength: 4 }),
      rest: fc.boolean(),
    })
    .filter(({ pieces, rest }) => rest || pieces.length > 0)
    .map(({ host, pieces, rest }) => `${host}/${[...pieces, ...(rest ? ["**"] : [])].join("/")}`);
  const routes = fc.array(
    fc.tuple(pattern, fc.subarray([...METHODS], { minLength: 1 })).map(([text, methods]) => route(text, methods)),
    { maxLength: 8 },
  );
  const path = fc
    .array(fc.constantFrom("a", "b", "c", ""), { minLength: 1, maxLength: 5 })
    .map((pieces) => `/${pieces.join("/")}`);
  check(
    fc.property(
      routes,
      path,
      fc.constantFrom(...METHODS),
      fc.constantFrom("h.x", "g.h.x", ""),
      (all, text, method, host) => {
        const tree = new RouteTree(all);
        const { index } = chooseRoute(
          { routes: all } as unknown as Parameters<typeof chooseRoute>[0],
          method,
          host,
          text,
        );
        expect(choose(tree, text, method, host)).toBe(index);
      },
    ),
    { runs: 4_000 },
  );
});

describe("a node with many literal children", () => {
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
  const routes = [
    ...names.map((name) => route(`/v/${name}/x`)),
    ...names.slice(0, 7).map((name) => route(`/${name}`)),
    ...names.slice(0, 4).map((name) => route(`/few/${name}`)),
    route("/v/{any}/y"),
    route("/v/**"),
  ];

  test("finds each of them, and none that only looks alike", () => {
    for (const name of names) expect(match(routes, `/v/${name}/x`)).toBe(`/v/${name}/x`);
    for (const name of ["n", "n300", "n1x", "xn1", "N1", "n01", ""])
      expect(match(routes, `/v/${name}/x`)).toBe("/v/**");
    expect(names.slice(0, 9).map((name) => match(routes, `/${name}`) !== undefined)).toEqual([
      ...Array.from({ length: 7 }, () => true),
      false,
      false,
    ]);
    expect(names.slice(0, 6).map((name) => match(routes, `/few/${name}`) !== undefined)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test("goes back from them to a parameter, and to the rest", () => {
    expect([
      match(routes, "/v/n7/y"),
      match(routes, "/v/n7/z"),
      match(routes, "/v/other/y"),
      match(routes, "/w/n7/x"),
    ]).toEqual(["/v/{any}/y", "/v/**", "/v/{any}/y", undefined]);
  });

  test("keeps those of other nodes apart", () => {
    const twice = names.flatMap((name, index) => [
      route(`/a/${name}`),
      ...(index % 2 === 0 ? [route(`/b/${name}`)] : []),
    ]);
    const tree = new RouteTree(twice);
    for (const [index, name] of names.entries()) {
      expect(twice[choose(tree, `/a/${name}`)]?.name).toBe(`/a/${name}`);
      expect(twice[choose(tree, `/b/${name}`)]?.name).toBe(index % 2 === 0 ? `/b/${name}` : undefined);
    }
  });
});

test.each([
  ["example.com", "example.com"],
  ["EXAMPLE.com:8080", "example.com"],
  ["example.com:", "example.com"],
  ["a.Z", "a.z"],
  ["A", "a"],
  ["z@[`{", "z@[`{"],
  ["host9", "host9"],
  ["host:0123456789", "host"],
  ["host:80a", "host:80a"],
  ["host/80", "host/80"],
  ["[2001:DB8::1]:443", "[2001:db8::1]"],
  ["ÄÖ.example", "äö.example"],
  ["\u{80}A", "\u{80}a"],
  ["443", "443"],
  ["api.example.com.", "api.example.com"],
  ["API.example.com.:8443", "api.example.com"],
  ["a..", "a."],
  [".", ""],
  [":443", ""],
  ["", ""],
])("the host %j is %j", (host, expected) => {
  expect(canonicalHost(host)).toBe(expected);
});

test("methods are told apart, and every other is one", () => {
  expect(METHODS.map((method) => methodIndex(method))).toEqual([...METHODS.keys()]);
  expect(["get", "TRACE", "", "GETS"].map((method) => METHODS[methodIndex(method)])).toEqual([
    "other",
    "other",
    "other",
    "other",
  ]);
});

test("the host is looked at only where a pattern names one", () => {
  expect(
    [["/a"], ["/a", "//h.x/a"], ["//*.h.x/a"], []].map((all) => new RouteTree(all.map((each) => route(each))).usesHost),
  ).toEqual([false, true, true, false]);
});

test("of one pattern given twice the first route counts, for each method by itself", () => {
  const routes = [
    route("/a", ["GET"]),
    route("/a", ["GET", "POST"]),
    route("/b/**", ["GET"]),
    route("/b/**", ["PUT", "GET"]),
  ];
  const tree = new RouteTree(routes);
  expect([choose(tree, "/a"), choose(tree, "/a", "POST"), choose(tree, "/b/c"), choose(tree, "/b/c", "PUT")]).toEqual([
    0, 1, 2, 3,
  ]);
});

test("a tree for paths of any depth remembers as many segments as its deepest pattern has, and one", () => {
  expect(new RouteTree([route("/a/b/c"), route("/a")]).segments.starts).toHaveLength(4);
  expect(new RouteTree([]).segments.starts).toHaveLength(1);
  expect(match([route("/a")], "/a/b/c/d/e/f/g/h")).toBeUndefined();
  expect(match([], "/a")).toBeUndefined();
});
