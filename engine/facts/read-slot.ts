/** Reads slots: each when it is first asked for, and once a request. */
import { SlotOp, ValueKind } from "../layout.ts";
import type { ScalarValue } from "../policy.ts";
import { EVIDENCE } from "../policy.ts";
import { ADDRESS_WORDS, formatAddress, formatNetwork, networkAround } from "./address.ts";
import type { Context } from "./context.ts";
import { factNumber } from "./fact-text.ts";
import { graphqlOf } from "./graphql-body.ts";
import { foldBody, memberOf, putJson, valueAt } from "./json-field.ts";
import { cookieValue, countPairs, queryValue } from "./pairs.ts";
import { evidenceOf, hostOf, ipOf, isGranted } from "./read-request.ts";
import { isInWindow } from "./windows.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

/** Whether a slot has a value; if it has, the context holds it. */
export function isPresent(c: Context, slot: number): boolean {
  const stamp = c.stamps[slot]!;
  if (stamp === c.epoch) return true;
  return stamp !== -c.epoch && load(c, slot);
}

function load(c: Context, slot: number): boolean {
  const present = read(c, slot);
  c.stamps[slot] = present ? c.epoch : -c.epoch;
  return present;
}

function putNumber(c: Context, slot: number, value: number | null | undefined): boolean {
  if (value === null || value === undefined) return false;
  c.numbers[slot] = value;
  return true;
}

function putText(c: Context, slot: number, value: string | null | undefined): boolean {
  if (value === null || value === undefined) return false;
  c.texts[slot] = value;
  return true;
}

function putSet(c: Context, slot: number, value: readonly ScalarValue[] | null): boolean {
  if (value === null) return false;
  c.sets[slot] = value;
  return true;
}

function putTruth(c: Context, slot: number, value: boolean): boolean {
  c.numbers[slot] = value ? 1 : 0;
  return true;
}

function putAddress(c: Context, slot: number, words: Uint32Array, at: number): boolean {
  const to = slot * ADDRESS_WORDS;
  for (let word = 0; word < ADDRESS_WORDS; word++) c.words[to + word] = words[at + word]!;
  return true;
}

/** The value of a record's own member; what it inherits does not count. */
function own(record: Readonly<Record<string, string>> | null, name: string): string | null {
  return record !== null && Object.hasOwn(record, name) ? record[name]! : null;
}

function read(c: Context, slot: number): boolean {
  const { request } = c;
  const { slots } = c.program;
  const op = slots.op[slot]!;
  if (op >= SlotOp.clientId && op <= SlotOp.clientExpect) return readClient(c, slot, op);
  if (op >= SlotOp.first) return compute(c, slot, op);
  const a = slots.a[slot]!;
  switch (op) {
    case SlotOp.constant:
      return readConstant(c, slot, a);
    case SlotOp.routeIndex:
      return putNumber(c, slot, c.route);
    case SlotOp.header:
      return putText(c, slot, own(request.headers, slots.names[a]!));
    case SlotOp.path:
      return putText(c, slot, c.path.slice(0, c.pathEnd));
    case SlotOp.ip:
      return putAddress(c, slot, ipOf(c), 0);
    case SlotOp.ipNetwork:
      networkAround(ipOf(c), 0, a, slots.b[slot]!, c.words, slot * ADDRESS_WORDS);
      return true;
    case SlotOp.parameter:
      return readParameter(c, slot, a);
    case SlotOp.body:
      return readBodyField(c, slot, a);
    case SlotOp.method:
      return putText(c, slot, METHOD_NAMES[c.method]!);
    case SlotOp.host:
      return putText(c, slot, hostOf(c));
    case SlotOp.rawPath:
      return putText(c, slot, request.path.slice(0, c.rawEnd));
    case SlotOp.ambiguous:
      return putTruth(c, slot, c.ambiguous);
    case SlotOp.routeName:
      return c.route >= 0 && putText(c, slot, c.program.policy.routes[c.route]!.name);
    case SlotOp.query:
      return putText(c, slot, queryValue(request.path, c.rawEnd + 1, slots.names[a]!));
    case SlotOp.cookie: {
      const header = own(request.headers, "cookie");
      return header !== null && putText(c, slot, cookieValue(header, slots.names[a]!));
    }
    case SlotOp.queryCount:
      return putNumber(c, slot, countPairs(request.path, c.rawEnd + 1));
    case SlotOp.headerCount:
      return putNumber(c, slot, countOwn(request.headers));
    case SlotOp.bodySize:
      return putNumber(c, slot, request.size);
    case SlotOp.asn:
      return putNumber(c, slot, request.asn);
    case SlotOp.country:
      return putText(c, slot, request.country);
    case SlotOp.ja4:
      return putText(c, slot, request.ja4);
    case SlotOp.evidence:
      return putText(c, slot, EVIDENCE[evidenceOf(c)]);
    case SlotOp.identityError:
      return putText(c, slot, c.refusal);
    case SlotOp.tokenScopes:
      return putSet(c, slot, request.scopes);
    case SlotOp.tokenClaim: {
      const claim = memberOf(request.claims, slots.names[a]!);
      return typeof claim === "string" && putText(c, slot, claim);
    }
    case SlotOp.tokenField: {
      const { path, type } = slots.fields[a]!;
      return putJson(c, slot, type, valueAt(request.claims, path));
    }
    case SlotOp.fact:
      return readFact(c, slot, a);
    case SlotOp.granted:
      return putTruth(c, slot, isGranted(c));
    case SlotOp.now:
      return putNumber(c, slot, c.now);
    case SlotOp.hour:
      return putNumber(c, slot, c.program.zones.get(slots.names[a]!)!.hour(c.now));
    case SlotOp.inWindow:
      return putTruth(c, slot, isInWindow(c.program.policy.windows[a]!, c.program.zones, c.now));
    case SlotOp.weekday:
      return putText(c, slot, c.program.zones.get(slots.names[a]!)!.weekday(c.now));
    default:
      return readRare(c, slot, op, a);
  }
}

