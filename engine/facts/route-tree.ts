/**
 * Route choice by a tree over path segments: the most specific pattern that accepts the method, compared from the left
 * (host first, then literal over parameter over `**`). At each level the literal child is tried, then the parameter, then
 * the rest, so the first route found is the most specific; a dead end goes back a level, and no node is entered twice.
 * Segments are hashed in place: choosing a route makes no string.
 */
import { METHODS, type Method, type Route } from "../policy.ts";

const SLASH = 47;
const NONE = -1;

/** While it is built, a node is an object; {@link RouteTree} flattens them. */
interface BuildNode {
  readonly literals: Map<string, number>;
  parameter: number;
  /** Route of each method where the path ends here, and where `**` begins here. */
  readonly end: Int32Array;
  readonly rest: Int32Array;
}

function makeNode(): BuildNode {
  return {
    literals: new Map(),
    parameter: NONE,
    end: new Int32Array(METHODS.length).fill(NONE),
    rest: new Int32Array(METHODS.length).fill(NONE),
  };
}

/** Index of a request's method in `METHODS`; every other is `other`. */
export function methodIndex(method: string): number {
  switch (method) {
    case "GET":
      return 0;
    case "HEAD":
      return 1;
    case "POST":
      return 2;
    case "PUT":
      return 3;
    case "PATCH":
      return 4;
    case "DELETE":
      return 5;
    case "OPTIONS":
      return 6;
    default:
      return 7;
  }
}

/** `Host` in lower case and without its port. */
export function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  let end = lower.length;
  while (end > 0 && lower.charCodeAt(end - 1) >= 48 && lower.charCodeAt(end - 1) <= 57) end--;
  return end > 0 && lower.charCodeAt(end - 1) === 58 ? lower.slice(0, end - 1) : lower;
}

