/** Reads what the request itself says, its credential and its outcome. A number that is none (NaN) counts as 0 where one is always there. */
import { SlotOp, ValueKind } from "../layout.ts";
import { EVIDENCE, METHODS } from "../policy.ts";
import type { Program } from "../program.ts";
import type { Outcome } from "../request.ts";
import { ADDRESS_WORDS, networkAround } from "./address.ts";
import type { Context, Reader } from "./context.ts";
import { factNumber } from "./fact-text.ts";
import { graphqlOf } from "./graphql-body.ts";
import { foldBody, memberOf, putClaim, putJson, valueAt } from "./json-field.ts";
import { countOwn, ownText } from "./own.ts";
import { cookieValue, countPairs, queryValue } from "./pairs.ts";
import { putAddress, putNumber, putSet, putSpan, putText, putTruth } from "./put.ts";
import { evidenceOf, hostOf, ipOf, isGranted, segmentsOf } from "./read-request.ts";
import { isInWindow } from "./windows.ts";

/** A reader of slots whose operation reads the request. */
export function requestReader(program: Program, slot: number): Reader {
  const { slots } = program;
  const op = slots.op[slot]!;
  const name = slots.names[slots.a[slot]!] ?? "";
  return (
    targetReader(program, op, slot, name) ??
    callerReader(program, op, slot) ??
    tokenReader(program, op, slot, name) ??
    timeReader(program, op, slot, name) ??
    outcomeReader(op, slot, name) ??
    (() => false)
  );
}

/** Method, host, path, query, headers and body. */
function targetReader(program: Program, op: number, slot: number, name: string): Reader | null {
  const { routes } = program.policy;
  switch (op) {
    case SlotOp.method:
      return (c) => putText(c, slot, METHODS[c.method]);
    case SlotOp.host:
      return (c) => putText(c, slot, hostOf(c));
    case SlotOp.path:
      return (c) => putSpan(c, slot, c.path, 0, c.pathEnd);
    case SlotOp.rawPath:
      return (c) => putSpan(c, slot, c.request.path, 0, c.rawEnd);
    case SlotOp.target:
      return (c) => putText(c, slot, c.request.path);
    case SlotOp.ambiguous:
      return (c) => putTruth(c, slot, c.ambiguous);
    case SlotOp.routeIndex:
      return (c) => putNumber(c, slot, c.route);
    case SlotOp.routeName:
      return (c) => c.route >= 0 && putText(c, slot, routes[c.route]!.name);
    case SlotOp.parameter:
      return parameterReader(program, slot);
    case SlotOp.body:
      return bodyReader(program, slot);
    case SlotOp.query:
      return (c) => putText(c, slot, queryValue(c.request.path, c.rawEnd + 1, name));
    case SlotOp.header:
      return (c) => putText(c, slot, ownText(c.request.headers, name));
    case SlotOp.cookie:
      return (c) => {
        const header = ownText(c.request.headers, "cookie");
        return header !== null && putText(c, slot, cookieValue(header, name));
      };
    case SlotOp.rawQuery:
      return (c) => {
        const { path } = c.request;
        return putSpan(c, slot, path, Math.min(c.rawEnd + 1, path.length), path.length);
      };
    case SlotOp.queryCount:
      return (c) => putNumber(c, slot, countPairs(c.request.path, c.rawEnd + 1));
    case SlotOp.headerCount:
      return (c) => putNumber(c, slot, countOwn(c.request.headers));
    case SlotOp.bodySize:
      return (c) => putNumber(c, slot, c.request.size || 0);
    default:
      return null;
  }
}

/** The segment of a parameter by route; -1 where the route has none. */
function parameterReader({ slots, policy }: Program, slot: number): Reader {
  const places = slots.parameters[slots.a[slot]!]!;
  const segmentOf = Int32Array.from(policy.routes, (_, route) => places.get(route) ?? -1);
  return (c) => {
    const segment = c.route < 0 ? -1 : segmentOf[c.route]!;
    if (segment < 0) return false;
    const { starts, ends } = segmentsOf(c);
    return putSpan(c, slot, c.path, starts[segment]!, ends[segment]!);
  };
}

function bodyReader({ slots, policy }: Program, slot: number): Reader {
  const fields = slots.bodyFields[slots.a[slot]!]!;
  const fieldOf = policy.routes.map((_, route) => fields.get(route) ?? null);
  return (c) => {
    const field = c.route < 0 ? null : fieldOf[c.route]!;
    if (field === null) return false;
    if (field.reader === "graphql") return putGraphql(c, slot, field.name);
    const { body } = c.request;
    if (field.fold === null) return putJson(c, slot, field.type, valueAt(body, field.path));
    const folded = foldBody(field, body);
    return !Number.isNaN(folded) && putNumber(c, slot, folded);
  };
}

/** What is read of a GraphQL request; the names are the language's. */
function putGraphql(c: Context, slot: number, name: string): boolean {
  const query = graphqlOf(c);
  if (query === null) return false;
  if (name === "operation") return putText(c, slot, query.operation);
  return putNumber(c, slot, name === "depth" ? query.depth : query.aliases);
}