const METHOD_NAMES = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"] as const;

/** The credential and the outcome. */
function readRare(c: Context, slot: number, op: number, a: number): boolean {
  const { credential } = c.request;
  const { outcome } = c;
  switch (op) {
    case SlotOp.credentialId:
      return credential !== null && putText(c, slot, credential.id);
    case SlotOp.credentialAge:
      return credential !== null && credential.issued !== null && putNumber(c, slot, c.now - credential.issued);
    case SlotOp.credentialExpiresIn:
      return credential !== null && credential.expires !== null && putNumber(c, slot, credential.expires - c.now);
    case SlotOp.responseStatus:
      return outcome !== null && putNumber(c, slot, outcome.status);
    case SlotOp.responseSize:
      return outcome !== null && putNumber(c, slot, outcome.size);
    case SlotOp.responseLatency:
      return outcome !== null && putNumber(c, slot, outcome.latencyMicros);
    case SlotOp.responseHeader:
      return outcome !== null && putText(c, slot, own(outcome.headers, c.program.slots.names[a]!));
    case SlotOp.served:
      return putTruth(c, slot, c.served);
    default:
      return false;
  }
}

function readConstant(c: Context, slot: number, a: number): boolean {
  const { constants, slots } = c.program;
  switch (slots.kind[slot]) {
    case ValueKind.text:
      return putText(c, slot, constants.texts[a]);
    case ValueKind.ip:
    case ValueKind.network:
      return putAddress(c, slot, constants.addresses, a * ADDRESS_WORDS);
    case ValueKind.set:
      return putSet(c, slot, constants.arrays[a]!);
    case ValueKind.rate:
      c.rates[slot] = constants.rates[a]!;
      return true;
    default:
      return putNumber(c, slot, constants.numbers[a]);
  }
}

function readBodyField(c: Context, slot: number, a: number): boolean {
  const field = c.program.slots.bodyFields[a]!.get(c.route);
  if (field === undefined) return false;
  if (field.reader === "graphql") return readGraphql(c, slot, field.name);
  const { body } = c.request;
  if (field.fold === null) return putJson(c, slot, field.type, valueAt(body, field.path));
  const folded = foldBody(field, body);
  return !Number.isNaN(folded) && putNumber(c, slot, folded);
}

/** What is read of a GraphQL request; the names are the language's. */
function readGraphql(c: Context, slot: number, name: string): boolean {
  const query = graphqlOf(c);
  if (query === null) return false;
  if (name === "operation") return putText(c, slot, query.operation);
  return putNumber(c, slot, name === "depth" ? query.depth : query.aliases);
}

/** A fact is a JSON value of its type, or a text that states one. */
function readFact(c: Context, slot: number, a: number): boolean {
  const { path, type } = c.program.slots.fields[a]!;
  const value = memberOf(c.request.facts, path[0]!);
  const kind = c.program.slots.kind[slot]!;
  if (typeof value !== "string" || (kind !== ValueKind.number && kind !== ValueKind.bool))
    return putJson(c, slot, type, value);
  if (kind === ValueKind.bool) return (value === "true" || value === "false") && putTruth(c, slot, value === "true");
  const number = factNumber(value, type);
  return !Number.isNaN(number) && putNumber(c, slot, number);
}

function readParameter(c: Context, slot: number, a: number): boolean {
  const segment = c.program.slots.parameters[a]!.get(c.route);
  if (segment === undefined) return false;
  const { routes } = c.program;
  return putText(c, slot, c.path.slice(routes.starts[segment]!, routes.ends[segment]!));
}

function countOwn(record: Readonly<Record<string, string>>): number {
  let count = 0;
  for (const name in record) if (Object.hasOwn(record, name)) count++;
  return count;
}

