/**
 * What conditions read of a GraphQL request. The grammar is that of executable documents, https://spec.graphql.org/October2021/. What
 * stands between the brackets of arguments and variables does not matter, so nothing that a service takes is unreadable here.
 */
import { memberOf } from "./values.ts";

/** The three fields of the body's reader `graphql`. */
export interface GraphqlReading {
  /** Name of the operation that runs; undefined where it has none or is not known. */
  readonly operation: string | undefined;
  /** Deepest nesting of selection sets; a field at the top has depth 1. */
  readonly depth: number;
  /** Fields with an alias, those of a fragment once for each spread. */
  readonly aliases: number;
}

const LONGEST_QUERY = 65_536;
const MOST_TOKENS = 10_000;
const DEEPEST = 64;
const MOST_ALIASES = 10_000;

const IGNORED = /(?:[\t\n\r ,\uFEFF]|#[^\n\r]*)*/y;
const TOKEN =
  /\.\.\.|[!$&():=@[\]{|}]|[_A-Za-z]\w*|[-0-9][-+.\w]*|"""(?:\\"""|(?!\\?""")[^])*"""|"(?!"")(?:[^"\\\n\r]|\\[^])*"/y;
const NAME = /^[_A-Za-z]/;
const BRACKETS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

type Selection =
  | { readonly kind: "field"; readonly aliased: boolean; readonly inner: readonly Selection[] }
  | { readonly kind: "inline"; readonly inner: readonly Selection[] }
  | { readonly kind: "spread"; readonly name: string };

interface Document {
  readonly operations: readonly { readonly name: string | null; readonly selections: readonly Selection[] }[];
  readonly fragments: ReadonlyMap<string, readonly Selection[]>;
}

/** Thrown where a text is no query within the bounds. */
class NoQuery extends Error {}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  if (text.length > LONGEST_QUERY) throw new NoQuery();
  for (let at = 0; ; ) {
    IGNORED.lastIndex = at;
    at += IGNORED.exec(text)?.[0].length ?? 0;
    if (at === text.length) return tokens;
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined || tokens.length === MOST_TOKENS) throw new NoQuery();
    tokens.push(token);
    at += token.length;
  }
}

/** A parser by recursive descent; it throws at the first token that fits nothing. */
class Parser {
  private readonly tokens: readonly string[];
  private at = 0;
  private nesting = 0;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  read(): Document {
    const operations: { name: string | null; selections: readonly Selection[] }[] = [];
    const fragments = new Map<string, readonly Selection[]>();
    while (this.at < this.tokens.length) {
      if (this.peek() !== "fragment") operations.push(this.operation());
      else {
        const { name, selections } = this.fragment();
        if (fragments.has(name)) throw new NoQuery();
        fragments.set(name, selections);
      }
    }
    if (operations.length === 0) throw new NoQuery();
    return { operations, fragments };
  }

  private peek(): string {
    return this.tokens[this.at] ?? "";
  }

  private next(): string {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new NoQuery();
    return token;
  }

  private take(token: string): boolean {
    const taken = this.peek() === token;
    if (taken) this.at++;
    return taken;
  }

  private expect(token: string): void {
    if (this.next() !== token) throw new NoQuery();
  }

  private name(): string {
    const token = this.next();
    if (!NAME.test(token)) throw new NoQuery();
    return token;
  }

  /** What stands between two brackets: items up to the closing one. */
  private bracketed<T>(open: string, close: string, item: () => T): T[] {
    this.expect(open);
    if (++this.nesting > DEEPEST) throw new NoQuery();
    const items: T[] = [];
    while (!this.take(close)) items.push(item());
    this.nesting--;
    return items;
  }

  /** Anything whose brackets match. */
  private anything(): void {
    const token = this.peek();
    const close = BRACKETS[token];
    if (close !== undefined) this.bracketed(token, close, () => this.anything());
    else if (Object.values(BRACKETS).includes(this.next())) throw new NoQuery();
  }

  private operation(): { name: string | null; selections: readonly Selection[] } {
    if (this.peek() === "{") return { name: null, selections: this.selections() };
    if (!["query", "mutation", "subscription"].includes(this.next())) throw new NoQuery();
    const name = NAME.test(this.peek()) ? this.name() : null;
    this.arguments();
    this.directives();
    return { name, selections: this.selections() };
  }

  private fragment(): { name: string; selections: readonly Selection[] } {
    this.expect("fragment");
    const name = this.name();
    if (name === "on") throw new NoQuery();
    this.expect("on");
    this.name();
    this.directives();
    return { name, selections: this.selections() };
  }

