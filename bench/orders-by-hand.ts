/**
 * The orders example as one would write it by hand in JavaScript: Maps, integers, no policy. It gives the same answers as
 * the policy on traffic of IPv4 callers, plain paths and at most 16 different values a key, and is what the engine's speed
 * is measured against. Every number below stands in examples/orders/orders.edgepolicy too.
 */
import type { Client, Outcome, Policy, Request } from "../engine/index.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Microseconds of a sub-window of ten minutes, and of an hour. */
const TEN_MINUTES_PART = (10 * MINUTE) / 16;
const HOUR_PART = HOUR / 16;

/** The routes, each by its place. */
const ROUTES: readonly string[] = ["login", "order", "orders", "hold", "checkout"];
const [LOGIN, ORDER, ORDERS, HOLD, CHECKOUT] = [0, 1, 2, 3, 4] as const;
const NONE = -1;
const SLASH = 47;

const ALLOW = 0;
const THROTTLE = 3;
const BLOCK = 4;

/** What a decision comes to. Reused: valid until the next one. */
export interface HandDecision {
  verdict: number;
  status: number;
  by: string | null;
  retryAfterMicros: number;
  /** How many rules in shadow hold. */
  shadows: number;
  /** Non-zero where the outcome is awaited. */
  token: number;
}

/** What the outcome of a sign-in is counted under. */
interface Pending {
  readonly network: Network;
  readonly agent: string | undefined;
  readonly stranger: boolean;
}

/** Sub-windows in a sliding window. */
const PARTS = 16;
const SLOTS = PARTS + 1;

/** Events of one key by sub-window. */
class SlidingCount {
  readonly #parts = new Int32Array(SLOTS);
  #last = 0;
  #total = 0;

  add(part: number): void {
    this.#slide(part);
    const slot = part % SLOTS;
    this.#parts[slot] = (this.#parts[slot] ?? 0) + 1;
    this.#total++;
  }
  read(part: number): number {
    if (this.#total > 0) this.#slide(part);
    return this.#total;
  }
  #slide(part: number): void {
    const steps = Math.min(part - this.#last, SLOTS);
    for (let step = 1; step <= steps; step++) {
      const slot = (this.#last + step) % SLOTS;
      this.#total -= this.#parts[slot] ?? 0;
      this.#parts[slot] = 0;
    }
    this.#last = part;
  }
}

/** Different values of one key with the sub-window each was last seen in, the one longest unseen first. */
class SlidingValues<T> {
  readonly #seen = new Map<T, number>();
  #swept = 0;

  add(value: T, part: number): void {
    const known = this.#seen.get(value);
    if (known === part) return;
    if (known !== undefined) this.#seen.delete(value);
    this.#seen.set(value, part);
  }
  /** Nothing is forgotten within a sub-window, so there is nothing to look through until the next. */
  read(part: number): number {
    if (part !== this.#swept) this.#sweep(part);
    return this.#seen.size;
  }
  #sweep(part: number): void {
    this.#swept = part;
    for (const [value, last] of this.#seen) {
      if (last >= part - PARTS) return;
      this.#seen.delete(value);
    }
  }
}

/** A client: what the inventory says of it, and its state. */
class Caller {
  readonly network: number;
  readonly expires: number;
  /** A bit for each route that it may call. */
  readonly routes: number;
  readonly intervalMicros: number;
  readonly burst: number;
  readonly fanout = new SlidingValues<number>();
  loginFull = 0;
  fairFull = 0;

  constructor({ networks, expires, operations, rate }: Client) {
    const { allow, perMicros, burst } = rate ?? { allow: 5, perMicros: SECOND, burst: 20 };
    this.network = networkOf(networks[0] ?? "");
    this.expires = expires ?? Number.POSITIVE_INFINITY;
    this.routes = operations.reduce((routes, name) => routes | (1 << ROUTES.indexOf(name)), 0);
    this.intervalMicros = perMicros / allow;
    this.burst = burst;
  }
}

/** The state of a /24. */
class Network {
  readonly failures = new SlidingCount();
  readonly users = new SlidingValues<string>();
  stuffingBan = 0;
  trapBan = 0;
  loginFull = 0;
  fairFull = 0;
}

export class OrdersByHand {
  readonly #callers = new Map<string, Caller>();
  readonly #networks = new Map<number, Network>();
  readonly #tools = new Map<string, SlidingValues<Network>>();
  readonly #traps: ReadonlySet<string>;
  readonly #pending = new Map<number, Pending>();
  readonly #result: HandDecision = { verdict: ALLOW, status: 200, by: null, retryAfterMicros: 0, shadows: 0, token: 0 };
  #nextToken = 1;

  constructor(policy: Policy) {
    const traps = (policy.lists.find(({ name }) => name === "traps")?.values ?? []) as readonly string[];
    this.#traps = new Set(traps);
    for (const method of ["GET", "POST"]) {
      if (traps.some((path) => routeOf(method, path) !== NONE)) throw new Error("a trap stands on a route");
    }
    for (const client of policy.clients) this.#callers.set(client.id, new Caller(client));
  }

  decide(request: Request, now: number): HandDecision {
    const result = this.#result;
    result.verdict = ALLOW;
    result.status = 200;
    result.by = null;
    result.retryAfterMicros = 0;
    result.shadows = 0;
    result.token = 0;
    const { ip, path } = request;
    const number = networkOf(ip);
    const caller = request.client === null ? undefined : this.#callers.get(request.client);
    if (caller !== undefined && (caller.expires <= now || caller.network !== number)) {
      this.#refuse(BLOCK, 403, caller.expires <= now ? "client_expired" : "outside_networks", 0);
      return result;
    }
    const network = this.#network(number);
    const route = routeOf(request.method, path);
    if (route === LOGIN) this.#decideLogin(request, caller, network, now);
    else if (route !== NONE) this.#decideApi(caller, route, number, now);
    if (network.trapBan > now) this.#refuse(BLOCK, 403, "trap", network.trapBan - now);
    if (route === NONE) this.#decideStray(path, network, now);
    if (result.verdict !== ALLOW) return result;
    if (route !== LOGIN) this.#askFairUse(caller, network, now);
    else if (number !== OFFICE) this.#askLoginRate(caller, network, now);
    if (route === LOGIN && result.verdict === ALLOW) this.#await(request, caller, network);
    return result;
  }

  observe(token: number, outcome: Outcome, now: number): void {
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    this.#pending.delete(token);
    if (outcome.status !== 401 && outcome.status !== 403) return;
    const { network, agent, stranger } = pending;
    const part = Math.floor(now / TEN_MINUTES_PART);
    network.failures.add(part);
    if (!stranger || agent === undefined) return;
    let spread = this.#tools.get(agent);
    if (spread === undefined) this.#tools.set(agent, (spread = new SlidingValues()));
    spread.add(network, part);
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

  #network(number: number): Network {
    let network = this.#networks.get(number);
    if (network === undefined) this.#networks.set(number, (network = new Network()));
    return network;
  }

  #decideLogin(request: Request, caller: Caller | undefined, network: Network, now: number): void {
    const part = Math.floor(now / TEN_MINUTES_PART);
    const username = (request.body as { username?: unknown } | undefined)?.username;
    if (typeof username === "string") network.users.add(username, part);
    if (network.stuffingBan > now) this.#refuse(BLOCK, 403, "stuffing", network.stuffingBan - now);
    if (this.#risk(request, caller, network, part) < 70) return;
    network.stuffingBan = now + 15 * MINUTE;
    this.#refuse(BLOCK, 403, "stuffing", 15 * MINUTE);
  }

  #risk(request: Request, caller: Caller | undefined, network: Network, part: number): number {
    const agent = request.headers["user-agent"];
    const spread = agent === undefined ? undefined : this.#tools.get(agent);
    let risk = 0;
    if (spread !== undefined && spread.read(part) > 10) risk += 70;
    if (network.users.read(part) > 20) risk += 40;
    if (network.failures.read(part) > 10) risk += 30;
    if (request.ip.startsWith("192.0.2.") && isTorExit(request.ip)) risk += 15;
    if (caller !== undefined) risk -= 60;
    return risk;
  }

  #decideApi(caller: Caller | undefined, route: number, number: number, now: number): void {
    if (caller === undefined) return this.#refuse(BLOCK, 401, "anonymous", 0);
    const part = Math.floor(now / HOUR_PART);
    caller.fanout.add(number, part);
    if ((caller.routes & (1 << route)) === 0) this.#refuse(BLOCK, 403, "over_reach", 0);
    // An API key is never evidence of a bound token.
    if (caller.fanout.read(part) > 3) this.#result.shadows = 1;
  }

