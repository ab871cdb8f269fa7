/**
 * One set of rules that every engine can state: a thousand services, of which each refuses large uploads of one tenant. Rule i
 * holds for POST to `/v1/svc<i>/…` by its tenant with a body over its size; the first rule that holds decides.
 */

/** What a rule looks at. */
export interface Facts {
  readonly method: string;
  readonly path: string;
  readonly tenant: string;
  /** Bytes. */
  readonly size: number;
}

/** What a rule asks for. The order in which conditions are written is the one that suits engines that go through them in turn. */
export interface PlainRule {
  readonly name: string;
  readonly prefix: string;
  readonly tenant: string;
  /** The body is larger than so many bytes. */
  readonly over: number;
  readonly method: string;
}

/** An engine with the rules loaded. */
export interface RivalEngine {
  readonly name: string;
  /** The name of the first rule that holds; null for none. */
  readonly decide: (facts: Facts) => string | null | Promise<string | null>;
}

/** Makes an engine of rules, everything parsed and prepared as far as the package allows. */
export type MakeRival = (rules: readonly PlainRule[]) => RivalEngine | Promise<RivalEngine>;

const TENANTS = 32;

/** The rules, in order. */
export function plainRules(count: number): readonly PlainRule[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `r${index}`,
    prefix: `/v1/svc${index}/`,
    tenant: `t${index % TENANTS}`,
    over: 100 + index,
    method: "POST",
  }));
}

/** A request that meets rule `index`; past the last rule, one that meets none. */
export function factsFor(index: number): Facts {
  return { method: "POST", path: `/v1/svc${index}/items/17`, tenant: `t${index % TENANTS}`, size: 101 + index };
}

/** Requests that come near rule `index` and miss it by one condition. */
export function nearMisses(index: number): readonly Facts[] {
  const facts = factsFor(index);
  return [
    { ...facts, method: "GET" },
    { ...facts, path: `/v2/svc${index}/items/17` },
    { ...facts, tenant: `t${(index + 1) % TENANTS}` },
    { ...facts, size: 100 + index },
  ];
}

/** The condition in the Common Expression Language. */
export function celOf({ prefix, tenant, over, method }: PlainRule): string {
  return `path.startsWith("${prefix}") && tenant == "${tenant}" && size > ${over} && method == "${method}"`;
}
