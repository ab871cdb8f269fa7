/** Options of the middleware, whatever the framework. */
import type { ChallengeOptions } from "../challenge/options.ts";
import type { Evidence, Policy, PolicyEngine, RequestCredential } from "../../engine/index.ts";
import type { ServerOptions } from "../config.ts";

/** A caller that the application itself has verified. */
export interface VerifiedClient {
  /** Id of the inventory's client. */
  readonly client: string;
  /** How it proved itself. Default: by a static secret. */
  readonly evidence?: Evidence;
  /** Of a verified token. */
  readonly scopes?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Times in microseconds since the Unix epoch. */
  readonly credential?: RequestCredential;
}

/** Who calls: a verified client, nobody, or a caller whose credential was refused, with the reason (such as `token_expired`). */
export type IdentifiedCaller = VerifiedClient | { readonly error: string } | null;

/**
 * Options of the middleware.
 *
 * @typeParam Native - A request, as the framework gives it.
 */
export interface MiddlewareOptions<Native> {
  /** Path of the policy file or of a bundle; or a policy that was compiled, or an engine that runs one already. */
  readonly policy: string | Policy | PolicyEngine;
  /**
   * Says who calls. Default: the policy's identity sources, verified as the server does. A callback that throws or rejects is
   * answered by the fail mode.
   */
  readonly identify?: (request: Native) => IdentifiedCaller | Promise<IdentifiedCaller>;
  /** The parsed body, for the fields that a policy reads. Default: what the framework has parsed. */
  readonly body?: (request: Native) => unknown;
  /** Address that the connection comes from, where the framework does not tell. */
  readonly address?: (request: Native) => string;
  /** What is done where deciding fails: `open` lets through, `closed` answers 503. Default `closed`. */
  readonly failMode?: "open" | "closed";
  /** The longest delay of a `slow`, in milliseconds; a longer one is answered 429. Default 30,000. */
  readonly delayMaxMs?: number;
  /** Requests held by `slow` at once; one more is answered 429. Default 1,024. */
  readonly heldMax?: number;
  /** RateLimit fields on answers that are let through too. Default `refusals`. */
  readonly rateLimitFields?: "refusals" | "all";
  /** Reload when a file of the policy changes. Default false. */
  readonly watch?: boolean;
  /** Secrets of `hmac-sha256:<id>:…` key hashes, by id. Default: what `EDGEPOLICY_PEPPER` says. */
  readonly peppers?: Readonly<Record<string, string>>;
  /** What challenges are sealed with, how hard they are, and how long passes are good for. */
  readonly challenges?: ChallengeOptions;
  /** Gets each line of the decision log. Default: none is kept. */
  readonly log?: (line: string) => void;
  /** Headers whose values the decision log shows. Default none. */
  readonly logHeaders?: readonly string[];
  /** Decisions whose outcome is waited for at once. Default 65,536. */
  readonly outcomesMax?: number;
  /** Told of reloads and faults, one line each. Default: standard error. */
  readonly report?: (line: string) => void;
  /** Now, in integer microseconds since the Unix epoch. Default: this machine's clock. */
  readonly clock?: () => number;
}

/** The part of the options that is the server's too. */
export function serverOptions<Native>(options: MiddlewareOptions<Native>): ServerOptions {
  const { heldMax, rateLimitFields, peppers, challenges, outcomesMax, report, clock, logHeaders } = options;
  return {
    policy: typeof options.policy === "string" ? options.policy : "the policy",
    ...(heldMax === undefined ? {} : { heldMax }),
    ...(rateLimitFields === undefined ? {} : { rateLimitFields }),
    ...(peppers === undefined ? {} : { peppers }),
    ...(challenges === undefined ? {} : { challenges }),
    ...(outcomesMax === undefined ? {} : { outcomesMax }),
    ...(report === undefined ? {} : { report }),
    ...(clock === undefined ? {} : { clock }),
    ...(logHeaders === undefined ? {} : { log: { headers: logHeaders } }),
  };
}
