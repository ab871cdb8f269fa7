/**
 * What a body says as a GraphQL request: the operation that runs, how deep it selects and how many aliases it uses, fragments
 * followed. A body that is an array is a batch: its operation is missing, its depth the deepest, its aliases those of all.
 */
import type { Context } from "./context.ts";
import { type GraphqlDefinition, MAX_GRAPHQL_LEVELS, readGraphql } from "./graphql.ts";
import { memberOf } from "./json-field.ts";

/** A GraphQL request. Its operation is null where it is missing. */
export interface GraphqlRequest {
  readonly operation: string | null;
  /** From 1 for a field at the top to `MAX_GRAPHQL_LEVELS`. */
  readonly depth: number;
  /** Up to {@link MAX_GRAPHQL_ALIASES}: fragments that spread fragments multiply them. */
  readonly aliases: number;
}

export const MAX_GRAPHQL_ALIASES = 10_000;

interface Size {
  readonly depth: number;
  readonly aliases: number;
  /** Fragments that stand within one another; 0 where nothing is spread. */
  readonly nesting: number;
}

/** The deeper of two and the aliases of both; null past the levels that are read. */
function together(a: Size, b: Size): Size | null {
  const depth = Math.max(a.depth, b.depth);
  const nesting = Math.max(a.nesting, b.nesting);
  if (depth > MAX_GRAPHQL_LEVELS || nesting > MAX_GRAPHQL_LEVELS) return null;
  return { depth, aliases: Math.min(MAX_GRAPHQL_ALIASES, a.aliases + b.aliases), nesting };
}

/** Sizes of the definitions of one document, each fragment looked at once. */
class Sizes {
  private readonly fragments: ReadonlyMap<string, GraphqlDefinition>;
  /** Null while a fragment is being sized: it is found again only where it spreads itself. */
  private readonly known = new Map<string, Size | null>();
  /** How many fragments are being sized, each within the one before. */
  private within = 0;

  constructor(fragments: ReadonlyMap<string, GraphqlDefinition>) {
    this.fragments = fragments;
  }

  /** Null where a fragment is not there, spreads itself, or stands too deep in others. */
  of({ depth, aliases, spreads }: GraphqlDefinition): Size | null {
    let size: Size | null = { depth, aliases, nesting: 0 };
    for (const { name, depth: at } of spreads) {
      const spread = this.ofFragment(name);
      if (size === null || spread === null) return null;
      size = together(size, { depth: at - 1 + spread.depth, aliases: spread.aliases, nesting: spread.nesting + 1 });
    }
    return size;
  }

  private ofFragment(name: string): Size | null {
    const fragment = this.fragments.get(name);
    if (fragment === undefined) return null;
    const known = this.known.get(name);
    if (known !== undefined) return known;
    if (this.within === MAX_GRAPHQL_LEVELS) return null;
    this.within++;
    this.known.set(name, null);
    const size = this.of(fragment);
    this.known.set(name, size);
    this.within--;
    return size;
  }
}

const NOTHING: Size = { depth: 0, aliases: 0, nesting: 0 };

/** The fragments of a document by name; null where two have one. */
function fragmentsOf(definitions: readonly GraphqlDefinition[]): ReadonlyMap<string, GraphqlDefinition> | null {
  const fragments = definitions.filter((each) => each.fragment);
  const byName = new Map(fragments.map((each) => [each.name, each] as const));
  return byName.size === fragments.length ? byName : null;
}

/** The name of the operation that runs: the one asked for, else the only one. */
function operationOf(operations: readonly GraphqlDefinition[], asked: unknown): string | null {
  const wanted = asked ?? null;
  const only = operations.length === 1 && wanted === null ? operations[0] : undefined;
  const runs = only ?? operations.find((each) => each.name === wanted);
  return runs === undefined || runs.name === "" ? null : runs.name;
}

function readOne(request: unknown): GraphqlRequest | null {
  const query = memberOf(request, "query");
  const definitions = typeof query === "string" ? readGraphql(query) : null;
  const fragments = definitions === null ? null : fragmentsOf(definitions);
  if (definitions === null || fragments === null) return null;
  const operations = definitions.filter((each) => !each.fragment);
  const sizes = new Sizes(fragments);
  const size = sum(operations.map((each) => sizes.of(each)));
  if (size === null) return null;
  const operation = operationOf(operations, memberOf(request, "operationName"));
  return { operation, depth: size.depth, aliases: size.aliases };
}

function sizeOf(request: GraphqlRequest | null): Size | null {
  return request === null ? null : { depth: request.depth, aliases: request.aliases, nesting: 0 };
}

/** The deepest and all aliases; null where there are none, or one is null. */
function sum(sizes: readonly (Size | null)[]): Size | null {
  let total: Size | null = sizes.length === 0 ? null : NOTHING;
  for (const size of sizes) if (total !== null) total = size === null ? null : together(total, size);
  return total;
}

function readBatch(requests: readonly unknown[]): GraphqlRequest | null {
  const size = sum(requests.map((each) => sizeOf(readOne(each))));
  return size === null ? null : { operation: null, depth: size.depth, aliases: size.aliases };
}

/** Reads a parsed body as a GraphQL request; null where it is none. */
export function readGraphqlBody(body: unknown): GraphqlRequest | null {
  return Array.isArray(body) ? readBatch(body) : readOne(body);
}

/** What the request's body says as a GraphQL request, read once a request. */
export function graphqlOf(c: Context): GraphqlRequest | null {
  if (c.graphqlEpoch !== c.epoch) {
    c.graphqlEpoch = c.epoch;
    c.graphql = readGraphqlBody(c.request.body);
  }
  return c.graphql;
}
