/**
 * Where one can be in the patterns of routes after a part of a path: in a segment that is still like a literal, in a parameter, in a `**`. A path
 * can be in several such places at once, and a set of them is a state of the {@link PathAutomaton}. After a slash a dot segment or another
 * slash may come, which are places too: a path that has them is not canonical.
 */
import type { RouteNode } from "./route-tree.ts";

/** A place: in a segment whose text so far is `text`, after the node's own segments; in a parameter or `**`; after a slash and the dots in `text`. */
interface Place {
  readonly kind: "segment" | "parameter" | "rest" | "slash";
  readonly node: number;
  readonly text: string;
}

/** All places of a path that is canonical so far. */
export type Places = readonly Place[];

const AFTER_SLASH: Place = { kind: "slash", node: 0, text: "" };
/** Three are no dot segment. */
const DOTS = "..";

export class PatternPlaces {
  private readonly nodes: readonly RouteNode[];
  /** Literals of each node in order. */
  private readonly literals: readonly (readonly string[])[];
  /** After the first slash. */
  readonly start: Places;

  constructor(nodes: readonly RouteNode[], root: number) {
    this.nodes = nodes;
    this.literals = nodes.map((node) => [...node.literals.keys()].sort());
    this.start = [AFTER_SLASH, beginOf(root)];
  }

  /** Where a character leads; null where the path is not canonical with it. */
  after(places: Places, character: string): Places | null {
    const isSlash = character === "/";
    if (places.some((place) => place.kind === "slash" && isOdd(place, character))) return null;
    const found = places.flatMap((place) => (isSlash ? this.afterSlash(place) : this.within(place, character)));
    return isSlash ? [AFTER_SLASH, ...found] : found;
  }

  private afterSlash(place: Place): Places {
    const { kind, node, text } = place;
    if (kind === "parameter") return [beginOf(node)];
    if (kind === "rest") return [place];
    const child = kind === "segment" ? this.nodes[node]!.literals.get(text) : undefined;
    return child === undefined || text === "" ? [] : [beginOf(child)];
  }

  private within(place: Place, character: string): Places {
    const { kind, node, text } = place;
    if (kind === "parameter" || kind === "rest") return [place];
    if (kind === "slash") return character === "." && text !== DOTS ? [{ kind, node, text: `${text}.` }] : [];
    const longer: Place = { kind, node, text: text + character };
    const found = this.isBeginning(longer) ? [longer] : [];
    return text === "" ? [...found, ...this.beyondLiterals(node)] : found;
  }

  /** What any segment fits. */
  private beyondLiterals(node: number): Places {
    const { parameter, rest } = this.nodes[node]!;
    const places: Place[] = [];
    if (parameter >= 0) places.push({ kind: "parameter", node: parameter, text: "" });
    if (rest.some((route) => route >= 0)) places.push({ kind: "rest", node, text: "" });
    return places;
  }

  /** Whether a literal of the node begins with the text. */
  private isBeginning({ node, text }: Place): boolean {
    const literals = this.literals[node]!;
    let low = 0;
    for (let high = literals.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (literals[middle]! < text) low = middle + 1;
      else high = middle;
    }
    return literals[low]?.startsWith(text) ?? false;
  }
}

function beginOf(node: number): Place {
  return { kind: "segment", node, text: "" };
}

/** Whether a character makes what came after a slash an empty segment or a dot segment. */
function isOdd({ text }: Place, character: string): boolean {
  return character === "/" || (character === ";" && text !== "");
}

/** Whether a path that ends here is canonical: not in a dot segment. */
export function mayEnd(places: Places): boolean {
  return places.every(({ kind, text }) => kind !== "slash" || text === "");
}

/** Equal for equal places. */
export function nameOf(places: Places): string {
  return places
    .map(({ kind, node, text }) => `${kind} ${node} ${text}`)
    .sort()
    .join("/");
}
