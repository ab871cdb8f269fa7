/** Routes for tests, from their patterns. */
import type { Method, Route, Segment } from "../../engine/index.ts";

function segmentOf(text: string): Segment {
  if (text === "**") return { kind: "rest" };
  return text.startsWith("{") ? { kind: "parameter", name: text.slice(1, -1) } : { kind: "literal", text };
}

/** A route from a pattern such as `//host/a/{b}`. */
export function routeOf(pattern: string, methods: readonly Method[] = ["GET"]): Route {
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
