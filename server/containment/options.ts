/** Options of the guard against rules that ban too many. */
import { invalidOption } from "../server-error.ts";

/** When a rule bans too many clients, and what is done then. */
export interface BanGuardOptions {
  /** Default `on`. */
  readonly mode?: "on" | "off";
  /** Most clients that one rule may ban, in percent of those seen in ten minutes. Default 5. */
  readonly percent?: number;
  /** Clients that must have been seen in ten minutes before anything is done. Default 50. */
  readonly least?: number;
  /**
   * What is done where a rule bans as large a share of the networks from which callers that are no clients come: `warn` says so, `shadow`
   * does as for clients, `off` does not count them. Default `warn`, because whoever has many addresses could have a rule turned off.
   */
  readonly strangers?: "warn" | "shadow" | "off";
  /** Milliseconds that such a rule stays in shadow. Default a day. */
  readonly shadowMs?: number;
}

const DAY_MS = 86_400_000;

/** @throws {ServerError} `option_invalid`, naming the option. */
export function readBanGuard(options: BanGuardOptions = {}): Required<BanGuardOptions> {
  const { mode = "on", percent = 5, least = 50, strangers = "warn", shadowMs = DAY_MS } = options;
  const guard = { mode, percent, least, strangers, shadowMs };
  if (!(guard.percent > 0 && guard.percent <= 100)) {
    throw invalidOption("banGuard.percent", `${guard.percent} is not above 0 and up to 100`);
  }
  for (const name of ["least", "shadowMs"] as const) {
    if (Number.isSafeInteger(guard[name]) && guard[name] >= 1) continue;
    throw invalidOption(`banGuard.${name}`, `${guard[name]} is not a positive whole number`);
  }
  return guard;
}