function readClient(c: Context, slot: number, op: number): boolean {
  if (c.client < 0) return false;
  const { inventory, slots } = c.program;
  const client = inventory.clients[c.client]!;
  switch (op) {
    case SlotOp.clientId:
      return putText(c, slot, client.id);
    case SlotOp.clientKind:
      return putText(c, slot, client.kind);
    case SlotOp.clientStatus:
      return putText(c, slot, client.status);
    case SlotOp.clientTeam:
      return putText(c, slot, client.owner.team);
    case SlotOp.clientAccountable:
      return putText(c, slot, client.owner.accountable);
    case SlotOp.clientEnvironment:
      return putText(c, slot, client.environment);
    case SlotOp.clientPlan:
      return putText(c, slot, client.plan);
    case SlotOp.clientTags:
      return putSet(c, slot, client.tags);
    case SlotOp.clientOperations:
      return putSet(c, slot, client.operations);
    case SlotOp.clientScopes:
      return putSet(c, slot, client.scopes);
    case SlotOp.clientNetworks:
      return putSet(c, slot, client.networks);
    case SlotOp.clientRate:
      c.rates[slot] = inventory.rates[c.client]!;
      return c.rates[slot] !== null;
    case SlotOp.clientExpires:
      return putNumber(c, slot, client.expires);
    case SlotOp.clientReviewBy:
      return putNumber(c, slot, client.reviewBy);
    case SlotOp.clientLabel:
      return putText(c, slot, own(client.labels, slots.names[slots.a[slot]!]!));
    default: {
      const name = slots.names[slots.a[slot]!]!;
      return Object.hasOwn(client.expect, name) && putNumber(c, slot, client.expect[name]);
    }
  }
}

function saturated(value: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, value));
}

/** Slots computed from others. A missing operand makes the value missing. */
function compute(c: Context, slot: number, op: number): boolean {
  const { slots } = c.program;
  const a = slots.a[slot]!;
  const b = slots.b[slot]!;
  switch (op) {
    case SlotOp.first:
      return readFirst(c, slot, a, b);
    case SlotOp.signal:
      return putNumber(c, slot, c.reader.signal(a));
    case SlotOp.used:
      return putNumber(c, slot, c.reader.used(a));
    case SlotOp.score:
      return putNumber(c, slot, c.reader.score(a));
    case SlotOp.evidenceRank:
      return isPresent(c, a) && putNumber(c, slot, (EVIDENCE as readonly string[]).indexOf(c.texts[a]!));
    case SlotOp.condition:
      return putTruth(c, slot, c.reader.condition(a));
    case SlotOp.cases:
      return readCases(c, slot, a, b);
    case SlotOp.lookup:
      return readLookup(c, slot, a, b);
    default:
      if (!isPresent(c, a) || !isPresent(c, b)) return false;
      return putNumber(c, slot, arithmetic(op, c.numbers[a]!, c.numbers[b]!));
  }
}

function arithmetic(op: number, left: number, right: number): number {
  switch (op) {
    case SlotOp.add:
      return saturated(left + right);
    case SlotOp.subtract:
      return saturated(left - right);
    case SlotOp.multiply:
      return saturated(left * right);
    default:
      return right === 0 ? 0 : (100 * left) / right;
  }
}

function readFirst(c: Context, slot: number, start: number, end: number): boolean {
  const { lists } = c.program.slots;
  for (let index = start; index < end; index++) if (isPresent(c, lists[index]!)) return copy(c, slot, lists[index]!);
  return false;
}

function readCases(c: Context, slot: number, start: number, end: number): boolean {
  const { lists } = c.program.slots;
  for (let index = start; index < end - 1; index += 2)
    if (c.reader.condition(lists[index]!)) return copy(c, slot, lists[index + 1]!);
  return copy(c, slot, lists[end - 1]!);
}

function readLookup(c: Context, slot: number, key: number, index: number): boolean {
  if (!isPresent(c, key)) return false;
  const { slots, otherwise } = c.program.slots.tables[index]!;
  return copy(c, slot, slots.get(scalarOf(c, key)) ?? otherwise);
}

/** Copies the value of a slot of the same kind, if it has one. */
function copy(c: Context, slot: number, from: number): boolean {
  if (!isPresent(c, from)) return false;
  switch (c.program.slots.kind[slot]) {
    case ValueKind.text:
      return putText(c, slot, c.texts[from]);
    case ValueKind.ip:
    case ValueKind.network:
      return putAddress(c, slot, c.words, from * ADDRESS_WORDS);
    case ValueKind.set:
      return putSet(c, slot, c.sets[from]!);
    case ValueKind.rate:
      c.rates[slot] = c.rates[from]!;
      return true;
    default:
      return putNumber(c, slot, c.numbers[from]);
  }
}

/** The single value of a present slot as the policy model has it. Only addresses and networks are made anew. */
export function scalarOf(c: Context, slot: number): ScalarValue {
  switch (c.program.slots.kind[slot]) {
    case ValueKind.text:
      return c.texts[slot]!;
    case ValueKind.bool:
      return c.numbers[slot] === 1;
    case ValueKind.ip:
      return formatAddress(c.words, slot * ADDRESS_WORDS);
    case ValueKind.network:
      return formatNetwork(c.words, slot * ADDRESS_WORDS);
    default:
      return c.numbers[slot]!;
  }
}