  #decideStray(path: string, network: Network, now: number): void {
    const query = path.indexOf("?");
    if (this.#traps.has(query < 0 ? path : path.slice(0, query))) {
      network.trapBan = now + 24 * HOUR;
      this.#refuse(BLOCK, 403, "trap", 24 * HOUR);
    } else if (this.#result.verdict === ALLOW) {
      this.#refuse(BLOCK, 403, null, 0);
    }
  }

  #askLoginRate(caller: Caller | undefined, network: Network, now: number): void {
    const holder = caller ?? network;
    const interval = caller === undefined ? 6 * SECOND : caller.intervalMicros;
    const next = Math.max(holder.loginFull, now) + interval;
    const wait = next - (caller === undefined ? 10 : caller.burst) * interval - now;
    if (wait > 0) this.#refuse(THROTTLE, 429, "login_rate", wait);
    else holder.loginFull = next;
  }

  #askFairUse(caller: Caller | undefined, network: Network, now: number): void {
    const holder = caller ?? network;
    const interval = caller === undefined ? SECOND / 5 : caller.intervalMicros;
    const next = Math.max(holder.fairFull, now) + interval;
    const wait = next - (caller === undefined ? 20 : caller.burst) * interval - now;
    if (wait > 0) this.#refuse(THROTTLE, 429, "fair_use", wait);
    else holder.fairFull = next;
  }

  #await(request: Request, caller: Caller | undefined, network: Network): void {
    const token = this.#nextToken++;
    this.#result.token = token;
    this.#pending.set(token, { network, agent: request.headers["user-agent"], stranger: caller === undefined });
  }
}

/** The route of a path, whose query is passed over without cutting it off. */
function routeOf(method: string, path: string): number {
  if (!path.startsWith("/v1/")) return NONE;
  const query = path.indexOf("?", 4);
  const end = query < 0 ? path.length : query;
  if (path.startsWith("orders", 4)) return orderRouteOf(method, path, end);
  if (method !== "POST") return NONE;
  if (end === 9 && path.startsWith("login", 4)) return LOGIN;
  if (end === 12 && path.startsWith("checkout", 4)) return CHECKOUT;
  const isHold = path.startsWith("cart/", 4) && path.startsWith("/hold", end - 5) && path.indexOf("/", 9) === end - 5;
  return isHold ? HOLD : NONE;
}

function orderRouteOf(method: string, path: string, end: number): number {
  if (end === 10) return method === "GET" || method === "POST" ? ORDERS : NONE;
  if (method !== "GET" || path.charCodeAt(10) !== SLASH) return NONE;
  const next = path.indexOf("/", 11);
  return next < 0 || next >= end ? ORDER : NONE;
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
