/**
 * Overlays: changes of decisions set while a policy runs, each with an author, a reason and an end. They name things, so that they
 * outlive a reload; a name that the policy in force does not have takes no effect. They are applied between steps 1 and 2 of a decision.
 */

/** Whom an overlay concerns. `issuer` is the `iss` claim of a verified token, `key` the id of the credential used. */
export type OverlaySubject =
  | { readonly client: string }
  /** Clients whose inventory label `label` has this value. */
  | { readonly label: string; readonly value: string }
  | { readonly issuer: string }
  | { readonly key: string }
  /** Canonical text of a network. */
  | { readonly network: string };

/** What an overlay does. */
export type OverlayEffect =
  /** Every request of the subject is blocked: status 403, by null, reason `killed`. Its signals are recorded, nothing else is. */
  | { readonly kind: "kill"; readonly subject: OverlaySubject }
  /**
   * Requests of the subject other than GET, HEAD and OPTIONS are blocked as by a kill, with the reason `quarantined`; the others have a
   * tenth of every limit.
   */
  | { readonly kind: "quarantine"; readonly subject: OverlaySubject }
  /** The rule or limit of that name does not apply to the subject, as if exempted, even if it is sealed. */
  | { readonly kind: "spare"; readonly subject: OverlaySubject; readonly name: string }
  /** The rule or limit of that name is rolled out so, whatever the policy says. */
  | { readonly kind: "mode"; readonly name: string; readonly mode: "off" | "shadow" | "on" }
  /** The limit of that name allows this many times as much: from {@link LEAST_FACTOR} to {@link MOST_FACTOR}. */
  | { readonly kind: "factor"; readonly name: string; readonly factor: number };

/** One overlay. */
export type Overlay = OverlayEffect & {
  readonly id: string;
  readonly author: string;
  readonly reason: string;
  /** Microseconds since the Unix epoch; from then on it has no effect. */
  readonly endsMicros: number;
};

/** Most overlays at a time; more are refused. */
export const MAX_OVERLAYS = 1_000;
/** Smallest factor, also of all factors on a limit together. */
export const LEAST_FACTOR = 0.01;
/** Largest factor, also of all factors on a limit together. */
export const MOST_FACTOR = 100;
