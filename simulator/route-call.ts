/** How a declared route is called: methods, host and paths, prepared once so that sending a request only picks among them. */
import type { Route, Segment } from "../engine/index.ts";

/** Objects that a `{parameter}` ranges over; requests pick among them by Zipf's law. */
export const OBJECTS = 1024;
/** Host of routes that declare none. */
export const DEFAULT_HOST = "api.example.com";

/** The number of the most popular object. */
export const FIRST_OBJECT = 10_000;

/** What an actor needs to call a route. */
export interface RouteCall {
  readonly route: Route;
  readonly methods: readonly string[];
  readonly host: string;
  /** One path for each object, most popular first; a single one where the pattern has no parameter. */
  readonly paths: readonly string[];
  /** What stands around the last parameter; null where the pattern has none. */
  readonly around: readonly [string, string] | null;
}

/** The path of any object, by its identifier; the call's only path where the pattern has no parameter. */
export function objectPath({ around, paths }: RouteCall, id: string | number): string {
  return around === null ? (paths[0] ?? "/") : `${around[0]}${id}${around[1]}`;
}

/** Calls that were prepared: every seed of a run, and every variant that leaves routes alone, makes the same. */
const PREPARED = new WeakMap<Route, RouteCall>();

/** The calls of `route`, prepared once. A parameter holds the object's number, `**` stands for one segment `item`. */
export function prepareCall(route: Route): RouteCall {
  const known = PREPARED.get(route);
  if (known !== undefined) return known;
  const call = prepared(route);
  PREPARED.set(route, call);
  return call;
}

function prepared(route: Route): RouteCall {
  const parametrised = route.segments.some((segment) => segment.kind === "parameter");
  return {
    route,
    methods: route.methods.map((method) => (method === "other" ? "PURGE" : method)),
    host: (route.host ?? DEFAULT_HOST).replace(/^\*/, "www"),
    paths: Array.from({ length: parametrised ? OBJECTS : 1 }, (_, rank) => pathOf(route.segments, rank)),
    around: aroundParameter(route.segments),
  };
}

function aroundParameter(segments: readonly Segment[]): readonly [string, string] | null {
  const last = segments.findLastIndex(({ kind }) => kind === "parameter");
  if (last < 0) return null;
  const before = segments.slice(0, last).map((segment) => `/${textOf(segment, 0)}`);
  const after = segments.slice(last + 1).map((segment) => `/${textOf(segment, 0)}`);
  return [`${before.join("")}/`, after.join("")];
}

function pathOf(segments: readonly Segment[], rank: number): string {
  return `/${segments.map((segment) => textOf(segment, rank)).join("/")}`;
}

function textOf(segment: Segment, rank: number): string {
  switch (segment.kind) {
    case "literal":
      return segment.text;
    case "parameter":
      return String(FIRST_OBJECT + rank);
    case "rest":
      return "item";
  }
}
