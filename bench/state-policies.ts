/** Policies with one piece of state each, keyed by a number that costs nothing to make: the network's number (`ip.asn`). */
import { loadPolicyText } from "../dsl/index.ts";
import { makeRequest, type Policy, type Request } from "../engine/index.ts";

/** One kind of state, declared so that every request with a number records an event or is charged. */
export interface StateKind {
  readonly kind: string;
  readonly declaration: string;
}

const KEY = "per ip.asn else skip";

function signal(kind: string, aggregate: string): StateKind {
  return { kind, declaration: `signal s = ${aggregate} ${KEY} over 1h` };
}

function limit(kind: string, amount: string): StateKind {
  return { kind, declaration: `limit l ${KEY} allow ${amount}` };
}

export const STATE_KINDS: readonly StateKind[] = [
  limit("rate", "1_000 per 1h"),
  limit("exact", "1_000 per 1h exact"),
  limit("calendar", '1_000 per day "Europe/Rome"'),
  limit("at once", "1_000 at once"),
  { kind: "ban", declaration: `rule b when ip.asn ?? 0 > 0 then block for 1h ${KEY}` },
  signal("count", "count"),
  signal("distinct", "distinct(body.size)"),
  signal("sum", "sum(body.size)"),
  signal("max", "max(body.size)"),
  signal("share", "share(body.size > 100B)"),
  signal("steps", "steps(id) on order"),
  signal("interval", "interval"),
  signal("novel", "novel(body.size)"),
  signal("elapsed", "elapsed(order)"),
  { kind: "deviation", declaration: `signal s = deviation ${KEY} over 1h against 24h` },
  signal("overflow", "overflow(1 per 10s burst 5)"),
];

/** The policy of one or several kinds of state within `memory`, as the language writes a size. */
export function statePolicy(kinds: readonly StateKind[], memory: string): Policy {
  const declarations = kinds.map(({ declaration }) => declaration).join("\n");
  const text = `policy "p" { default allow  memory ${memory} }\nroute order = GET "/orders/{id}"\n${declarations}\n`;
  const { policy, diagnostics } = loadPolicyText(text);
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (policy === null) throw new Error(`the policy of ${kinds[0]?.kind} does not compile: ${error?.message ?? ""}`);
  return policy;
}

/** Requests of any key: one object whose number and size change, so that making a request allocates nothing. */
export class KeyedRequest {
  readonly request: Request = makeRequest({ ip: "192.0.2.1", path: "/orders/17" });

  /** The request of a key. @param turn - Varies the size of the body, within eight values. */
  of(key: number, turn: number): Request {
    this.request.asn = key;
    this.request.size = 64 + (turn & 7) * 16;
    return this.request;
  }

  /** The request of a key whose body is of one of many sizes. */
  withValue(key: number, value: number): Request {
    this.request.asn = key;
    this.request.size = 64 + value;
    return this.request;
  }
}
