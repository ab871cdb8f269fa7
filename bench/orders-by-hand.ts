/**
 * The orders example as one would write it by hand in JavaScript: Maps, integers, no policy. It gives the same answers as
 * the policy on traffic of IPv4 callers, plain paths and at most 16 different values a key, and is what the engine's speed
 * is measured against. Every number below stands in examples/orders/orders.edgepolicy too.
 */
import type { Outcome, Policy, Request } from "../engine/index.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const ALLOW = 0;
const THROTTLE = 3;
const BLOCK = 4;

/** What a decision comes to. Reused: valid until the next one. */
export interface HandDecision {
  verdict: number;
  status: number;
  by: string | null;
  retryAfterMicros: number;
  /** Non-zero where the outcome is awaited. */
  token: number;
}

interface HandClient {
  readonly network: number;
  readonly expires: number;
  readonly operations: ReadonlySet<string>;
  readonly intervalMicros: number;
  readonly burst: number;
}

/** What the outcome of a sign-in is counted under. */
interface Pending {
  readonly network: number;
  readonly agent: string | undefined;
  readonly stranger: boolean;
}

/** Sub-windows in a sliding window. */
const PARTS = 16;

/** Events of a key by sub-window. */
class SlidingCounts {
  readonly #counts = new Map<number | string, { readonly parts: Int32Array; last: number; total: number }>();
  readonly #part: number;

  constructor(windowMicros: number) {
    this.#part = windowMicros / PARTS;
  }
  add(key: number | string, now: number): void {
    const part = Math.floor(now / this.#part);
    let entry = this.#counts.get(key);
    if (entry === undefined) {
      entry = { parts: new Int32Array(PARTS + 1), last: part, total: 0 };
      this.#counts.set(key, entry);
    }
    this.#slide(entry, part);
    const slot = part % (PARTS + 1);
    entry.parts[slot] = (entry.parts[slot] ?? 0) + 1;
    entry.total++;
  }
  read(key: number | string, now: number): number {
    const entry = this.#counts.get(key);
    if (entry === undefined) return 0;
    this.#slide(entry, Math.floor(now / this.#part));
    return entry.total;
  }
  #slide(entry: { readonly parts: Int32Array; last: number; total: number }, part: number): void {
    const steps = Math.min(part - entry.last, PARTS + 1);
    for (let step = 1; step <= steps; step++) {
      const slot = (entry.last + step) % (PARTS + 1);
      entry.total -= entry.parts[slot] ?? 0;
      entry.parts[slot] = 0;
    }
    entry.last = part;
  }
}

/** Different values of a key, each with the sub-window it was last seen in. */
class SlidingValues {
  readonly #values = new Map<number | string, Map<number | string, number>>();
  readonly #part: number;

