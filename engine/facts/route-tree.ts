/**
 * Route choice by a tree over path segments: the most specific pattern that accepts the method, compared from the left
 * (host first, then literal over parameter over `**`). At each level the literal child is tried, then the parameter, then
 * the rest, so the first route found is the most specific; a dead end goes back a level, and no node is entered twice.
 * A node with few literal children tries them in turn, one with many hashes the segment; choosing a route makes no string.
 */
import { METHODS, type Method, type Route } from "../policy.ts";
import { Segments } from "./segments.ts";

const NONE = -1;

/** A node, after so many segments of a pattern. */
export interface RouteNode {
  /** The node after a literal segment. */
  readonly literals: ReadonlyMap<string, number>;
  /** The node after a parameter, -1 for none. */
  readonly parameter: number;
  /** Route of each method where `**` begins here. */
  readonly rest: Int32Array;
}

/** While the tree is built, nodes are objects; {@link RouteTree} flattens them. */
interface BuildNode extends RouteNode {
  readonly literals: Map<string, number>;
  parameter: number;
  /** Route of each method where the path ends here. */
  readonly end: Int32Array;
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

/** Whether lower case changes nothing, by ASCII; of other texts it says no. */
function isLower(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 128 || (code >= 65 && code <= 90)) return false;
  }
  return true;
}

const DOT = 46;

/** `Host` in lower case, without its port and without the dot at its end (RFC 3986 §3.2.2), with which a name means the same. */
export function canonicalHost(host: string): string {
  const lower = isLower(host) ? host : host.toLowerCase();
  let end = lower.length;
  while (end > 0 && lower.charCodeAt(end - 1) >= 48 && lower.charCodeAt(end - 1) <= 57) end--;
  end = end > 0 && lower.charCodeAt(end - 1) === 58 ? end - 1 : lower.length;
  if (end > 0 && lower.charCodeAt(end - 1) === DOT) end--;
  return end === lower.length ? lower : lower.slice(0, end);
}