/** Where the request comes from, and what is known of who sends it. */
function callerReader(program: Program, op: number, slot: number): Reader | null {
  const v4 = program.slots.a[slot]!;
  const v6 = program.slots.b[slot]!;
  switch (op) {
    case SlotOp.ip:
      return (c) => putAddress(c, slot, ipOf(c), 0);
    case SlotOp.ipNetwork:
      return (c) => {
        networkAround(ipOf(c), 0, v4, v6, c.words, slot * ADDRESS_WORDS);
        return true;
      };
    case SlotOp.asn:
      return (c) => !Number.isNaN(c.request.asn) && putNumber(c, slot, c.request.asn);
    case SlotOp.country:
      return (c) => putText(c, slot, c.request.country);
    case SlotOp.ja4:
      return (c) => putText(c, slot, c.request.ja4);
    case SlotOp.fact:
      return factReader(program, slot);
    case SlotOp.evidence:
      return (c) => putText(c, slot, EVIDENCE[evidenceOf(c)]);
    case SlotOp.identityError:
      return (c) => putText(c, slot, c.refusal);
    case SlotOp.granted:
      return (c) => putTruth(c, slot, isGranted(c));
    default:
      return null;
  }
}

/** A fact is a JSON value of its type, or a text that states one. */
function factReader({ slots }: Program, slot: number): Reader {
  const { path, type } = slots.fields[slots.a[slot]!]!;
  const [name] = path as [string];
  const kind = slots.kind[slot]!;
  const isText = kind !== ValueKind.number && kind !== ValueKind.bool;
  return (c) => {
    const value = memberOf(c.request.facts, name);
    if (typeof value !== "string" || isText) return putJson(c, slot, type, value);
    if (kind === ValueKind.bool) return (value === "true" || value === "false") && putTruth(c, slot, value === "true");
    const number = factNumber(value, type);
    return !Number.isNaN(number) && putNumber(c, slot, number);
  };
}

/** The token and the credential. */
function tokenReader({ slots }: Program, op: number, slot: number, name: string): Reader | null {
  switch (op) {
    case SlotOp.tokenScopes:
      return (c) => putSet(c, slot, c.request.scopes);
    case SlotOp.tokenClaim:
      return (c) => {
        const claim = memberOf(c.request.claims, name);
        return typeof claim === "string" && putText(c, slot, claim);
      };
    case SlotOp.tokenField: {
      const { path, type } = slots.fields[slots.a[slot]!]!;
      return (c) => putClaim(c, slot, type, valueAt(c.request.claims, path));
    }
    case SlotOp.credentialId:
      return ({ request: { credential }, texts }) => {
        if (credential === null || credential.id === null) return false;
        texts[slot] = credential.id;
        return true;
      };
    case SlotOp.credentialAge:
      return ({ request: { credential }, now, numbers }) => {
        if (credential === null || credential.issued === null) return false;
        numbers[slot] = now - credential.issued;
        return true;
      };
    case SlotOp.credentialExpiresIn:
      return ({ request: { credential }, now, numbers }) => {
        if (credential === null || credential.expires === null) return false;
        numbers[slot] = credential.expires - now;
        return true;
      };
    default:
      return null;
  }
}

function timeReader({ slots, zones, policy }: Program, op: number, slot: number, name: string): Reader | null {
  switch (op) {
    case SlotOp.now:
      return (c) => putNumber(c, slot, c.now);
    case SlotOp.hour: {
      const clock = zones.get(name)!;
      return (c) => putNumber(c, slot, clock.hour(c.now));
    }
    case SlotOp.weekday: {
      const clock = zones.get(name)!;
      return (c) => putText(c, slot, clock.weekday(c.now));
    }
    case SlotOp.inWindow: {
      const window = policy.windows[slots.a[slot]!]!;
      return (c) => putTruth(c, slot, isInWindow(window, zones, c.now));
    }
    default:
      return null;
  }
}

function outcomeReader(op: number, slot: number, name: string): Reader | null {
  if (op === SlotOp.served) return (c) => putTruth(c, slot, c.served);
  const read = answerReader(op, slot, name);
  return read === null ? null : (c) => c.outcome !== null && read(c, c.outcome);
}

/** What the service answered. */
function answerReader(op: number, slot: number, name: string): ((c: Context, outcome: Outcome) => boolean) | null {
  switch (op) {
    case SlotOp.responseStatus:
      return ({ numbers }, { status }) => {
        numbers[slot] = status || 0;
        return true;
      };
    case SlotOp.responseSize:
      return ({ numbers }, { size }) => {
        numbers[slot] = size || 0;
        return true;
      };
    case SlotOp.responseLatency:
      return ({ numbers }, { latencyMicros }) => {
        numbers[slot] = latencyMicros || 0;
        return true;
      };
    case SlotOp.responseHeader:
      return (c, { headers }) => putText(c, slot, ownText(headers, name));
    default:
      return null;
  }
}