  constructor(windowMicros: number) {
    this.#part = windowMicros / PARTS;
  }
  add(key: number | string, value: number | string, now: number): void {
    let seen = this.#values.get(key);
    if (seen === undefined) this.#values.set(key, (seen = new Map()));
    seen.set(value, Math.floor(now / this.#part));
  }
  read(key: number | string, now: number): number {
    const seen = this.#values.get(key);
    if (seen === undefined) return 0;
    const oldest = Math.floor(now / this.#part) - PARTS;
    let live = 0;
    for (const [value, part] of seen) {
      if (part >= oldest) live++;
      else seen.delete(value);
    }
    return live;
  }
}

export class OrdersByHand {
  readonly #clients = new Map<string, HandClient>();
  readonly #traps: ReadonlySet<string>;
  readonly #failures = new SlidingCounts(10 * MINUTE);
  readonly #users = new SlidingValues(10 * MINUTE);
  readonly #toolSpread = new SlidingValues(10 * MINUTE);
  readonly #fanout = new SlidingValues(HOUR);
  readonly #loginRate = new Map<number | string, number>();
  readonly #fairUse = new Map<number | string, number>();
  readonly #stuffingBans = new Map<number, number>();
  readonly #trapBans = new Map<number, number>();
  readonly #pending = new Map<number, Pending>();
  readonly #result: HandDecision = { verdict: ALLOW, status: 200, by: null, retryAfterMicros: 0, token: 0 };
  #nextToken = 1;

  constructor(policy: Policy) {
    this.#traps = new Set((policy.lists.find(({ name }) => name === "traps")?.values ?? []) as readonly string[]);
    for (const client of policy.clients) {
      const rate = client.rate ?? { allow: 5, perMicros: SECOND, burst: 20 };
      this.#clients.set(client.id, {
        network: networkOf(client.networks[0] ?? ""),
        expires: client.expires ?? Number.POSITIVE_INFINITY,
        operations: new Set(client.operations),
        intervalMicros: rate.perMicros / rate.allow,
        burst: rate.burst,
      });
    }
  }

  decide(request: Request, now: number): HandDecision {
    const result = this.#result;
    result.verdict = ALLOW;
    result.status = 200;
    result.by = null;
    result.retryAfterMicros = 0;
    result.token = 0;
    const query = request.path.indexOf("?");
    const path = query < 0 ? request.path : request.path.slice(0, query);
    const route = routeOf(request.method, path);
    const network = networkOf(request.ip);
    const client = request.client === null ? undefined : this.#clients.get(request.client);
    if (client !== undefined && (client.expires <= now || client.network !== network)) {
      this.#refuse(BLOCK, 403, client.expires <= now ? "client_expired" : "outside_networks", 0);
      return result;
    }
    if (route === "login") this.#decideLogin(request, client, network, now);
    else if (route !== null) this.#decideApi(request, client, route, network, now);
    const trapped = this.#traps.has(path);
    this.#checkTrap(trapped, network, now);
    if (route === null && result.verdict === ALLOW) this.#refuse(BLOCK, 403, null, 0);
    if (result.verdict === ALLOW) this.#askLimit(request, client, route, network, now);
    if (route === "login" && result.verdict === ALLOW) {
      result.token = this.#nextToken++;
      this.#pending.set(result.token, {
        network,
        agent: request.headers["user-agent"],
        stranger: client === undefined,
      });
    }
    return result;
  }

  observe(token: number, outcome: Outcome, now: number): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    this.#pending.delete(token);
    if (outcome.status !== 401 && outcome.status !== 403) return;
    this.#failures.add(pending.network, now);
    if (pending.stranger && pending.agent !== undefined) this.#toolSpread.add(pending.agent, pending.network, now);
  }

  /** Keeps the stricter answer, and of two refusals of a kind the longer; the earlier one wins a tie. */
  #refuse(verdict: number, status: number, by: string | null, retryAfterMicros: number): void {
    const result = this.#result;
    if (verdict < result.verdict) return;
    if (verdict === result.verdict && retryAfterMicros <= result.retryAfterMicros) return;
    result.verdict = verdict;
    result.status = status;
    result.by = by;
    result.retryAfterMicros = retryAfterMicros;
  }

  #decideLogin(request: Request, client: HandClient | undefined, network: number, now: number): void {
    const username = (request.body as { username?: unknown } | undefined)?.username;
    if (typeof username === "string") this.#users.add(network, username, now);
    const ban = this.#stuffingBans.get(network) ?? 0;
    if (ban > now) this.#refuse(BLOCK, 403, "stuffing", ban - now);
    if (this.#risk(request, client, network, now) < 70) return;
    this.#stuffingBans.set(network, now + 15 * MINUTE);
    this.#refuse(BLOCK, 403, "stuffing", 15 * MINUTE);
  }

  #risk(request: Request, client: HandClient | undefined, network: number, now: number): number {
    const agent = request.headers["user-agent"];
    let risk = 0;
    if (agent !== undefined && this.#toolSpread.read(agent, now) > 10) risk += 70;
    if (this.#users.read(network, now) > 20) risk += 40;
    if (this.#failures.read(network, now) > 10) risk += 30;
    if (request.ip.startsWith("192.0.2.") && isTorExit(request.ip)) risk += 15;
    if (client !== undefined) risk -= 60;
    return risk;
  }

  #decideApi(request: Request, client: HandClient | undefined, route: string, network: number, now: number): void {
    if (client === undefined) return this.#refuse(BLOCK, 401, "anonymous", 0);
    this.#fanout.add(request.client ?? "", network, now);
    if (!client.operations.has(route)) this.#refuse(BLOCK, 403, "over_reach", 0);
  }

  #checkTrap(trapped: boolean, network: number, now: number): void {
    const ban = this.#trapBans.get(network) ?? 0;
    if (ban > now) this.#refuse(BLOCK, 403, "trap", ban - now);
    if (!trapped) return;
    this.#trapBans.set(network, now + 24 * HOUR);
    this.#refuse(BLOCK, 403, "trap", 24 * HOUR);
  }

  #askLimit(
    request: Request,
    client: HandClient | undefined,
    route: string | null,
    network: number,
    now: number,
  ): void {
    const login = route === "login";
    if (login && network === OFFICE) return;
    const interval = client?.intervalMicros ?? (login ? 6 * SECOND : SECOND / 5);
    const burst = client?.burst ?? (login ? 10 : 20);
    const full = login ? this.#loginRate : this.#fairUse;
    const key = client === undefined ? network : (request.client ?? "");
    const next = Math.max(full.get(key) ?? 0, now) + interval;
    const wait = next - burst * interval - now;
    if (wait > 0) this.#refuse(THROTTLE, 429, login ? "login_rate" : "fair_use", wait);
    else full.set(key, next);
  }
}

function routeOf(method: string, path: string): string | null {
  if (!path.startsWith("/v1/")) return null;
  if (path === "/v1/orders") return method === "GET" || method === "POST" ? "orders" : null;
  if (method === "GET") return path.startsWith("/v1/orders/") && path.indexOf("/", 11) < 0 ? "order" : null;
  if (method !== "POST") return null;
  if (path === "/v1/login") return "login";
  if (path === "/v1/checkout") return "checkout";
  return path.startsWith("/v1/cart/") && path.indexOf("/", 9) === path.length - 5 && path.endsWith("/hold")
    ? "hold"
    : null;
}

/** The /24 of an IPv4 address, as the number of its first three bytes. */
function networkOf(ip: string): number {
  let network = 0;
  let byte = 0;
  for (let at = 0, dots = 0; dots < 3 && at < ip.length; at++) {
    const code = ip.charCodeAt(at);
    if (code === 46) {
      network = network * 256 + byte;
      byte = 0;
      dots++;
    } else {
      byte = byte * 10 + code - 48;
    }
  }
  return network;
}

const OFFICE = networkOf("198.51.100.0");

/** Whether an address of 192.0.2.0/24 is in 192.0.2.128/27. */
function isTorExit(ip: string): boolean {
  const last = Number(ip.slice(ip.lastIndexOf(".") + 1));
  return last >= 128 && last < 160;
}
