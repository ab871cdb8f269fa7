/**
 * Facts: what a trusted proxy says of a request in headers. Anyone can send those headers, so they are read from a trusted peer alone,
 * and taken off what comes from others before the policy or the protected service sees it.
 */
import type { Fact, Request } from "../engine/index.ts";

const NO_FACTS: Request["facts"] = Object.freeze({});

/**
 * The facts that a trusted peer states, as texts; an empty one counts as absent.
 *
 * @param valueOf - Value of a header by its lower-case name; empty or undefined if absent.
 */
export function readFacts(facts: readonly Fact[], valueOf: (header: string) => string | undefined): Request["facts"] {
  if (facts.length === 0) return NO_FACTS;
  const stated = Object.create(null) as Record<string, string>;
  for (const { name, header } of facts) {
    const value = valueOf(header) ?? "";
    if (value !== "") stated[name] = value;
  }
  return stated;
}

/** Headers without those of facts. */
export function withoutFacts(
  headers: Readonly<Record<string, string>>,
  factHeaders: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  let kept: Record<string, string> | null = null;
  for (const header of factHeaders) {
    if (headers[header] === undefined) continue;
    kept ??= Object.assign(Object.create(null) as Record<string, string>, headers);
    delete kept[header];
  }
  return kept ?? headers;
}
