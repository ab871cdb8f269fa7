/** The decision as plain data: what `decide --format json` prints and what both engines are compared by. */
import type { Verdict } from "./policy.ts";

/** A limit that was asked, after the charge or without it. */
export interface LimitReading {
  readonly name: string;
  /** Whole units left after this request. */
  readonly remaining: number;
  /** Seconds until the limit is full again. */
  readonly resetAfter: number;
  /**
   * Only where the answer rests on what is remembered of keys that were dropped for want of memory: the key may have been one of
   * them, and has used no more than is said.
   */
  readonly sketched?: true;
}

/** A whole decision, with everything that took part in it. */
export interface Decision {
  readonly verdict: Verdict;
  readonly status: number;
  /** The rule or limit that decided a slow, challenge, throttle or block; null otherwise, and for `no_rule_allows`. */
  readonly by: string | null;
  /** Enforced rules that hold and are not exempted, in declaration order. */
  readonly matched: readonly string[];
  /** Shadow rules that hold and shadow limits that would refuse, in declaration order. */
  readonly shadow: readonly string[];
  /** `because` of the deciding rule, else its name; `no_rule_allows`, `ambiguous_path`, an identity error; empty for allow. */
  readonly reason: string;
  /** Seconds the request is held. */
  readonly delay: number;
  /** Seconds after which a retry can succeed; 0 where nothing times it. */
  readonly retryAfter: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly labels: readonly string[];
  /**
   * Ids of the overlays in force for this request, as they were set: all live ones of a rule or limit, and those of a subject that this
   * request belongs to.
   */
  readonly overlays: readonly string[];
  /** Enforced limits that were asked, after the charge. */
  readonly limits: readonly LimitReading[];
}
