/**
 * What a body says as a GraphQL request: the operation that runs, how deep it selects and how many aliases it uses, fragments
 * followed. A body that is an array is a batch: its operation is missing, its depth the deepest, its aliases those of all.
 */
import type { Context } from "./context.ts";
import { type GraphqlDefinition, readGraphql } from "./graphql.ts";
import { memberOf } from "./json-field.ts";

/** Null parts are missing. */
export interface GraphqlRequest {
  readonly operation: string | null;
  readonly depth: number | null;
  readonly aliases: number | null;
}

/** Aliases are counted up to here: fragments that spread fragments multiply them. */
export const MAX_GRAPHQL_ALIASES = 10_000;

interface Size {
  readonly depth: number;
  readonly aliases: number;
}

const CYCLIC: unique symbol = Symbol("cyclic");

/** Sizes of the definitions of one document, each fragment looked at once. */
class Sizes {
  private readonly fragments = new Map<string, GraphqlDefinition>();
  private readonly known = new Map<GraphqlDefinition, Size | typeof CYCLIC>();

  constructor(definitions: readonly GraphqlDefinition[]) {
    for (const each of definitions)
      if (each.fragment && !this.fragments.has(each.name)) this.fragments.set(each.name, each);
  }

  /** Null where a fragment spreads itself. A definition that is being sized is known as cyclic until it has its size. */
  of(definition: GraphqlDefinition): Size | null {
    const known = this.known.get(definition);
    if (known !== undefined) return known === CYCLIC ? null : known;
    this.known.set(definition, CYCLIC);
    let { depth, aliases } = definition;
    for (const spread of definition.spreads) {
      const fragment = this.fragments.get(spread.name);
      const size = fragment === undefined ? { depth: 0, aliases: 0 } : this.of(fragment);
      if (size === null) return null;
      depth = Math.max(depth, spread.depth - 1 + size.depth);
      aliases = Math.min(MAX_GRAPHQL_ALIASES, aliases + size.aliases);
    }
    this.known.set(definition, { depth, aliases });
    return { depth, aliases };
  }
}

/** The name of the operation that runs: the one asked for, else the only one. */
function operationOf(operations: readonly GraphqlDefinition[], asked: unknown): string | null {
  const wanted = asked ?? null;
  const runs =
    operations.length === 1 && wanted === null ? operations[0] : operations.find((each) => each.name === wanted);
  return runs === undefined || runs.name === "" ? null : runs.name;
}

function readOne(request: unknown): GraphqlRequest | null {
  const query = memberOf(request, "query");
  const definitions = typeof query === "string" ? readGraphql(query) : null;
  if (definitions === null) return null;
  const sizes = new Sizes(definitions);
  const operations = definitions.filter((each) => !each.fragment);
  const operation = operationOf(operations, memberOf(request, "operationName"));
  const all = operations.map((each) => sizes.of(each));
  return { operation, ...together(all) };
}

/** The deepest depth and all aliases; missing where one is. */
function together(sizes: readonly (GraphqlRequest | Size | null)[]): Pick<GraphqlRequest, "depth" | "aliases"> {
  let depth = 0;
  let aliases = 0;
  for (const size of sizes) {
    if (size === null || size.depth === null || size.aliases === null) return { depth: null, aliases: null };
    depth = Math.max(depth, size.depth);
    aliases = Math.min(MAX_GRAPHQL_ALIASES, aliases + size.aliases);
  }
  return { depth, aliases };
}

function readBatch(requests: readonly unknown[]): GraphqlRequest | null {
  const all = requests.map(readOne);
  return all.length === 0 || all.includes(null) ? null : { operation: null, ...together(all) };
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
