/** A request as a `test` would make it: what a test has no words for is left out. */
import { makeRequest, type Policy, type Request } from "../engine/index.ts";

/**
 * The request that a test's step with these parts makes. Lost are the credential's id and times, an identity's error, and a size that is not
 * the body's; a header states the `fact` that it carries.
 */
export function asTestRequest(request: Request, { facts }: Policy): Request {
  const { method, path, host, ip, asn, country, ja4, client, evidence, scopes, claims, passes } = request;
  const headers: Readonly<Record<string, string>> = host === "" ? request.headers : { ...request.headers, host };
  const body: unknown = structuredClone(request.body);
  const hasToken = scopes !== null || claims !== null;
  const stated = facts.flatMap(({ name, header }) => (headers[header] === undefined ? [] : [[name, headers[header]]]));
  return makeRequest({
    ...{ method, path, host: headers["host"] ?? "", ip, headers, asn, country, ja4, client, body },
    size: body === undefined ? 0 : Buffer.byteLength(JSON.stringify(body)),
    evidence: client === null || evidence === "static_secret" ? null : evidence,
    facts: Object.fromEntries(stated) as Request["facts"],
    scopes: hasToken ? (scopes ?? []) : null,
    claims: hasToken ? (claims ?? {}) : null,
    passes: passes.slice(0, 1),
  });
}
