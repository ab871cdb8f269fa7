/**
 * What the ways of proving who calls have in common: each `identity` source of a policy has a verifier, which says who a request's
 * credential names, or why it names nobody. What is remembered of a credential is that it was verified, never that it was let
 * through: status, expiry and networks of the client are judged by the engine on every request.
 */
import type { Evidence, IdentityError, Request, RequestCredential } from "../../engine/index.ts";
import type { KeysInForce, MarkSecret } from "./in-force.ts";

/** A client that has proved itself. */
export interface Identity {
  readonly client: string;
  /** Null for a static secret. */
  readonly evidence: Evidence | null;
  readonly credential: RequestCredential | null;
  /** Of a token; null where there was none. */
  readonly scopes: readonly string[] | null;
  readonly claims: Readonly<Record<string, unknown>> | null;
}

/** Who it is, or the reason why the credential was refused. */
export type Finding = Identity | IdentityError;

/** A certificate that the caller proved to hold. */
export interface ConveyedCertificate {
  readonly der: Uint8Array;
  /** Whether its chain leads to an authority that whoever ended TLS accepts. */
  readonly verified: boolean;
}

/** What a request was sent with. Valid only until the handler returns: a verifier reads what it needs before its first wait. */
export interface Presented {
  /** First value of a header by its lower-case name; empty if it is absent. */
  header(name: string): string;
  /** Whether the peer is a configured proxy, whose statements about its own caller are believed. */
  readonly fromProxy: boolean;
  /** The scheme by which it was sent, where whoever asks says so beside the headers. */
  readonly scheme?: "http" | "https";
  /** The certificate of the caller's connection, where whoever asks ended its TLS and says so beside the headers. */
  readonly certificate?: ConveyedCertificate;
  /** The value of every line of a header, also of empty ones. Left out where only the first can be had. */
  lines?(name: string): readonly string[];
  /** The body as it was sent, as far as a verifier asks for it. Left out where whoever asks does not show it. */
  readonly body?: Uint8Array | "body_too_long";
}

/** Verifies the credentials of one source. */
export interface Verifier {
  /** Lower-case names of the headers that the credential stands in: they come once, and are not forwarded or logged. */
  readonly headers: readonly string[];
  /** Those of them that a proxy alone may send: what others send in them is taken off before the policy or the service sees it. */
  readonly stated?: readonly string[];
  /** The longest body in bytes that it verifies; left out where it needs none. */
  readonly bodyBytes?: number;
  /** Whether a verification may have to wait, for keys that are being fetched. */
  readonly mayWait: boolean;
  /** Keys and secrets of its own by which it lets callers in, for the audit log; left out where the inventory has them all. */
  inForce?(markSecret: MarkSecret): KeysInForce;
  /** Whether the request carries a credential of this source. */
  isOffered(presented: Presented, request: Request): boolean;
  /** Verifies an offered credential. Neither throws nor rejects: whatever goes wrong is a reason. */
  verify(request: Request, presented: Presented): Finding | Promise<Finding>;
}
