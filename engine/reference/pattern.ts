/** Regular expressions by sets of positions: where could a match of this node that begins here end? */
import type { PatternAssertion, PatternNode } from "../policy.ts";

type Ends = ReadonlySet<number>;

class Matcher {
  readonly text: string;
  readonly known = new Map<PatternNode, Map<number, Ends>>();

  constructor(text: string) {
    this.text = text;
  }

  ends(node: PatternNode, start: number): Ends {
    let byStart = this.known.get(node);
    if (byStart === undefined) this.known.set(node, (byStart = new Map<number, Ends>()));
    let ends = byStart.get(start);
    if (ends === undefined) byStart.set(start, (ends = this.compute(node, start)));
    return ends;
  }

  private compute(node: PatternNode, start: number): Ends {
    switch (node.kind) {
      case "empty":
        return new Set([start]);
      case "set":
        return this.inRanges(node.ranges, start) ? new Set([start + 1]) : new Set();
      case "sequence":
        return node.items.reduce<Ends>((starts, item) => this.endsOfAll(item, starts), new Set([start]));
      case "choice":
        return new Set(node.items.flatMap((item) => [...this.ends(item, start)]));
      case "repeat":
        return this.repeated(node.item, start, node.min, node.max);
      default:
        return this.assertion(node.kind, start) ? new Set([start]) : new Set();
    }
  }

  private endsOfAll(node: PatternNode, starts: Ends): Ends {
    return new Set([...starts].flatMap((start) => [...this.ends(node, start)]));
  }

  private inRanges(ranges: readonly (readonly [number, number])[], at: number): boolean {
    const unit = at < this.text.length ? this.text.charCodeAt(at) : -1;
    return ranges.some(([low, high]) => low <= unit && unit <= high);
  }

  /** Positions after `min` to `max` items: those after exactly n items, for n in turn, until no new one comes. */
  private repeated(item: PatternNode, start: number, min: number, max: number | null): Ends {
    let reached: Ends = new Set([start]);
    for (let count = 0; count < min; count++) reached = this.endsOfAll(item, reached);
    const found = new Set(reached);
    for (let count = min; count < (max ?? Infinity) && reached.size > 0; count++) {
      reached = new Set([...this.endsOfAll(item, reached)].filter((end) => !found.has(end)));
      for (const end of reached) found.add(end);
    }
    return found;
  }

  private assertion(kind: PatternAssertion, at: number): boolean {
    if (kind === "start") return at === 0;
    if (kind === "end") return at === this.text.length;
    if (kind === "line_start") return at === 0 || this.text[at - 1] === "\n";
    if (kind === "line_end") return at === this.text.length || this.text[at] === "\n";
    const boundary = this.isWord(at - 1) !== this.isWord(at);
    return kind === "word_boundary" ? boundary : !boundary;
  }

  private isWord(at: number): boolean {
    return at >= 0 && at < this.text.length && /[0-9A-Za-z_]/.test(this.text.charAt(at));
  }
}

/** Whether some part of `text` matches. */
export function searches(root: PatternNode, text: string): boolean {
  const matcher = new Matcher(text);
  for (let start = 0; start <= text.length; start++) {
    if (matcher.ends(root, start).size > 0) return true;
  }
  return false;
}

/** Whether all of `text` fits a glob in which `*` is any run of characters. */
export function fitsGlob(glob: string, text: string): boolean {
  const star = glob.indexOf("*");
  if (star < 0) return glob === text;
  if (!text.startsWith(glob.slice(0, star))) return false;
  const rest = glob.slice(star + 1);
  if (rest === "") return true;
  for (let start = star; start <= text.length; start++) {
    if (fitsGlob(rest, text.slice(start))) return true;
  }
  return false;
}
