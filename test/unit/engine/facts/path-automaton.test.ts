import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanPath } from "../../../../engine/facts/canonical-path.ts";
import { PathAutomaton } from "../../../../engine/facts/path-automaton.ts";
import { methodIndex, RouteTree } from "../../../../engine/facts/route-tree.ts";
import { METHODS, type Method, type Route } from "../../../../engine/index.ts";
import { check } from "../../../helpers/property.ts";
import { routeOf as route } from "../../../helpers/routes.ts";

/** What an automaton says of a target: the path's length and the route, or null where it leaves it to others. */
function readBy(automaton: PathAutomaton, target: string, method: Method = "GET"): readonly [number, number] | null {
  return automaton.read(target) ? [automaton.end, automaton.route(methodIndex(method))] : null;
}

function read(routes: readonly Route[], target: string, method: Method = "GET"): readonly [number, number] | null {
  return readBy(new PathAutomaton(new RouteTree(routes)), target, method);
}

/** The same of the scan and the tree. */
function scan(routes: readonly Route[], target: string, method: Method): readonly [number, number] | null {
  const tree = new RouteTree(routes);
  const end = scanPath(target, tree.segments);
  return end < 0 ? null : [end, tree.match(methodIndex(method), "", target, end)];
}

const ROUTES = [
  "/v1/orders",
  "/v1/orders/{id}",
  "/v1/orders/export",
  "/v1/{any}/lines",
  "/v1/files/**",
  "/.well-known/x",
];
const routes = ROUTES.map((pattern) => route(pattern));

test.each([
  ["/v1/orders", "/v1/orders"],
  ["/v1/orders/7", "/v1/orders/{id}"],
  ["/v1/orders/exp", "/v1/orders/{id}"],
  ["/v1/orders/exports", "/v1/orders/{id}"],
  ["/v1/orders/export", "/v1/orders/export"],
  ["/v1/orders/lines", "/v1/orders/{id}"],
  ["/v1/other/lines", "/v1/{any}/lines"],
  ["/v1/orders/7/lines", undefined],
  ["/v1/files/a/b/", "/v1/files/**"],
  ["/v1/files/", undefined],
  ["/.well-known/x", "/.well-known/x"],
  ["/v1/orders/", undefined],
  ["/", undefined],
  ["/v1/order", undefined],
])("%s is %s, with a query and without", (path, expected) => {
  for (const target of [path, `${path}?`, `${path}?/../%00//`]) {
    const [end, found] = read(routes, target) ?? [];
    expect([end, ROUTES[found!]]).toEqual([path.length, expected]);
  }
});

test("the method chooses among the routes of a path", () => {
  const two = [route("/a", ["GET"]), route("/{x}", ["POST"]), route("/**", ["PUT"])];
  expect(METHODS.map((method) => read(two, "/a", method)?.[1])).toEqual([0, -1, 1, 2, -1, -1, -1, -1]);
});

describe("what may not be canonical is left to others", () => {
  test.each([
    "",
    "v1",
    "?",
    "/v1//orders",
    "/v1/../orders",
    "/v1/./orders",
    "/v1/.",
    "/v1/..",
    "/v1/..?a",
    "/v1/.;a/orders",
    "/v1/..;/orders",
    "/v1/%6frders",
    "/v1/orders\\7",
    "/v1/ordérs",
    "/v1/orders/\u0080",
    "/v1/orders/\0",
  ])("%j", (target) => {
    expect(read(routes, target)).toBeNull();
  });

  test("but dots within a segment, and three of them, change nothing", () => {
    for (const path of ["/v1/orders/.7", "/v1/orders/..7", "/v1/orders/...", "/v1/orders/7..", "/v1/orders/7.;"]) {
      expect(read(routes, path)).toEqual([path.length, 1]);
    }
  });
});

