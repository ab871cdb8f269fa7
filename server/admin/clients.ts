/** `/v1/clients`: the inventory's clients and how they are contained; `/v1/clients/ID/VERB` contains one or ends that. */
import { closestName, fields } from "../../traffic/index.ts";
import { ContainmentError, NO_END } from "../containment/act.ts";
import { type ClientState, endsText } from "../containment/containment.ts";
import type { Held } from "../containment/overlay-book.ts";
import {
  ACT,
  type Answer,
  type Call,
  type Endpoint,
  onlyMembers,
  onlyParameters,
  readAct,
  readEnds,
  readLimit,
} from "./call.ts";
import type { AdminParts } from "./parts.ts";

const STATES: Readonly<Record<string, ClientState>> = {
  suspend: "suspended",
  quarantine: "quarantined",
  revoke: "revoked",
};
const MOST_SHOWN = 1_000;

export function clientsEndpoint(parts: AdminParts): Endpoint {
  return {
    path: "/v1/clients",
    get: (call) => (call.rest.length === 0 ? listClients(parts, call) : showClient(parts, call)),
    post: (call) => changeClient(parts, call),
    examples: { post: { author: "m.rossi", reason: "INC-42: odd refunds" } },
  };
}

/** Clients in the inventory's order, from the one after `after` on. */
function listClients(parts: AdminParts, { query }: Call): Answer {
  onlyParameters(query, ["after", "contained", "limit"]);
  const { policy } = parts.gate.view;
  const from = readAfter(query, parts);
  const onlyContained = readContained(query);
  const most = readLimit(query, 100, MOST_SHOWN);
  const states = statesById(parts);
  const shown: object[] = [];
  let place = from;
  for (; place < policy.clients.length && shown.length < most; place++) {
    const id = policy.clients[place]?.id ?? "";
    if (!onlyContained || states.has(id)) shown.push(describe(parts, place, states.get(id) ?? null));
  }
  const next = place < policy.clients.length ? (policy.clients[place - 1]?.id ?? null) : null;
  return { value: { clients: shown, next, durable: parts.operation.containment.durable } };
}

/** The place to begin at. A client that a reload has taken out is none to go on from, and to begin anew in silence could go on for ever. */
function readAfter(query: URLSearchParams, { gate }: AdminParts): number {
  const after = query.get("after");
  if (after === null) return 0;
  const place = gate.view.policy.clients.findIndex(({ id }) => id === after);
  if (place >= 0) return place + 1;
  throw new fields.FieldProblem("after", `\`after\` must be a client of the inventory, but is ${fields.quote(after)}`);
}

function readContained(query: URLSearchParams): boolean {
  const text = query.get("contained");
  if (text === null || text === "false") return false;
  if (text === "true") return true;
  throw new fields.FieldProblem("contained", `\`contained\` must be true or false, but is ${fields.quote(text)}`);
}

interface State {
  readonly state: ClientState;
  readonly held: Held;
}

function statesById({ operation }: AdminParts): ReadonlyMap<string, State> {
  const { containment } = operation;
  const ids = containment
    .inForce("client")
    .flatMap(({ overlay }) => ("subject" in overlay && "client" in overlay.subject ? [overlay.subject.client] : []));
  return new Map(
    ids.flatMap((id) => {
      const state = containment.stateOf(id);
      return state === null ? [] : [[id, state] as const];
    }),
  );
}

function describe({ gate, operation }: AdminParts, place: number, state: State | null): object {
  const client = gate.view.policy.clients[place];
  if (client === undefined) return {};
  const { id, kind, purpose, owner, environment, status, plan, tags } = client;
  const seen = operation.guard.lastSeen(place);
  return {
    id,
    kind,
    purpose,
    owner: owner.team,
    environment,
    status,
    plan,
    tags,
    containment: state === null ? null : containmentValue(state),
    last_seen: seen === 0 ? null : new Date(seen / 1_000).toISOString(),
  };
}

function containmentValue({ state, held: { overlay, setMicros } }: State): object {
  const { id, author, reason, endsMicros } = overlay;
  return {
    state,
    overlay: id,
    author,
    reason,
    set: new Date(setMicros / 1_000).toISOString(),
    ends: endsText(endsMicros),
  };
}

function showClient(parts: AdminParts, { rest }: Call): Answer {
  const [id = "", ...more] = rest;
  const place = parts.gate.view.policy.clients.findIndex((client) => client.id === id);
  if (place < 0) throw unknown(parts, id);
  if (more.length > 0)
    throw new ContainmentError("missing", "a client is shown at /v1/clients/ID, and changed with POST");
  return { value: describe(parts, place, parts.operation.containment.stateOf(id)) };
}

function changeClient(parts: AdminParts, call: Call): Answer {
  const [id = "", verb = "", ...more] = call.rest;
  const { containment } = parts.operation;
  if (more.length > 0 || (verb !== "restore" && !Object.hasOwn(STATES, verb))) {
    const verbs = [...Object.keys(STATES), "restore"].join(", ");
    throw new ContainmentError("missing", `ask for /v1/clients/ID/VERB, with one of ${verbs}`);
  }
  const isKnown = parts.gate.view.policy.clients.some((client) => client.id === id);
  // What is contained can be restored, also after it has left the inventory.
  if (!isKnown && containment.stateOf(id) === null) throw unknown(parts, id);
  if (verb === "restore") return restore(parts, id, call);
  const state = STATES[verb] ?? "suspended";
  onlyMembers(call.body, state === "revoked" ? ACT : [...ACT, "for", "ends"]);
  const held = containment.contain(id, state, readEnds(call.body, parts.gate.now(), NO_END), readAct(call));
  return { value: { id, containment: containmentValue({ state, held }), durable: containment.durable } };
}

function restore({ operation: { containment } }: AdminParts, id: string, call: Call): Answer {
  onlyMembers(call.body, [...ACT, "revoked"]);
  const { revoked = false } = call.body;
  if (typeof revoked !== "boolean") throw new fields.FieldProblem("revoked", "`revoked` must be true or false");
  containment.restore(id, revoked, readAct(call));
  return { value: { id, containment: null, durable: containment.durable } };
}

function unknown({ gate }: AdminParts, id: string): ContainmentError {
  const close = closestName(
    id,
    gate.view.policy.clients.map((client) => client.id),
  );
  const hint = close === null ? "" : `; did you mean \`${close}\`?`;
  return new ContainmentError("missing", `the inventory has no client ${fields.quote(id)}${hint}`);
}