  private directives(): void {
    while (this.take("@")) {
      this.name();
      this.arguments();
    }
  }

  /** Arguments, or the variables of an operation. */
  private arguments(): void {
    if (this.peek() === "(") this.anything();
  }

  private selections(): readonly Selection[] {
    const selections = this.bracketed("{", "}", () => this.selection());
    if (selections.length === 0) throw new NoQuery();
    return selections;
  }

  private selection(): Selection {
    if (!this.take("...")) return this.field();
    if (NAME.test(this.peek()) && this.peek() !== "on") {
      const name = this.name();
      this.directives();
      return { kind: "spread", name };
    }
    if (this.take("on")) this.name();
    this.directives();
    return { kind: "inline", inner: this.selections() };
  }

  private field(): Selection {
    this.name();
    const aliased = this.take(":");
    if (aliased) this.name();
    this.arguments();
    this.directives();
    return { kind: "field", aliased, inner: this.peek() === "{" ? this.selections() : [] };
  }
}

interface Measure {
  readonly depth: number;
  readonly aliases: number;
  /** Fragments that stand within one another. */
  readonly nesting: number;
}

/** Measures selection sets; each fragment once, however often it is spread. */
class Ruler {
  private readonly fragments: Document["fragments"];
  private readonly known = new Map<string, Measure>();

  constructor(fragments: Document["fragments"]) {
    this.fragments = fragments;
  }

  /** `within` names the fragments that these selections stand in. */
  measure(selections: readonly Selection[], within: readonly string[]): Measure {
    const parts = selections.map((each) => this.one(each, within));
    const depth = parts.reduce((most, part) => Math.max(most, part.depth), 0);
    const nesting = parts.reduce((most, part) => Math.max(most, part.nesting), 0);
    const aliases = parts.reduce((sum, part) => Math.min(MOST_ALIASES, sum + part.aliases), 0);
    if (depth > DEEPEST || nesting > DEEPEST) throw new NoQuery();
    return { depth, aliases, nesting };
  }

  private one(selection: Selection, within: readonly string[]): Measure {
    if (selection.kind === "spread") return this.spread(selection.name, within);
    const inner = this.measure(selection.inner, within);
    if (selection.kind === "inline") return inner;
    const aliases = Math.min(MOST_ALIASES, inner.aliases + (selection.aliased ? 1 : 0));
    return { ...inner, depth: inner.depth + 1, aliases };
  }

  private spread(name: string, within: readonly string[]): Measure {
    const selections = this.fragments.get(name);
    if (selections === undefined || within.includes(name)) throw new NoQuery();
    const known = this.known.get(name);
    if (known === undefined && within.length === DEEPEST) throw new NoQuery();
    const measure = known ?? this.measure(selections, [...within, name]);
    this.known.set(name, measure);
    return { ...measure, nesting: measure.nesting + 1 };
  }
}

function nameOf({ operations }: Document, wanted: unknown): string | undefined {
  if (wanted === undefined || wanted === null) {
    return operations.length === 1 ? (operations[0]?.name ?? undefined) : undefined;
  }
  return operations.some(({ name }) => name !== null && name === wanted) ? (wanted as string) : undefined;
}

function readOne(body: unknown): GraphqlReading {
  const query = memberOf(body, "query");
  if (typeof query !== "string") throw new NoQuery();
  const parsed = new Parser(tokensOf(query)).read();
  const ruler = new Ruler(parsed.fragments);
  const measures = parsed.operations.map(({ selections }) => ruler.measure(selections, []));
  return {
    operation: nameOf(parsed, memberOf(body, "operationName")),
    depth: Math.max(...measures.map(({ depth }) => depth)),
    aliases: measures.reduce((sum, { aliases }) => Math.min(MOST_ALIASES, sum + aliases), 0),
  };
}

function readBatch(bodies: readonly unknown[]): GraphqlReading {
  const readings = bodies.map(readOne);
  if (readings.length === 0) throw new NoQuery();
  return {
    operation: undefined,
    depth: readings.reduce((most, { depth }) => Math.max(most, depth), 0),
    aliases: readings.reduce((sum, { aliases }) => Math.min(MOST_ALIASES, sum + aliases), 0),
  };
}

/** Reads a GraphQL request or a batch of them; null where it is none, or past the bounds. */
export function readGraphql(body: unknown): GraphqlReading | null {
  try {
    return Array.isArray(body) ? readBatch(body) : readOne(body);
  } catch (failure) {
    if (failure instanceof NoQuery) return null;
    throw failure;
  }
}
