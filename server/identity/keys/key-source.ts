/** Where a `jwt` source has its keys from: a file, read with the policy, or an address, fetched again and again. */
import type { VerificationKey } from "./jwk.ts";
import type { KeySet } from "./key-set.ts";

export interface KeySource {
  /** The file or address, as the audit log names it. */
  readonly origin: string;
  /** The keys in force; null where there are none yet, or none that are recent enough. */
  readonly set: KeySet | null;
  /** Whether keys may have to be waited for. */
  readonly mayWait: boolean;
  /**
   * Asks for keys that the set does not have.
   *
   * @returns Null where asking again would bring nothing; the promise resolves when the set is as new as it can be, and never rejects.
   */
  ask(): Promise<void> | null;
}

/** The key of a token, or why there is none. */
export function keyFor(
  { set }: KeySource,
  kid: string | null,
  alg: string,
  rsaDefault: string | null,
): VerificationKey | "unknown_key" | "key_ambiguous" | "keys_unavailable" {
  return set === null ? "keys_unavailable" : set.find(kid, alg, rsaDefault);
}