test("says what the scan and the tree say, of everything that it settles, and settles what is canonical and ASCII", () => {
  const piece = fc.constantFrom("a", "ab", "abc", "b", "", ".", ".a", "..", "é", "{p}", "{q}");
  const pattern = fc
    .tuple(fc.array(piece, { maxLength: 4 }), fc.boolean())
    .filter(([pieces, rest]) => rest || pieces.length > 0)
    .map(([pieces, rest]) => `/${[...pieces, ...(rest ? ["**"] : [])].join("/")}`)
    // A second slash would begin a host.
    .filter((text) => !text.startsWith("//"));
  const several = fc.array(
    fc.tuple(pattern, fc.subarray([...METHODS], { minLength: 1 })).map(([text, methods]) => route(text, methods)),
    { maxLength: 8 },
  );
  const target = fc
    .array(fc.constantFrom("/", "/", "a", "b", "c", "ab", ".", "..", ";", "?", "é", "%41", "\\"), { maxLength: 9 })
    .map((pieces) => `/${pieces.join("")}`);
  check(
    fc.property(
      several,
      fc.array(target, { minLength: 1, maxLength: 9 }),
      fc.constantFrom(...METHODS),
      (all, texts, method) => {
        const automaton = new PathAutomaton(new RouteTree(all));
        for (const text of texts) {
          const isAscii = /^[ -~]*$/.test(text.replace(/\?.*$/s, ""));
          expect(readBy(automaton, text, method)).toEqual(isAscii ? scan(all, text, method) : null);
        }
      },
    ),
    { runs: 4_000 },
  );
});

test("values of parameters take no room, however many come", () => {
  const automaton = new PathAutomaton(new RouteTree(routes));
  // Of characters that patterns write, since those are told apart.
  const letters = "oredfilnsx";
  const idOf = (number: number): string => Array.from(String(number), (digit) => letters[Number(digit)]).join("");
  const ids = Array.from({ length: 40_000 }, (_, index) => idOf(index * 99_991));
  expect(ids.filter((id) => readBy(automaton, `/v1/orders/${id}`)?.[1] !== 1)).toEqual([]);
  expect(readBy(automaton, "/v1/other/lines")).toEqual([15, 3]);
});

test("what there is no room for is left to others, and what there was room for stays", () => {
  // Each character of a pattern makes every state wider, so that the table is full sooner.
  const all = String.fromCharCode(
    ...Array.from({ length: 26 }, (_, at) => 65 + at),
    ..."!$&'()*+,:=@_~".split("").map((c) => c.charCodeAt(0)),
  );
  const many = Array.from({ length: 4_000 }, (_, index) => route(`/s${index}/{id}`)).concat(route(`/${all}`));
  const automaton = new PathAutomaton(new RouteTree(many));
  const paths = many.slice(0, -1).map((_, index) => `/s${index}/17`);
  const settled = paths.map((path) => readBy(automaton, path));
  const count = settled.filter((each) => each !== null).length;
  expect(count).toBeGreaterThan(1_000);
  expect(count).toBeLessThan(4_000);
  for (const [index, each] of settled.entries()) if (each !== null) expect(each).toEqual([paths[index]!.length, index]);
  expect(paths.map((path) => readBy(automaton, path))).toEqual(settled);
});

test("takes as many states as fit into two megabytes, one for each character of a path", () => {
  // 50 letters of patterns, three other signs, three more classes and eight methods: a row of 64 numbers, so 8192 rows, of which one is no state's.
  const letters = String.fromCharCode(...Array.from({ length: 49 }, (_, at) => 65 + at + (at > 25 ? 7 : 0)));
  const longest = `/${"a".repeat(9_000)}`;
  const automaton = new PathAutomaton(new RouteTree([route(`/${letters}`), route(longest)]));
  const settled = longest.slice(0, 8_191);
  expect(readBy(automaton, settled)).toEqual([8_191, -1]);
  expect(readBy(automaton, longest.slice(0, 8_192))).toBeNull();
  expect(readBy(automaton, settled)).toEqual([8_191, -1]);
});
