/**
 * Refusals as HTTP: `application/problem+json` (RFC 9457) with the problem types and fields of
 * draft-ietf-httpapi-ratelimit-headers. A status that a decision names is the status that is sent; what an adapter cannot
 * carry it maps itself.
 */
import { STATUS_CODES } from "node:http";
import type { Policy } from "../engine/index.ts";
import { VERDICTS } from "../engine/index.ts";
import type { Ruling } from "./gate.ts";
import { scopeChallenges, tokenChallenges } from "./identity/jwt/authenticate-field.ts";
import { scopesToAskFor } from "./identity/jwt/missing-scopes.ts";
import { rateLimitFields } from "./rate-limit-fields.ts";

export interface Refusal {
  readonly status: number;
  /** Names and values, alternating. */
  readonly headers: readonly string[];
  readonly body: string;
}

const TYPES = "https://iana.org/assignments/http-problem-types#";
const PROBLEM_HEADERS: readonly string[] = ["Content-Type", "application/problem+json", "Cache-Control", "no-store"];

/** The refusal that a ruling asks for. */
export function refusalOf(ruling: Ruling, policy: Policy): Refusal {
  return {
    status: ruling.record.status,
    headers: addRefusalFields([...PROBLEM_HEADERS], ruling, policy),
    body: JSON.stringify(problemOf(ruling, policy)),
  };
}

/** Adds the refusal's header fields, but for those that describe its body, to `fields`, and returns these. */
export function addRefusalFields(fields: string[], ruling: Ruling, policy: Policy): readonly string[] {
  const { record, decision, challenge, pass } = ruling;
  fields.push("X-Edge-Decision", decisionField(ruling));
  if (record.retryAfterMicros > 0) fields.push("Retry-After", retryAfterField(record.retryAfterMicros));
  if (record.status === 401) fields.push("WWW-Authenticate", authenticateField(ruling, policy), ...nonceField(ruling));
  fields.push(...scopeField(ruling, policy));
  if (challenge !== null) fields.push(...challenge.fields);
  if (pass !== "") fields.push("Edge-Pass", pass);
  if (decision.limits.length > 0) fields.push(...rateLimitFields(policy, decision.limits, record.client, record));
  return fields;
}

/** `X-Edge-Decision`: the decision's name and what it was, so that a caller can tell our answer from another's. */
export function decisionField({ id, record }: Ruling): string {
  const by = record.by === null ? "" : `;by=${record.by}`;
  return `${id};${VERDICTS[record.verdict]}${by}`;
}

/** The pass that the request earned, which its caller gets whatever was decided. */
export function passField({ pass }: Pick<Ruling, "pass">): readonly string[] {
  return pass === "" ? [] : ["Edge-Pass", pass];
}

/** Whole seconds, rounded up: a retry at that time is not early. */
export function retryAfterField(micros: number): string {
  return String(Math.ceil(micros / 1e6));
}

/** A refusal that no decision made, such as a malformed request or an upstream that does not answer. */
export function problem(status: number, detail: string, fields: readonly string[] = []): Refusal {
  const type = status === 503 ? `${TYPES}temporary-reduced-capacity` : "about:blank";
  return {
    status,
    headers: [...PROBLEM_HEADERS, ...fields],
    body: JSON.stringify({ type, title: STATUS_CODES[status] ?? "Refused", status, detail }),
  };
}

/** RFC 9457 members, with `violated-policies` of the RateLimit draft, and the decision's name. */
function problemOf(ruling: Ruling, policy: Policy): object {
  const { record, id, challenge } = ruling;
  return {
    type: problemType(ruling, policy),
    title: STATUS_CODES[record.status] ?? "Refused",
    status: record.status,
    detail: record.reason,
    ...(record.by === null ? {} : { "violated-policies": [record.by] }),
    decision: id,
    ...(challenge === null ? {} : { challenge: challenge.member }),
  };
}

function problemType({ record }: Ruling, policy: Policy): string {
  const byLimit = policy.limits.some((limit) => limit.name === record.by);
  if (record.status === 503) return `${TYPES}temporary-reduced-capacity`;
  if (byLimit) return `${TYPES}quota-exceeded`;
  return record.by === null ? "about:blank" : `${TYPES}abnormal-usage-detected`;
}

/** The nonce that the next proof must bring (RFC 9449 §9). */
function nonceField({ record, proofNonce }: Ruling): readonly string[] {
  return record.reason === "nonce_required" && proofNonce !== null ? ["DPoP-Nonce", proofNonce] : [];
}

/** RFC 9110 §11.6.1 wants one on every 401. All schemes stand in one field: nginx 1.22 hands on the first line alone. */
function authenticateField({ record, challenge }: Ruling, policy: Policy): string {
  const edge = edgeScheme(policy, challenge?.parameters ?? `error="${quotable(record.reason)}"`);
  return [...tokenChallenges(policy, quotable(policy.name), record.reason), edge].join(", ");
}

/** What a caller whose token lacks scopes has to ask its issuer for (RFC 6750 §3.1). */
function scopeField(ruling: Ruling, policy: Policy): readonly string[] {
  const scopes = scopesToAskFor(policy, ruling);
  const challenges = scopes.length === 0 ? [] : scopeChallenges(policy, quotable(policy.name), scopes);
  return challenges.length === 0 ? [] : ["WWW-Authenticate", challenges.join(", ")];
}

/** The scheme `Edge` of `WWW-Authenticate`. */
function edgeScheme({ name }: Policy, parameters: string): string {
  return `Edge realm="${quotable(name)}", ${parameters}`;
}

/**
 * An answer that was taken where what is let through cannot carry the pass back to its caller: the pass comes with a refusal, and the
 * request again with the pass.
 */
export function passRefusal(pass: string, policy: Policy): Refusal {
  const fields = ["Edge-Pass", pass, "WWW-Authenticate", edgeScheme(policy, 'error="send_pass"')];
  return problem(401, "the answer was taken: send the request again, with the pass in Edge-Pass", fields);
}

/** Text that may stand in a quoted string: visible ASCII without quote and backslash. */
function quotable(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, "_");
}
