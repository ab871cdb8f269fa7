/** Who calls: clients of the inventory from where they may and may not call, and strangers; and the plain request to each route. */
import { type Client, makeRequest, type Policy, type Request, type Route } from "../../engine/index.ts";
import { plainValue } from "./bodies.ts";
import { addressesAround, STRANGERS } from "./values.ts";
import { withField } from "./variations.ts";
import { prepareCall } from "../route-call.ts";

/** Clients that are tried; of more, every so many-th. */
const MOST_CLIENTS = 64;

/** Callers, the plainest first: strangers and clients in turn, so that neither are rare. */
export function callersOf({ clients }: Policy): readonly Partial<Request>[] {
  const chosen = spread(clients, MOST_CLIENTS);
  const known = chosen.map((client): Partial<Request> => ({ client: client.id, ip: homeOf(client) }));
  const strangers = STRANGERS.map((ip): Partial<Request> => ({ ip }));
  const [first] = chosen.filter(({ networks }) => networks.length > 0);
  const misplaced = first === undefined ? [] : [{ client: first.id, ip: "192.0.2.77" }, { ip: homeOf(first) }];
  const others = [...strangers, ...misplaced];
  if (known.length === 0) return others;
  return Array.from({ length: 2 * Math.max(known.length, others.length) }, (_, index) => {
    const from = index % 2 === 0 ? others : known;
    return from[(index >> 1) % from.length]!;
  });
}

function spread<T>(items: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, items.length / most);
  return Array.from({ length: Math.min(items.length, most) }, (_, index) => items[Math.floor(index * step)]!);
}

/** An address that the client may call from. */
function homeOf({ networks }: Client): string {
  const [first] = networks;
  return (first === undefined ? undefined : addressesAround([first])[0]) ?? "192.0.2.1";
}

/** The plain request of a caller to a route, or to none. */
export function callOf(route: Route | undefined, caller: Partial<Request>, method: number): Request {
  if (route === undefined) return makeRequest({ path: "/nowhere", ...caller });
  const call = prepareCall(route);
  const request = makeRequest({
    method: call.methods[method % call.methods.length] ?? "GET",
    path: pathOf(route),
    headers: route.host === null ? {} : { host: call.host },
    ...caller,
  });
  return route.body.reduce((filled, field) => withField(filled, field, plainValue(field.type)), request);
}

function pathOf({ segments }: Route): string {
  return `/${segments.map((each) => (each.kind === "literal" ? each.text : "1")).join("/")}`;
}

/** The request as a `test` says it: facts and host come from headers, and a body is no smaller than it is. */
export function sayable(request: Request, policy: Policy): Request {
  const { headers, body, client } = request;
  const facts = policy.facts.flatMap(({ name, header }) => {
    const value = headers[header];
    return value === undefined ? [] : [[name, value] as const];
  });
  const hasToken = request.scopes !== null || request.claims !== null;
  return {
    ...request,
    host: headers["host"] ?? "",
    facts: Object.fromEntries(facts),
    evidence: client === null ? null : request.evidence,
    size: Math.max(request.size, body === undefined ? 0 : Buffer.byteLength(JSON.stringify(body))),
    scopes: hasToken ? (request.scopes ?? []) : null,
    claims: hasToken ? (request.claims ?? {}) : null,
  };
}
