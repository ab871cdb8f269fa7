/** Route choice: every route is tried, and of those that fit the most specific is taken. */
import type { Method, Policy, Route, Segment } from "../policy.ts";
import { METHODS } from "../policy.ts";

/** The route a request takes and the values of its parameters; index -1 where it takes none. */
export interface RouteMatch {
  readonly index: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The method as policies name it: exact, or `other`. */
export function methodOf(text: string): Method {
  return METHODS.find((method) => method === text) ?? "other";
}

/** `Host` in lower case, without its port and without the dot at the end of a whole name. */
export function hostOf(text: string): string {
  return text.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
}

function hostFits(pattern: string | null, host: string): boolean {
  if (pattern === null) return true;
  if (pattern.startsWith("*.")) return host.length >= pattern.length && host.endsWith(pattern.slice(1));
  return host === pattern;
}

function segmentsFit(pattern: readonly Segment[], path: readonly string[]): boolean {
  const rest = pattern.at(-1)?.kind === "rest";
  const fixed = rest ? pattern.slice(0, -1) : pattern;
  if (rest ? path.length <= fixed.length : path.length !== fixed.length) return false;
  if (rest && path.slice(fixed.length).join("/") === "") return false;
  return fixed.every((segment, index) =>
    segment.kind === "literal" ? segment.text === path[index] : path[index] !== "",
  );
}

const SEGMENT_RANK = { literal: 2, parameter: 1, rest: 0 } as const;

/** Rank of a host pattern: an exact name over a subdomain pattern over any; a longer subdomain pattern over a shorter. */
function hostRank(pattern: string | null): number {
  if (pattern === null) return 0;
  return pattern.startsWith("*.") ? pattern.length : Number.MAX_SAFE_INTEGER;
}

/** Positive where `a` is the more specific of two routes that both fit a request. */
function compareSpecificity(a: Route, b: Route): number {
  if (hostRank(a.host) !== hostRank(b.host)) return hostRank(a.host) - hostRank(b.host);
  for (const [index, segment] of a.segments.entries()) {
    const other = b.segments[index];
    if (other === undefined) return -1;
    if (segment.kind !== other.kind) return SEGMENT_RANK[segment.kind] - SEGMENT_RANK[other.kind];
  }
  return 0;
}

function parametersOf(route: Route, path: readonly string[]): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [index, segment] of route.segments.entries()) {
    if (segment.kind === "parameter") parameters.set(segment.name, path[index] ?? "");
  }
  return parameters;
}

/** Chooses the route of a request among those that accept its method. */
export function chooseRoute(policy: Policy, method: Method, host: string, path: string): RouteMatch {
  const segments = path.slice(1).split("/");
  let best: Route | null = null;
  for (const route of policy.routes) {
    if (!route.methods.includes(method) || !hostFits(route.host, host) || !segmentsFit(route.segments, segments))
      continue;
    if (best === null || compareSpecificity(route, best) > 0) best = route;
  }
  if (best === null) return { index: -1, parameters: new Map() };
  return { index: policy.routes.indexOf(best), parameters: parametersOf(best, segments) };
}
