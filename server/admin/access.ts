/**
 * Who asks the admin listener, and what that permits. Where no token is configured the listener is on loopback and everyone on this
 * machine may operate; what a browser was led to send there is refused.
 */
import { hash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { RequestView } from "../transport.ts";
import type { AdminRole, AdminToken } from "./options.ts";

/** Who asks. */
export interface Caller {
  /** The token's name; null where no token is asked for. */
  readonly token: string | null;
  readonly role: AdminRole;
}

/** Why somebody may not: the status and what to say. */
export interface Denial {
  readonly status: 401 | 403;
  readonly detail: string;
  /** What is wrong with the token that was sent (RFC 6750 §3.1); left out where none was, or none is asked for. */
  readonly error?: "invalid_token" | "insufficient_scope";
}

/** The scheme's letters count in either case (RFC 9110 §11.1). */
const BEARER = /^bearer +(.+)$/i;
const LOCAL: Caller = { token: null, role: "operate" };
const NO_TOKEN: Denial = { status: 401, detail: "a bearer token is needed" };
const WRONG_TOKEN: Denial = { status: 401, detail: "this server has no such token", error: "invalid_token" };
const READ_ONLY: Denial = { status: 403, detail: "this token may read, not operate", error: "insufficient_scope" };
const BROWSER: Denial = {
  status: 403,
  detail: "without a token only programs on this machine are answered, not pages of other origins",
};

export class Access {
  readonly #known: readonly { readonly digest: Buffer; readonly caller: Caller }[];

  constructor(tokens: readonly AdminToken[]) {
    this.#known = tokens.map(({ name, role, token }) => ({
      digest: digestOf(token),
      caller: { token: name, role },
    }));
  }

  /** Who sent a request that needs `role`, or why it is not answered. */
  check(from: Pick<RequestView, "header">, role: AdminRole): Caller | Denial {
    const caller = this.#known.length === 0 ? localCaller(from) : this.#callerOf(from.header("authorization"));
    if ("status" in caller || role === "read" || caller.role === "operate") return caller;
    return READ_ONLY;
  }

  /** Looks at every token, so that the time does not tell which one was close. */
  #callerOf(authorization: string): Caller | Denial {
    const token = BEARER.exec(authorization)?.[1];
    const digest = digestOf(token ?? "");
    let found: Caller | Denial = token === undefined ? NO_TOKEN : WRONG_TOKEN;
    for (const known of this.#known) if (timingSafeEqual(digest, known.digest)) found = known.caller;
    return found;
  }
}

export function isDenial(caller: Caller | Denial): caller is Denial {
  return "status" in caller;
}

/** A page of another origin names it, and one that had its name pointed at this machine (DNS rebinding) comes with a host name. */
function localCaller(from: Pick<RequestView, "header">): Caller | Denial {
  const host = from.header("host");
  const origin = from.header("origin");
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  const isHere = host === "" || name === "localhost" || isIP(name) !== 0;
  return isHere && (origin === "" || origin === `http://${host}`) ? LOCAL : BROWSER;
}

/** Hashed first, so that texts of any length compare in one time. */
function digestOf(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
