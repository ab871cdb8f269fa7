/**
 * Texts to values, looked up by every text that a given one starts with (or ends with): a radix tree whose edges hold runs
 * of characters, flattened into integers. A look-up reads each character at most once, whatever the number of texts.
 */

interface BuildNode {
  value: number;
  /** First character of the edge to the child and its text. */
  readonly edges: Map<number, { label: string; child: BuildNode }>;
}

function makeNode(): BuildNode {
  return { value: -1, edges: new Map() };
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

function insert(root: BuildNode, text: string, value: number): void {
  let node = root;
  let rest = text;
  while (rest !== "") {
    const edge = node.edges.get(rest.charCodeAt(0));
    if (edge === undefined) {
      const child = makeNode();
      node.edges.set(rest.charCodeAt(0), { label: rest, child });
      node = child;
      break;
    }
    const shared = sharedLength(edge.label, rest);
    if (shared < edge.label.length) split(edge, shared);
    node = edge.child;
    rest = rest.slice(shared);
  }
  node.value = value;
}

function split(edge: { label: string; child: BuildNode }, at: number): void {
  const middle = makeNode();
  middle.edges.set(edge.label.charCodeAt(at), { label: edge.label.slice(at), child: edge.child });
  edge.label = edge.label.slice(0, at);
  edge.child = middle;
}

function reversed(text: string): string {
  return [...Array(text.length).keys()].map((index) => text[text.length - 1 - index]).join("");
}

// A record for each node, the children of a node behind each other by their first character. Eight words, so that one lies within
// a line of the processor's cache.
const RECORD = 8;
/** The label that leads to the node: where it stands among all, its length, and its first character. */
const LABEL = 0;
const LENGTH = 1;
const FIRST = 2;
/** Value of the text that ends at the node, or -1. */
const VALUE = 3;
/** The first child's record, how many children there are, and the first child's first character. */
const CHILDREN = 4;
const COUNT = 5;
const LOWEST = 6;

export class AffixTree {
  private readonly nodes: Int32Array;
  /** The labels in a row. */
  private readonly labels: Uint16Array;
  private readonly backwards: boolean;
  /** Most values that one look-up can find: the most texts that begin each other. */
  readonly most: number;

  /**
   * @param texts - Distinct texts.
   * @param values - Value of each text, at least 0.
   * @param backwards - Whether texts are suffixes instead of prefixes.
   */
  constructor(texts: readonly string[], values: readonly number[], backwards: boolean) {
    const root = makeNode();
    for (const [index, text] of texts.entries()) insert(root, backwards ? reversed(text) : text, values[index]!);
    const nodes = [{ label: "", child: root }];
    const records: number[] = [];
    let offset = 0;
    for (const { label, child } of nodes) {
      const edges = [...child.edges].sort(([a], [b]) => a - b);
      const first = label === "" ? 0 : label.charCodeAt(0);
      const lowest = edges[0]?.[0] ?? 0;
      records.push(offset, label.length, first, child.value, nodes.length * RECORD, edges.length, lowest, 0);
      offset += label.length;
      for (const [, edge] of edges) nodes.push(edge);
    }
    const labels = nodes.map(({ label }) => label).join("");
    this.nodes = Int32Array.from(records);
    this.labels = Uint16Array.from({ length: labels.length }, (_, index) => labels.charCodeAt(index));
    this.backwards = backwards;
    this.most = texts.length;
  }

  /**
   * Finds the texts that `text` starts (or ends) with, shortest first.
   *
   * @param out - Takes their values from `count` on.
   * @returns The new count.
   */
  collect(text: string, out: Int32Array, count: number): number {
    const { nodes } = this;
    let node = 0;
    let read = 0;
    for (;;) {
      if (nodes[node + VALUE]! >= 0) out[count++] = nodes[node + VALUE]!;
      node = this.next(node, text, read);
      if (node < 0) return count;
      read += nodes[node + LENGTH]!;
    }
  }

  /** Values of the texts that `text` starts (or ends) with, shortest first. */
  around(text: string): readonly number[] {
    const out = new Int32Array(this.most);
    return [...out.subarray(0, this.collect(text, out, 0))];
  }

  /** Value of the longest text that `text` starts (or ends) with; -1 if there is none. */
  longest(text: string): number {
    const { nodes } = this;
    let value = -1;
    let node = 0;
    let read = 0;
    for (;;) {
      if (nodes[node + VALUE]! >= 0) value = nodes[node + VALUE]!;
      node = this.next(node, text, read);
      if (node < 0) return value;
      read += nodes[node + LENGTH]!;
    }
  }

  /** The child by whose label a text goes on after `read` characters; -1 if there is none. */
  private next(node: number, text: string, read: number): number {
    if (read === text.length) return -1;
    const child = this.childAt(node, this.characterAt(text, read));
    return child >= 0 && this.fits(text, read, child) ? child : -1;
  }

  private characterAt(text: string, index: number): number {
    return text.charCodeAt(this.backwards ? text.length - 1 - index : index);
  }

  /** Child of a node by first character; -1 if there is none. Of characters that follow one another, as digits do, it is found at once. */
  private childAt(node: number, character: number): number {
    const { nodes } = this;
    const place = character - nodes[node + LOWEST]!;
    const child = nodes[node + CHILDREN]! + place * RECORD;
    const isThere = place >>> 0 < nodes[node + COUNT]! && nodes[child + FIRST] === character;
    return isThere ? child : this.halve(node, character);
  }

  private halve(node: number, character: number): number {
    const { nodes } = this;
    const first = nodes[node + CHILDREN]!;
    const count = nodes[node + COUNT]!;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (nodes[first + middle * RECORD + FIRST]! < character) low = middle + 1;
      else high = middle;
    }
    const child = first + low * RECORD;
    return low < count && nodes[child + FIRST] === character ? child : -1;
  }

  /** Whether the text goes on with a node's label, whose first character is known to fit. */
  private fits(text: string, from: number, node: number): boolean {
    const { labels, nodes } = this;
    const length = nodes[node + LENGTH]!;
    if (from + length > text.length) return false;
    const start = nodes[node + LABEL]!;
    for (let index = 1; index < length; index++) {
      if (this.characterAt(text, from + index) !== labels[start + index]) return false;
    }
    return true;
  }
}
