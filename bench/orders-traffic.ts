/**
 * Traffic for the orders example: a thousand clients with a network each, and a thousand strangers who sign in, some of them
 * with stolen credentials. It is made once, so that only deciding is timed.
 */
import { type LoadResult, loadPolicy, nodeFiles } from "../dsl/index.ts";
import type { Client, Outcome, Policy, Request } from "../engine/index.ts";
import { makeOutcome, makeRequest } from "../engine/index.ts";
import { seeded } from "./seeded.ts";

/** One request with its time and what the service would answer. */
export interface Arrival {
  readonly request: Request;
  /** Microseconds since the first arrival. */
  readonly afterMicros: number;
  readonly outcome: Outcome;
}

const CLIENTS = 1_000;
const STRANGERS = 1_000;
/** Mean time between arrivals: 2,000 requests a second. */
const GAP_MICROS = 500;
/** Strangers that share a tool: 16 networks are found out as a crowd, and still counted exactly. */
const STRANGERS_A_TOOL = 16;
/** Every so many tools, one is a thief's: its sign-ins all fail. */
const THIEF_TOOLS = 8;

const OK = makeOutcome(200);
const UNAUTHORIZED = makeOutcome(401);

/** The example's policy with an inventory of a thousand clients like its own. */
export function ordersPolicy(): Policy {
  const path = new URL("../examples/orders/orders.edgepolicy", import.meta.url).pathname;
  const { policy, diagnostics }: LoadResult = loadPolicy(path, nodeFiles);
  if (policy === null) throw new Error(`the example does not compile: ${diagnostics[0]?.message ?? ""}`);
  const model = policy.clients.find((client) => client.rate !== null);
  if (model === undefined) throw new Error("the example has no client with a rate");
  return { ...policy, clients: Array.from({ length: CLIENTS }, (_, index) => clientLike(model, index)) };
}

function clientLike(model: Client, index: number): Client {
  return { ...model, id: `client_${index}`, networks: [`10.${index >> 8}.${index & 255}.0/24`], credentials: [] };
}

/** `count` arrivals in time order. */
export function ordersTraffic(count: number, seed: number): readonly Arrival[] {
  const random = seeded(seed);
  let afterMicros = 0;
  return Array.from({ length: count }, () => {
    afterMicros += 1 + Math.floor(random() * 2 * GAP_MICROS);
    return random() < 0.75 ? clientArrival(random, afterMicros) : strangerArrival(random, afterMicros);
  });
}

function clientArrival(random: () => number, afterMicros: number): Arrival {
  const index = Math.floor(random() * CLIENTS);
  const ip = `10.${index >> 8}.${index & 255}.${1 + Math.floor(random() * 9)}`;
  const caller = { ip, client: `client_${index}`, headers: headersOf(`partner/${index % 7}`), host: "api.example.com" };
  return { request: makeRequest({ ...caller, ...clientCall(random) }), afterMicros, outcome: OK };
}

function clientCall(random: () => number): Partial<Request> {
  const share = random();
  const number = Math.floor(random() * 100_000);
  if (share < 0.6) return { method: "GET", path: `/v1/orders/${number}?expand=lines` };
  if (share < 0.8) return { method: "POST", path: "/v1/orders", size: 300 };
  if (share < 0.9) return { method: "POST", path: `/v1/cart/sku-${number}/hold`, size: 40 };
  if (share < 0.95) return { method: "POST", path: "/v1/checkout", size: 120 };
  return { method: "POST", path: "/v1/login", body: { username: `client${number % 3}` }, size: 60 };
}

function strangerArrival(random: () => number, afterMicros: number): Arrival {
  const index = Math.floor(random() * STRANGERS);
  const ip = `172.${16 + (index >> 8)}.${index & 255}.${1 + Math.floor(random() * 9)}`;
  const tool = Math.floor(index / STRANGERS_A_TOOL);
  const headers = headersOf(`tool/${tool}`);
  const caller = { ip, headers, host: "api.example.com" };
  if (random() < 0.3) {
    const path = random() < 0.02 ? "/.env" : `/v1/orders/${Math.floor(random() * 100_000)}`;
    return { request: makeRequest({ ...caller, path }), afterMicros, outcome: OK };
  }
  const body = { username: `user-${Math.floor(random() * 12)}` };
  const request = makeRequest({ ...caller, method: "POST", path: "/v1/login", body, size: 60 });
  return { request, afterMicros, outcome: tool % THIEF_TOOLS === 0 || random() < 0.1 ? UNAUTHORIZED : OK };
}

function headersOf(userAgent: string): Readonly<Record<string, string>> {
  return { "user-agent": userAgent, accept: "application/json", "content-type": "application/json" };
}
