/**
 * `prove`, in its searching form: tries to refute every invariant, what every limit guarantees, and what is claimed of every policy. What
 * was not refuted has held over so many traces, and is not proven.
 */
import type { Invariant, SourceFile } from "../../dsl/index.ts";
import type { ExplainingEngine, Policy } from "../../engine/index.ts";
import { Coverage } from "../policy-test/coverage.ts";
import { coverageJson, type Untried } from "../policy-test/report-coverage.ts";
import { agreementClaim } from "./claims/agreement.ts";
import { banClaims } from "./claims/ban.ts";
import type { Claim } from "./claims/claim.ts";
import { clientClaims } from "./claims/client.ts";
import { invariantClaims } from "./claims/invariant.ts";
import { isolationClaims } from "./claims/isolation.ts";
import { limitClaims } from "./claims/limit.ts";
import { retryClaims } from "./claims/retry.ts";
import type { searchRefutations, SearchResult } from "./search.ts";
import { sharedLimits } from "./shared-limits.ts";
import { makeSubject } from "./subject.ts";

/** A policy that is put to the proof. */
export interface ProvenPolicy {
  /** As it was named; shown in reports. */
  readonly file: string;
  readonly policy: Policy;
  readonly sources: readonly SourceFile[];
  readonly invariants: readonly Invariant[];
}

/** How a policy is put to the proof. */
export interface ProveOptions {
  /** Traces that are tried; null for {@link DEFAULT_RUNS}, or as many as make {@link DEFAULT_REQUESTS} requests. */
  readonly runs: number | null;
  /** Requests that one trace makes at most. */
  readonly longest: number;
  /** 32-bit. The same seed draws the same traces. */
  readonly seed: number;
  /** Tries the one plan at this place of the draw, as a refutation named it; null for all. */
  readonly path: string | null;
  /** Ends the search after so long; null for no such end, without which the result depends on no clock. */
  readonly timeMs: number | null;
  /** A policy that is to decide alike, and how it is called. */
  readonly against: { readonly policy: Policy; readonly name: string } | null;
  /** Told of how many traces have run. */
  readonly onTrace?: (traces: number) => void;
  /** Makes the engine that decides. Default: the explaining one. */
  readonly makeEngine?: (policy: Policy) => ExplainingEngine;
}

/** Traces that are tried unless told otherwise: with the bound below, some ten seconds for a policy of ordinary size. */
export const DEFAULT_RUNS = 1_000;
/** Requests after which no further trace is tried, where no number of traces was asked for. */
export const DEFAULT_REQUESTS = 30_000;
/** Requests that one trace makes at most, unless told otherwise. */
export const DEFAULT_LONGEST = 200;

/** What became of it. */
export interface ProveResult extends SearchResult {
  readonly proven: ProvenPolicy;
  readonly options: ProveOptions;
  /** Conditions, rules, invariants and limits that the search did not bring about. */
  readonly unreached: readonly Untried[];
  /** Limits whose keys callers can have in common. */
  readonly shared: readonly string[];
  /** Limits that guarantee nothing, because they give charges back. */
  readonly refunding: readonly string[];
}

/** Puts a policy to the proof. */
export async function provePolicy(proven: ProvenPolicy, options: ProveOptions): Promise<ProveResult> {
  // fast-check is loaded for this command alone.
  const { searchRefutations } = await import("./search.ts");
  return proveBy(searchRefutations, proven, options);
}

/** As {@link provePolicy}, by a search that is loaded already. */
export function proveBy(search: typeof searchRefutations, proven: ProvenPolicy, options: ProveOptions): ProveResult {
  const { policy, invariants, sources, file } = proven;
  const subject = makeSubject(policy, invariants);
  const coverage = new Coverage(subject.policy, subject.firstInvariant);
  const claims: readonly Claim[] = [
    ...invariantClaims(subject),
    ...limitClaims(policy),
    ...retryClaims(policy),
    ...banClaims(policy),
    ...clientClaims(policy),
    ...isolationClaims(subject.policy),
    ...(options.against === null ? [] : [agreementClaim(options.against.policy, options.against.name)]),
  ];
  const result = search(subject, claims, options, coverage);
  const refunding = policy.limits.filter(({ refund }) => refund !== null).map(({ name }) => name);
  // Of a single trace there is no telling what the search has missed.
  const unreached = options.path === null ? coverageJson({ file, sources }, coverage).untried : [];
  return { ...result, proven, options, unreached, shared: sharedLimits(policy), refunding };
}

/** Whether nothing was refuted. */
export function hasHeld({ claims }: ProveResult): boolean {
  return claims.every(({ found }) => found === null);
}
