/** How a declared route is called: methods, host and paths, prepared once so that sending a request only picks among them. */
import type { Route, Segment } from "../engine/index.ts";

/** Objects that a `{parameter}` ranges over; requests pick among them by Zipf's law. */
export const OBJECTS = 1024;
/** Host of routes that declare none. */
export const DEFAULT_HOST = "api.example.com";

const FIRST_OBJECT = 10_000;

/** What an actor needs to call a route. */
export interface RouteCall {
  readonly route: Route;
  readonly methods: readonly string[];
  readonly host: string;
  /** One path for each object, most popular first; a single one where the pattern has no parameter. */
  readonly paths: readonly string[];
}

/** Prepares calls of `route`. A parameter holds the object's number, `**` stands for one segment `item`. */
export function prepareCall(route: Route): RouteCall {
  const parametrised = route.segments.some((segment) => segment.kind === "parameter");
  return {
    route,
    methods: route.methods.map((method) => (method === "other" ? "PURGE" : method)),
    host: (route.host ?? DEFAULT_HOST).replace(/^\*/, "www"),
    paths: Array.from({ length: parametrised ? OBJECTS : 1 }, (_, rank) => pathOf(route.segments, rank)),
  };
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
