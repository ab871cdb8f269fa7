/**
 * A subrequest and its header fields. If some of them may come only once, all lines have to be looked at; those that are read are then
 * picked out in the same pass, because asking for each takes as long again. Otherwise each is asked for.
 */
import type { Presented } from "../identity/verifier.ts";
import type { RequestView } from "../transport.ts";

/** Fields that may come once, and the name of the problem where one of them came more often. */
export type Single = readonly [names: Iterable<string>, problem: string];

const NONE = -1;
/** A power of two, above the number of names that a policy has most often. */
const BUCKETS = 64;

/** Tells apart the names that are usual by their length and two of their characters. */
function bucketOf(name: string): number {
  const { length } = name;
  return (7 * length + 3 * name.charCodeAt(length >> 1) + name.charCodeAt(length - 1)) & (BUCKETS - 1);
}

export class SubrequestHeaders implements Presented {
  readonly fromProxy = true;
  readonly #problems: readonly string[];
  readonly #names: string[] = [];
  /** Of each name the first of the problems that it can be. */
  readonly #groups: number[] = [];
  readonly #values: string[] = [];
  readonly #lines: number[] = [];
  /** Places of the names by bucket, and of each the next in the same. */
  readonly #first: Int32Array = new Int32Array(BUCKETS).fill(NONE);
  readonly #next: number[] = [];
  #worst = 0;
  #from!: RequestView;

  /**
   * @param read - Lower-case names of the fields that are read.
   * @param single - Those that may come once, by problem, the first problem first.
   */
  constructor(read: Iterable<string>, single: readonly Single[]) {
    const groups = single.map(([names, problem]) => ({ names: new Set(names), problem }));
    this.#problems = groups.map(({ problem }) => problem);
    for (const [group, { names }] of groups.entries()) for (const name of names) this.#add(name, group);
    if (this.#names.length > 0) for (const name of read) this.#add(name, groups.length);
  }

  #add(name: string, group: number): void {
    if (this.#placeOf(name) !== NONE) return;
    const bucket = bucketOf(name);
    this.#next.push(this.#first[bucket] ?? NONE);
    this.#first[bucket] = this.#names.length;
    this.#names.push(name);
    this.#groups.push(group);
    this.#values.push("");
    this.#lines.push(0);
  }

  /** Goes on to another subrequest. */
  point(from: RequestView): void {
    this.#from = from;
    this.#worst = this.#problems.length;
    if (this.#names.length === 0) return;
    for (let place = 0; place < this.#names.length; place++) {
      this.#values[place] = "";
      this.#lines[place] = 0;
    }
    from.eachHeader(this.#visit);
  }

  get method(): string {
    return this.#from.method;
  }
  get path(): string {
    return this.#from.path;
  }
  get query(): string | null {
    return this.#from.query;
  }

  /** The problem of a field that came more than once, so that the proxy or the service could have read the other one; null for none. */
  get problem(): string | null {
    return this.#problems[this.#worst] ?? null;
  }

  /** Value of a field's first line; empty if it is absent. */
  readonly header = (name: string): string => {
    const place = this.#placeOf(name);
    return place === NONE ? this.#from.header(name) : (this.#values[place] ?? "");
  };

  lines(name: string): readonly string[] {
    const values: string[] = [];
    this.#from.eachHeader((each, value) => {
      if (each === name) values.push(value);
    });
    return values;
  }

  readonly #visit = (name: string, value: string): void => {
    const place = this.#placeOf(name);
    if (place === NONE) return;
    const before = this.#lines[place] ?? 0;
    this.#lines[place] = before + 1;
    if (before === 0) this.#values[place] = value;
    else if (this.#values[place] !== "" || value !== "") this.#worst = Math.min(this.#worst, this.#groups[place] ?? 0);
  };

  #placeOf(name: string): number {
    let place = this.#first[bucketOf(name)] ?? NONE;
    while (place !== NONE && this.#names[place] !== name) place = this.#next[place] ?? NONE;
    return place;
  }
}