/** A node with more literal children than this looks them up. */
const FEW = 4;

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over the UTF-16 units of a part of a text. */
function hashSegment(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

function mixSegment(node: number, hash: number): number {
  const mixed = Math.imul(node ^ hash, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

export class RouteTree {
  /** Those of the path at hand, as far as any pattern goes; filled in by whoever scans the path. */
  readonly segments: Segments;
  /** Whether a pattern names a host; if none does, the host is not looked at. */
  readonly usesHost: boolean;
  private readonly parameter: Int32Array;
  private readonly endRoutes: Int32Array;
  private readonly restRoutes: Int32Array;
  /** Literal children of node n, where it has few: from `fewStart[n]` to `fewStart[n + 1]`. */
  private readonly fewStart: Int32Array;
  private readonly fewText: readonly string[];
  private readonly fewChild: Int32Array;
  /** Whether a node has more; they are found by node and hash. */
  private readonly isCrowded: Uint8Array;
  private readonly slotNode: Int32Array;
  private readonly slotText: string[];
  private readonly slotChild: Int32Array;
  private readonly slotMask: number;
  private readonly exactHosts = new Map<string, number>();
  private readonly suffixHosts = new Map<string, number>();
  /** The nodes, and the one where patterns begin that name no host. */
  readonly nodes: readonly RouteNode[];
  readonly anyHost: number;
  private path = "";
  private pathEnd = 0;
  private method = 0;

  constructor(routes: readonly Route[]) {
    const nodes: BuildNode[] = [];
    const add = (): number => nodes.push(makeNode()) - 1;
    this.nodes = nodes;
    this.anyHost = add();
    for (const [index, route] of routes.entries()) this.insert(nodes, add, this.rootOf(route, add), route, index);
    this.usesHost = this.exactHosts.size + this.suffixHosts.size > 0;
    const depth = routes.reduce((most, route) => Math.max(most, route.segments.length), 0) + 1;
    this.segments = new Segments(depth);
    this.parameter = Int32Array.from(nodes, (node) => node.parameter);
    this.endRoutes = flatten(nodes.map((node) => node.end));
    this.restRoutes = flatten(nodes.map((node) => node.rest));
    const few = nodes.map(({ literals }) => (literals.size > FEW ? [] : [...literals]));
    this.fewStart = startsOf(few.map(({ length }) => length));
    this.fewText = few.flat().map(([text]) => text);
    this.fewChild = Int32Array.from(few.flat(), ([, child]) => child);
    this.isCrowded = Uint8Array.from(nodes, ({ literals }) => (literals.size > FEW ? 1 : 0));
    let slots = 2;
    const literals = nodes.reduce((sum, node) => sum + node.literals.size, 0) - this.fewText.length;
    while (slots < literals * 2) slots *= 2;
    this.slotMask = slots - 1;
    this.slotNode = new Int32Array(slots).fill(NONE);
    this.slotText = new Array<string>(slots).fill("");
    this.slotChild = new Int32Array(slots).fill(NONE);
    for (const [node, { literals: children }] of nodes.entries()) {
      if (children.size > FEW) for (const [text, child] of children) this.fillSlot(node, text, child);
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
   * @param path - Text that begins with the canonical path, which ends before `pathEnd`; `segments` are its.
   * @returns Index of the route, or -1.
   */
  match(method: number, host: string, path: string, pathEnd: number): number {
    this.path = path;
    this.pathEnd = pathEnd;
    this.method = method;
    const route = this.usesHost ? this.matchHost(host) : NONE;
    return route !== NONE ? route : this.find(this.anyHost);
  }

  /** The exact host, then the subdomain patterns that fit, longest first. */
  private matchHost(host: string): number {
    const exact = this.exactHosts.get(host);
    let route = exact === undefined ? NONE : this.find(exact);
    if (this.suffixHosts.size === 0) return route;
    for (let dot = host.indexOf(".", 1); dot > 0 && route === NONE; dot = host.indexOf(".", dot + 1)) {
      const root = this.suffixHosts.get(host.slice(dot));
      if (root !== undefined) route = this.find(root);
    }
    return route;
  }

  private find(root: number): number {
    const route = this.descend(root);
    return route !== NONE ? route : this.walk(root, 0);
  }

  /**
   * The way without a dead end, which most paths take: at each level the literal child, or else the parameter. What that finds is the
   * first that {@link RouteTree.walk} finds.
   */
  private descend(root: number): number {
    const { segments, parameter } = this;
    const { count, starts, ends } = segments;
    let node = root;
    for (let depth = 0; depth < count; depth++) {
      const start = starts[depth]!;
      const end = ends[depth]!;
      const child = this.literalChild(node, start, end);
      node = child !== NONE || end === start ? child : parameter[node]!;
      if (node === NONE) return NONE;
    }
    return this.endRoutes[node * METHODS.length + this.method]!;
  }

  private walk(node: number, depth: number): number {
    const { segments } = this;
    if (depth === segments.count) return this.endRoutes[node * METHODS.length + this.method]!;
    const start = segments.starts[depth]!;
    const child = this.literalChild(node, start, segments.ends[depth]!);
    if (child !== NONE) {
      const route = this.walk(child, depth + 1);
      if (route !== NONE) return route;
    }
    const parameter = this.parameter[node]!;
    if (parameter !== NONE && segments.ends[depth]! > start) {
      const route = this.walk(parameter, depth + 1);
      if (route !== NONE) return route;
    }
    return start < this.pathEnd ? this.restRoutes[node * METHODS.length + this.method]! : NONE;
  }

  private literalChild(node: number, start: number, end: number): number {
    const { fewText, path } = this;
    const last = this.fewStart[node + 1]!;
    const first = this.fewStart[node]!;
    for (let at = first; at < last; at++) {
      const text = fewText[at]!;
      if (text.length === end - start && path.startsWith(text, start)) return this.fewChild[at]!;
    }
    return this.isCrowded[node] === 1 ? this.lookUp(node, start, end) : NONE;
  }

  private lookUp(node: number, start: number, end: number): number {
    const { slotNode, slotMask, path } = this;
    for (let slot = mixSegment(node, hashSegment(path, start, end)) & slotMask; ; slot = (slot + 1) & slotMask) {
      const owner = slotNode[slot]!;
      if (owner === NONE) return NONE;
      if (owner !== node) continue;
      const text = this.slotText[slot]!;
      if (text.length === end - start && path.startsWith(text, start)) return this.slotChild[slot]!;
    }
  }
}

function startsOf(counts: readonly number[]): Int32Array {
  const starts = new Int32Array(counts.length + 1);
  for (const [index, count] of counts.entries()) starts[index + 1] = starts[index]! + count;
  return starts;
}

function flatten(rows: readonly Int32Array[]): Int32Array {
  const flat = new Int32Array(rows.length * METHODS.length);
  for (const [index, row] of rows.entries()) flat.set(row, index * METHODS.length);
  return flat;
}
