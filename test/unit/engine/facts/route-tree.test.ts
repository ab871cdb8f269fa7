import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanPath } from "../../../../engine/facts/canonical-path.ts";
import { canonicalHost, methodIndex, RouteTree } from "../../../../engine/facts/route-tree.ts";
import { METHODS, type Method, type Route, type Segment } from "../../../../engine/index.ts";
import { chooseRoute } from "../../../../engine/reference/routes.ts";
import { check } from "../../../helpers/property.ts";

function segmentOf(text: string): Segment {
  if (text === "**") return { kind: "rest" };
  return text.startsWith("{") ? { kind: "parameter", name: text.slice(1, -1) } : { kind: "literal", text };
}

/** A route from a pattern such as `//host/a/{b}`. */
function route(pattern: string, methods: readonly Method[] = ["GET"]): Route {
  const [, host, path] = /^(?:\/\/([^/]+))?\/(.*)$/.exec(pattern) as unknown as [string, string | undefined, string];
  const span = { file: 0, start: 0, end: 0 };
  const segments = path.split("/").map(segmentOf);
  return {
    name: pattern,
    doc: "",
    span,
    methods,
    host: host ?? null,
    segments,
    scopes: [],
    minEvidence: null,
    body: [],
  };
}

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
    { runs: 1_000 },
  );
});
