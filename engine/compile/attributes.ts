/** Where each attribute's value comes from, and how it is held. */
import { Level, SlotOp, ValueKind } from "../layout.ts";
import type { AttributeName } from "../policy.ts";

/** How an attribute is read. `argument` says what its argument is, if it has one. */
export interface AttributePlan {
  readonly op: number;
  readonly kind: number;
  /** Bits of `Level`; 0 for a fact of the request. */
  readonly level: number;
}

const { number, bool, text, ip, network, set, rate } = ValueKind;

function fact(op: number, kind: number): AttributePlan {
  return { op, kind, level: 0 };
}

function ofOutcome(op: number, kind: number): AttributePlan {
  return { op, kind, level: Level.outcome };
}

/** A body field is held as its declared type is; this row is for text. */
export const ATTRIBUTES: Readonly<Record<AttributeName, AttributePlan>> = {
  method: fact(SlotOp.method, text),
  host: fact(SlotOp.host, text),
  path: fact(SlotOp.path, text),
  "path.raw": fact(SlotOp.rawPath, text),
  "path.with_query": fact(SlotOp.target, text),
  "path.ambiguous": fact(SlotOp.ambiguous, bool),
  route: fact(SlotOp.routeName, text),
  param: fact(SlotOp.parameter, text),
  body: fact(SlotOp.body, text),
  fact: fact(SlotOp.fact, text),
  query: fact(SlotOp.query, text),
  header: fact(SlotOp.header, text),
  cookie: fact(SlotOp.cookie, text),
  "query.raw": fact(SlotOp.rawQuery, text),
  "query.count": fact(SlotOp.queryCount, number),
  "header.count": fact(SlotOp.headerCount, number),
  "body.size": fact(SlotOp.bodySize, number),
  ip: fact(SlotOp.ip, ip),
  "ip.network": fact(SlotOp.ipNetwork, network),
  "ip.asn": fact(SlotOp.asn, number),
  "ip.country": fact(SlotOp.country, text),
  "tls.ja4": fact(SlotOp.ja4, text),
  client: fact(SlotOp.clientId, text),
  "client.id": fact(SlotOp.clientId, text),
  "client.kind": fact(SlotOp.clientKind, text),
  "client.status": fact(SlotOp.clientStatus, text),
  "client.owner.team": fact(SlotOp.clientTeam, text),
  "client.owner.accountable": fact(SlotOp.clientAccountable, text),
  "client.environment": fact(SlotOp.clientEnvironment, text),
  "client.plan": fact(SlotOp.clientPlan, text),
  "client.tags": fact(SlotOp.clientTags, set),
  "client.operations": fact(SlotOp.clientOperations, set),
  "client.scopes": fact(SlotOp.clientScopes, set),
  "client.networks": fact(SlotOp.clientNetworks, set),
  "client.rate": fact(SlotOp.clientRate, rate),
  "client.expires": fact(SlotOp.clientExpires, number),
  "client.review_by": fact(SlotOp.clientReviewBy, number),
  "client.labels": fact(SlotOp.clientLabel, text),
  "client.expect": fact(SlotOp.clientExpect, number),
  evidence: fact(SlotOp.evidence, text),
  "identity.error": fact(SlotOp.identityError, text),
  "credential.id": fact(SlotOp.credentialId, text),
  "credential.age": fact(SlotOp.credentialAge, number),
  "credential.expires_in": fact(SlotOp.credentialExpiresIn, number),
  "token.scopes": fact(SlotOp.tokenScopes, set),
  "token.claim": fact(SlotOp.tokenClaim, text),
  "token.field": fact(SlotOp.tokenField, text),
  granted: fact(SlotOp.granted, bool),
  now: fact(SlotOp.now, number),
  "now.hour": fact(SlotOp.hour, number),
  "now.weekday": fact(SlotOp.weekday, text),
  "now.in": fact(SlotOp.inWindow, bool),
  "response.status": ofOutcome(SlotOp.responseStatus, number),
  "response.size": ofOutcome(SlotOp.responseSize, number),
  "response.latency": ofOutcome(SlotOp.responseLatency, number),
  "response.header": ofOutcome(SlotOp.responseHeader, text),
  served: { op: SlotOp.served, kind: bool, level: Level.served },
};
