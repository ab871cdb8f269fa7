/** Who changes something at run time, and why; and why something is not changed. */
import type { AuditEvent } from "../audit-log/entry.ts";

/** The part of an audit entry that is the same whatever is changed. */
export type Act = Pick<AuditEvent, "author" | "token" | "role" | "reason">;

/** Why a change is not made. `missing`: it names what is not there; `conflict`: it goes against what is; `full`: there is no room. */
export class ContainmentError extends Error {
  readonly code: "missing" | "conflict" | "full";

  constructor(code: ContainmentError["code"], message: string) {
    super(message);
    this.name = "ContainmentError";
    this.code = code;
  }
}

/** The end of what has none: the last day that a time can name. Microseconds. */
export const NO_END: number = Date.UTC(2199, 11, 31) * 1_000;
