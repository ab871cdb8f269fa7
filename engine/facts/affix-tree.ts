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

export class AffixTree {
  private readonly values: Int32Array;
  /** Edges of node n: from `starts[n]` to `starts[n + 1]`, sorted by their first character. */
  private readonly starts: Int32Array;
  private readonly firsts: Uint16Array;
  /** Characters of the labels of all edges in a row; that of edge e from `labelStarts[e]` to `labelStarts[e + 1]`. */
  private readonly labels: Uint16Array;
  private readonly labelStarts: Int32Array;
  private readonly children: Int32Array;
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
    const nodes = [root];
    const starts = [0];
    const edges: { first: number; label: string; child: number }[] = [];
    for (let at = 0; at < nodes.length; at++) {
      for (const [first, edge] of [...nodes[at]!.edges].sort(([a], [b]) => a - b)) {
        edges.push({ first, label: edge.label, child: nodes.push(edge.child) - 1 });
      }
      starts.push(edges.length);
    }
    this.values = Int32Array.from(nodes, (node) => node.value);
    this.starts = Int32Array.from(starts);
    this.firsts = Uint16Array.from(edges, (edge) => edge.first);
    const label = edges.map((edge) => edge.label).join("");
    this.labels = Uint16Array.from({ length: label.length }, (_, index) => label.charCodeAt(index));
    this.labelStarts = new Int32Array(edges.length + 1);
    for (const [index, edge] of edges.entries())
      this.labelStarts[index + 1] = this.labelStarts[index]! + edge.label.length;
    this.children = Int32Array.from(edges, (edge) => edge.child);
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
    let node = 0;
    let read = 0;
    for (;;) {
      if (this.values[node]! >= 0) out[count++] = this.values[node]!;
      if (read === text.length) return count;
      const edge = this.edgeAt(node, this.characterAt(text, read));
      if (edge < 0 || !this.fits(text, read, edge)) return count;
      read += this.lengthOf(edge);
      node = this.children[edge]!;
    }
  }

  /** Values of the texts that `text` starts (or ends) with, shortest first. */
  around(text: string): readonly number[] {
    const out = new Int32Array(this.most);
    return [...out.subarray(0, this.collect(text, out, 0))];
  }

  /** Value of the longest text that `text` starts (or ends) with; -1 if there is none. */
  longest(text: string): number {
    let value = -1;
    let node = 0;
    for (let read = 0; ; ) {
      if (this.values[node]! >= 0) value = this.values[node]!;
      if (read === text.length) return value;
      const edge = this.edgeAt(node, this.characterAt(text, read));
      if (edge < 0 || !this.fits(text, read, edge)) return value;
      read += this.lengthOf(edge);
      node = this.children[edge]!;
    }
  }

  private characterAt(text: string, index: number): number {
    return text.charCodeAt(this.backwards ? text.length - 1 - index : index);
  }

  /** Edge of a node by first character; -1 if there is none. Of characters that follow one another, as digits do, it is found at once. */
  private edgeAt(node: number, character: number): number {
    const { firsts } = this;
    const first = this.starts[node]!;
    const end = this.starts[node + 1]!;
    if (first === end) return -1;
    const place = first + character - firsts[first]!;
    return place >= first && place < end && firsts[place] === character ? place : this.halve(first, end, character);
  }

  private halve(first: number, end: number, character: number): number {
    let low = first;
    let high = end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.firsts[middle]! < character) low = middle + 1;
      else high = middle;
    }
    return low < end && this.firsts[low] === character ? low : -1;
  }

  private lengthOf(edge: number): number {
    return this.labelStarts[edge + 1]! - this.labelStarts[edge]!;
  }

  /** Whether the text goes on with the label of an edge, whose first character is known to fit. */
  private fits(text: string, from: number, edge: number): boolean {
    const { labels } = this;
    const start = this.labelStarts[edge]!;
    const length = this.lengthOf(edge);
    if (from + length > text.length) return false;
    for (let index = 1; index < length; index++) {
      if (this.characterAt(text, from + index) !== labels[start + index]) return false;
    }
    return true;
  }
}
