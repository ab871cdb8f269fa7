/** A request as a `test` would make it: what a test has no words for is left out. */
import { IDENTITY_ERRORS, makeRequest, type Policy, type Request, type RequestCredential } from "../engine/index.ts";

/** The request that a test's step with these parts makes; a header states the `fact` that it carries. */
export function asTestRequest(request: Request, { facts }: Policy): Request {
  const { method, path, host, ip, asn, country, ja4, client, evidence, scopes, claims, passes } = request;
  const headers: Readonly<Record<string, string>> = host === "" ? request.headers : { ...request.headers, host };
  const body: unknown = structuredClone(request.body);
  const bytes = body === undefined ? 0 : Buffer.byteLength(JSON.stringify(body));
  const hasToken = scopes !== null || claims !== null;
  const stated = facts.flatMap(({ name, header }) => (headers[header] === undefined ? [] : [[name, headers[header]]]));
  return makeRequest({
    ...{ method, path, host: headers["host"] ?? "", ip, headers, asn, country, ja4, client, body },
    size: Math.max(bytes, request.size),
    identityError: isKnown(request.identityError) ? request.identityError : null,
    credential: wholeMillis(request.credential),
    evidence: client === null || evidence === "static_secret" ? null : evidence,
    facts: Object.fromEntries(stated) as Request["facts"],
    scopes: hasToken ? (scopes ?? []) : null,
    claims: hasToken ? (claims ?? {}) : null,
    passes: passes.slice(0, 1),
  });
}

/** Tests name the reasons that the language knows, and no others. */
function isKnown(reason: string | null): boolean {
  return reason !== null && IDENTITY_ERRORS.includes(reason);
}

/** A test's times are whole milliseconds. */
function wholeMillis(credential: RequestCredential | null): RequestCredential | null {
  if (credential === null || (credential.id ?? credential.issued ?? credential.expires) === null) return null;
  const whole = (micros: number | null): number | null => (micros === null ? null : Math.floor(micros / 1_000) * 1_000);
  return { id: credential.id, issued: whole(credential.issued), expires: whole(credential.expires) };
}
