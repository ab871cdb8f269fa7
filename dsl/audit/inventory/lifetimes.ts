/** How long credentials and clients live, and what is due: ID103, ID106 to ID111, ID123. Times are microseconds. */
import { headOf, isWritten, placeOf } from "../../inventory/fields.ts";
import type { Findings } from "../collect.ts";
import type { AuditedClient, AuditedCredential, AuditedInventory } from "../records.ts";
import { INVENTORY_FINDINGS } from "../registry-inventory.ts";
import { dateText, durationText, DAY, HOUR } from "../times.ts";

/** Longest lifetime of a credential, by its type. */
const LONGEST: Readonly<Record<string, number>> = { api_key: 365 * DAY, hmac: 90 * DAY, mtls: 90 * DAY };
const LONGEST_TOKEN = HOUR;
const NOTICE = 14 * DAY;
const REVIEW_GRACE = 30 * DAY;
const LONGEST_BREAK_GLASS = 24 * HOUR;

/** Finds credentials that live too long or not long enough, and reviews that are due. */
export function auditLifetimes(inventory: AuditedInventory, now: number, findings: Findings): void {
  for (const one of inventory.clients) {
    for (const credential of one.credentials) {
      if (one.live) auditLive(one, credential, now, findings);
      else auditOrphan(one, credential, now, findings);
      auditExpiry(one, credential, now, findings);
      auditBreakGlass(one, credential, findings);
    }
    auditReview(one, now, findings);
  }
}

function auditLive(one: AuditedClient, credential: AuditedCredential, now: number, findings: Findings): void {
  auditEnd(one, credential, findings);
  auditTokenTtl(one, credential, findings);
  if (credential.state !== "active") return;
  auditRotation(one, credential, now, findings);
  auditSuccessor(one, credential, now, findings);
}

function named({ id }: AuditedCredential, { client }: AuditedClient): string {
  return `the credential \`${id}\` of the client \`${client.id}\``;
}

function hasEnded({ expires }: AuditedCredential, now: number): boolean {
  return expires !== null && expires < now;
}

function auditOrphan(one: AuditedClient, credential: AuditedCredential, now: number, findings: Findings): void {
  if (credential.state !== "active" || hasEnded(credential, now)) return;
  findings.add(INVENTORY_FINDINGS.orphanCredential, {
    of: one,
    span: headOf(credential.data),
    message: `${named(credential, one)} is active, and the client is ${one.client.status}`,
    help: "destroy it where it was issued, and set `state: destroyed`",
  });
}

function auditEnd(one: AuditedClient, credential: AuditedCredential, findings: Findings): void {
  const longest = LONGEST[credential.type];
  if (longest === undefined) return;
  const { issued, expires } = credential;
  if (expires === null) {
    if (isWritten(credential.data, "expires")) return;
    findings.add(INVENTORY_FINDINGS.neverExpires, {
      of: one,
      severity: one.prod ? "error" : "warning",
      span: headOf(credential.data),
      message: `${named(credential, one)} never expires`,
      help: `give it an \`expires\` at most ${durationText(longest)} after it was issued`,
    });
  } else if (issued !== null && expires - issued > longest) {
    findings.add(INVENTORY_FINDINGS.longLived, {
      of: one,
      span: placeOf(credential.data, "expires"),
      message: `${named(credential, one)} lives ${durationText(expires - issued)}, over ${durationText(longest)}`,
      help: `let it end by ${dateText(issued + longest)}`,
    });
  }
}

function auditTokenTtl(one: AuditedClient, credential: AuditedCredential, findings: Findings): void {
  const { maxTokenTtl } = credential;
  if (maxTokenTtl === null || maxTokenTtl <= LONGEST_TOKEN) return;
  findings.add(INVENTORY_FINDINGS.longLived, {
    of: one,
    span: placeOf(credential.data, "max_token_ttl"),
    message: `tokens for ${named(credential, one)} live ${durationText(maxTokenTtl)}, over 1 hour`,
    help: "have the issuer keep them to 1 hour: `max_token_ttl: 1h`",
  });
}

function auditRotation(one: AuditedClient, credential: AuditedCredential, now: number, findings: Findings): void {
  const { rotateEvery, issued, lastRotated } = credential;
  const since = Math.max(issued ?? -Infinity, lastRotated ?? -Infinity);
  if (rotateEvery === null || since === -Infinity || now - since <= rotateEvery) return;
  findings.add(INVENTORY_FINDINGS.rotationOverdue, {
    of: one,
    span: placeOf(credential.data, "rotate_every"),
    message: `${named(credential, one)} is rotated every ${durationText(rotateEvery)}, and was last on ${dateText(since)}`,
    help: "issue its successor, let both work while the client changes over, then deactivate this one",
  });
}

function auditSuccessor(one: AuditedClient, credential: AuditedCredential, now: number, findings: Findings): void {
  const { expires } = credential;
  if (expires === null || expires < now || expires - now >= NOTICE) return;
  if (one.credentials.some((other) => other !== credential && succeeds(other, expires))) return;
  findings.add(INVENTORY_FINDINGS.noSuccessor, {
    of: one,
    span: placeOf(credential.data, "expires"),
    message: `${named(credential, one)} expires on ${dateText(expires)}, and no other takes its place`,
    help: `issue one now: \`edgepolicy key create --client ${one.client.id}\``,
  });
}

function succeeds({ state, expires }: AuditedCredential, after: number): boolean {
  return state === "pre-activation" || (state === "active" && (expires === null || expires > after));
}

function auditExpiry(one: AuditedClient, credential: AuditedCredential, now: number, findings: Findings): void {
  if (credential.state !== "active" || !hasEnded(credential, now)) return;
  findings.add(INVENTORY_FINDINGS.expiredActive, {
    of: one,
    span: placeOf(credential.data, "expires"),
    message: `${named(credential, one)} expired on ${dateText(credential.expires ?? 0)} and is still \`active\``,
    help: "set `state: deactivated`, or take it out",
  });
}

function auditReview(one: AuditedClient, now: number, findings: Findings): void {
  const { reviewBy } = one.client;
  if (!one.live || reviewBy === null || reviewBy >= now) return;
  findings.add(INVENTORY_FINDINGS.reviewOverdue, {
    of: one,
    severity: now - reviewBy > REVIEW_GRACE ? "error" : "warning",
    span: placeOf(one.data, "review_by"),
    message: `the client \`${one.client.id}\` was to be reviewed by ${dateText(reviewBy)}`,
    help: "review its rights with its owner, and set the next `review_by`",
  });
}

function auditBreakGlass(one: AuditedClient, credential: AuditedCredential, findings: Findings): void {
  const { client } = one;
  if (!Object.hasOwn(client.labels, "break_glass") && !client.tags.includes("break_glass")) return;
  const { issued, expires, state } = credential;
  if (state !== "active") return;
  if (issued !== null && expires !== null && expires - issued <= LONGEST_BREAK_GLASS) return;
  const known = issued !== null && expires !== null;
  findings.add(INVENTORY_FINDINGS.lastingBreakGlass, {
    of: one,
    span: placeOf(credential.data, "expires"),
    message: `${named(credential, one)} is for emergencies and lives ${known ? durationText(expires - issued) : "for no stated time"}`,
    help: "give it `issued` and `expires` at most 24 hours apart",
  });
}