function mixSegment(node: number, hash: number): number {
  const mixed = Math.imul(node ^ hash, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

function hashSegment(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

export class RouteTree {
  /** Spans of the path's segments, valid after {@link RouteTree.match} as far as the matched route's pattern goes. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Whether a pattern names a host; if none does, the host is not looked at. */
  readonly usesHost: boolean;
  private readonly hashes: Int32Array;
  private readonly parameter: Int32Array;
  private readonly endRoutes: Int32Array;
  private readonly restRoutes: Int32Array;
  private readonly slotNode: Int32Array;
  private readonly slotText: string[];
  private readonly slotChild: Int32Array;
  private readonly slotMask: number;
  private readonly exactHosts = new Map<string, number>();
  private readonly suffixHosts = new Map<string, number>();
  private readonly anyHost: number;
  private path = "";
  private pathEnd = 0;
  private method = 0;
  private scanned = 0;

  constructor(routes: readonly Route[]) {
    const nodes: BuildNode[] = [];
    const add = (): number => nodes.push(makeNode()) - 1;
    this.anyHost = add();
    for (const [index, route] of routes.entries()) this.insert(nodes, add, this.rootOf(route, add), route, index);
    this.usesHost = this.exactHosts.size + this.suffixHosts.size > 0;
    const depth = routes.reduce((most, route) => Math.max(most, route.segments.length), 0) + 1;
    this.starts = new Int32Array(depth);
    this.ends = new Int32Array(depth);
    this.hashes = new Int32Array(depth);
    this.parameter = Int32Array.from(nodes, (node) => node.parameter);
    this.endRoutes = flatten(nodes.map((node) => node.end));
    this.restRoutes = flatten(nodes.map((node) => node.rest));
    let slots = 2;
    const literals = nodes.reduce((sum, node) => sum + node.literals.size, 0);
    while (slots < literals * 2) slots *= 2;
    this.slotMask = slots - 1;
    this.slotNode = new Int32Array(slots).fill(NONE);
    this.slotText = new Array<string>(slots).fill("");
    this.slotChild = new Int32Array(slots).fill(NONE);
    for (const [node, { literals: children }] of nodes.entries()) {
      for (const [text, child] of children) this.fillSlot(node, text, child);
    }
  }

  private rootOf(route: Route, add: () => number): number {
    if (route.host === null) return this.anyHost;
    const suffix = route.host.startsWith("*.");
    const hosts = suffix ? this.suffixHosts : this.exactHosts;
    const name = suffix ? route.host.slice(1) : route.host;
    const root = hosts.get(name) ?? add();
    hosts.set(name, root);
    return root;
  }

  private insert(nodes: BuildNode[], add: () => number, root: number, route: Route, index: number): void {
    let node = nodes[root]!;
    let ends = node.end;
    for (const segment of route.segments) {
      if (segment.kind === "rest") {
        ends = node.rest;
        break;
      }
      let child = segment.kind === "literal" ? (node.literals.get(segment.text) ?? NONE) : node.parameter;
      if (child === NONE) {
        child = add();
        if (segment.kind === "literal") node.literals.set(segment.text, child);
        else node.parameter = child;
      }
      node = nodes[child]!;
      ends = node.end;
    }
    for (const method of route.methods) {
      const at = METHODS.indexOf(method satisfies Method);
      if (ends[at] === NONE) ends[at] = index;
    }
  }

  private fillSlot(node: number, text: string, child: number): void {
    let slot = mixSegment(node, hashSegment(text, 0, text.length)) & this.slotMask;
    while (this.slotNode[slot] !== NONE) slot = (slot + 1) & this.slotMask;
    this.slotNode[slot] = node;
    this.slotText[slot] = text;
    this.slotChild[slot] = child;
  }

  /**
   * Chooses a route.
   *
   * @param host - Canonical host; not looked at unless {@link RouteTree.usesHost}.
   * @param path - Text that begins with the canonical path, which ends before `pathEnd`.
   * @returns Index of the route, or -1.
   */
  match(method: number, host: string, path: string, pathEnd: number): number {
    this.path = path;
    this.pathEnd = pathEnd;
    this.method = method;
    this.scanned = 0;
    const route = this.usesHost ? this.matchHost(host) : NONE;
    return route !== NONE ? route : this.walk(this.anyHost, 0, 1);
  }

  /** The exact host, then the subdomain patterns that fit, longest first. */
  private matchHost(host: string): number {
    const exact = this.exactHosts.get(host);
    let route = exact === undefined ? NONE : this.walk(exact, 0, 1);
    if (this.suffixHosts.size === 0) return route;
    for (let dot = host.indexOf(".", 1); dot > 0 && route === NONE; dot = host.indexOf(".", dot + 1)) {
      const root = this.suffixHosts.get(host.slice(dot));
      if (root !== undefined) route = this.walk(root, 0, 1);
    }
    return route;
  }

  private walk(node: number, depth: number, start: number): number {
    if (start > this.pathEnd) return this.endRoutes[node * METHODS.length + this.method]!;
    if (depth >= this.scanned) this.scan(depth, start);
    const end = this.ends[depth]!;
    const child = this.literalChild(node, depth, start, end);
    if (child !== NONE) {
      const route = this.walk(child, depth + 1, end + 1);
      if (route !== NONE) return route;
    }
    const parameter = this.parameter[node]!;
    if (parameter !== NONE && end > start) {
      const route = this.walk(parameter, depth + 1, end + 1);
      if (route !== NONE) return route;
    }
    return start < this.pathEnd ? this.restRoutes[node * METHODS.length + this.method]! : NONE;
  }

  /** Finds the end and the hash of the segment at `depth`; the tree is nowhere deeper than the arrays. */
  private scan(depth: number, start: number): void {
    const { path, pathEnd } = this;
    let hash = 0x811c9dc5 | 0;
    let end = start;
    for (; end < pathEnd; end++) {
      const code = path.charCodeAt(end);
      if (code === SLASH) break;
      hash = Math.imul(hash ^ code, 0x01000193);
    }
    this.starts[depth] = start;
    this.ends[depth] = end;
    this.hashes[depth] = hash;
    this.scanned = depth + 1;
  }

  private literalChild(node: number, depth: number, start: number, end: number): number {
    const { slotNode, slotMask } = this;
    for (let slot = mixSegment(node, this.hashes[depth]!) & slotMask; ; slot = (slot + 1) & slotMask) {
      const owner = slotNode[slot]!;
      if (owner === NONE) return NONE;
      if (owner !== node) continue;
      const text = this.slotText[slot]!;
      if (text.length === end - start && this.path.startsWith(text, start)) return this.slotChild[slot]!;
    }
  }
}

function flatten(rows: readonly Int32Array[]): Int32Array {
  const flat = new Int32Array(rows.length * METHODS.length);
  for (const [index, row] of rows.entries()) flat.set(row, index * METHODS.length);
  return flat;
}
