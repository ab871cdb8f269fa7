/**
 * Tokens of a policy's `jwt` sources: taken apart once a request, whichever sources ask, and remembered when they have verified. What is
 * remembered is that the signature and the claims hold, never that a request was let through: times, the key, revocation and the
 * proof of possession are looked at on every request.
 */
import { hash } from "node:crypto";
import type { Identity } from "../verifier.ts";
import type { TokenFacts } from "../revocation.ts";
import type { VerificationKey } from "../keys/jwk.ts";
import type { Confirmation, TokenTimes } from "./claims.ts";
import { type CompactToken, readCompact } from "./compact.ts";
import type { TokenProblem } from "./problem.ts";

/** A token that has verified. */
export interface VerifiedToken {
  readonly key: VerificationKey;
  readonly times: TokenTimes;
  readonly confirmation: Confirmation | "unknown" | null;
  /** Whom it names, or why it names nobody in the inventory. */
  readonly identity: Identity | TokenProblem;
  readonly facts: TokenFacts;
}

/** What is remembered of a token. */
interface Remembered {
  readonly issuer: string;
  /** By index of the source that verified it. */
  readonly verified: Map<number, VerifiedToken>;
}

export class Tokens {
  readonly #issuers: ReadonlySet<string>;
  readonly #most: number;
  /** By SHA-256 of the token, so that tokens do not stay in memory; in the order in which they came. */
  readonly #remembered = new Map<string, Remembered>();
  #text = "";
  #digest = "";
  #form: CompactToken | TokenProblem | null = null;

  /**
   * @param issuers - Of the policy's sources.
   * @param most - Tokens remembered at once; past that the oldest makes room.
   */
  constructor(issuers: Iterable<string>, most: number) {
    this.#issuers = new Set(issuers);
    this.#most = most;
  }

  /** How many tokens are remembered. */
  get remembered(): number {
    return this.#remembered.size;
  }

  /** Whether a source of `issuer` is to say what a token is: its own tokens, and those that no source would answer for. */
  concerns(text: string, issuer: string): boolean {
    if (this.#issuers.size === 1) return true;
    const named = this.#remembered.get(this.digestOf(text))?.issuer ?? this.#issuerOf(text);
    return named === issuer || named === null || !this.#issuers.has(named);
  }

  /** SHA-256 of a token. */
  digestOf(text: string): string {
    this.#see(text);
    return this.#digest;
  }

  /** The token taken apart. */
  formOf(text: string): CompactToken | TokenProblem {
    this.#see(text);
    this.#form ??= readCompact(text);
    return this.#form;
  }

  /** What the source of that index found of a token before. */
  find(digest: string, source: number): VerifiedToken | undefined {
    return this.#remembered.get(digest)?.verified.get(source);
  }

  remember(digest: string, source: number, token: VerifiedToken): void {
    const known = this.#remembered.get(digest);
    if (known !== undefined) {
      known.verified.set(source, token);
      return;
    }
    if (this.#remembered.size >= this.#most) this.#forgetOldest();
    this.#remembered.set(digest, { issuer: token.facts.issuer, verified: new Map([[source, token]]) });
  }

  forget(digest: string): void {
    this.#remembered.delete(digest);
  }

  #see(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#digest = hash("sha256", text, "base64url");
    this.#form = null;
  }

  #issuerOf(text: string): string | null {
    const form = this.formOf(text);
    const issuer = typeof form === "string" ? null : form.payload["iss"];
    return typeof issuer === "string" ? issuer : null;
  }

  #forgetOldest(): void {
    for (const digest of this.#remembered.keys()) {
      this.#remembered.delete(digest);
      return;
    }
  }
}
