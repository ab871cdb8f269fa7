/** Why a server does not start, as an error with a code, what happened, and what to do. */
import type { LoadResult } from "../dsl/index.ts";

/** Why a server does not start. */
export type ServerErrorCode =
  | "option_invalid"
  | "config_invalid"
  | "policy_invalid"
  | "pepper_missing"
  | "identity_unverifiable"
  | "keys_unusable"
  | "credentials_unusable"
  | "transport_missing"
  | "address_in_use"
  | "address_unusable"
  | "log_unusable"
  | "state_unusable"
  | "data_unusable"
  | "worker_failed";

/** What `startServer` throws. The message is one line; `help` says what to do. */
export class ServerError extends Error {
  readonly code: ServerErrorCode;
  /** What to do about it; empty if the message says all. */
  readonly help: string;
  /** The diagnostics of a policy that does not load, for `policy_invalid`. */
  readonly load: LoadResult | null;

  constructor(code: ServerErrorCode, message: string, help = "", load: LoadResult | null = null) {
    super(message);
    this.name = "ServerError";
    this.code = code;
    this.help = help;
    this.load = load;
  }
}

/** An option that says what no server can do. `option` is its name in `ServerOptions`, such as `log.rotate.keep`. */
export function invalidOption(option: string, message: string, help = ""): ServerError {
  return new ServerError("option_invalid", `option ${option}: ${message}`, help);
}

/** What went wrong, of anything that can be thrown. */
export function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
