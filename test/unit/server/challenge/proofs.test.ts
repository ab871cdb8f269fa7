import { describe, expect, it } from "vitest";
import { makeRequest } from "../../../../engine/index.ts";
import { provenBy } from "../../../../server/challenge/proofs.ts";
import { identifyCaller, type IdentityParts } from "../../../../server/identity/identify.ts";
import type { Finding, Verifier } from "../../../../server/identity/verifier.ts";

describe("provenBy", () => {
  it.each([
    ["signed_request", null, ["signature"]],
    ["bound_token", null, ["mtls"]],
    ["bound_token", { cnf: { jkt: "x" } }, ["dpop"]],
    ["bound_token", { cnf: { "x5t#S256": "x" } }, ["mtls"]],
    ["bound_token", { cnf: { jkt: "x", "x5t#S256": "y" } }, ["dpop", "mtls"]],
    ["bound_token", { cnf: "jkt" }, []],
    ["bound_token", {}, []],
    ["bearer_token", { cnf: { jkt: "x" } }, []],
    ["static_secret", null, []],
    [null, null, []],
  ] as const)("%s with %j proves %j", (evidence, claims, kinds) => {
    expect(provenBy({ evidence, claims })).toEqual(kinds);
  });
});

const NOW = 1_900_000_000_000_000;

function identified(...findings: readonly Finding[]): ReturnType<typeof makeRequest> {
  const verifiers = findings.map(
    (finding): Verifier => ({ headers: [], mayWait: false, isOffered: () => true, verify: () => finding }),
  );
  const parts: IdentityParts = {
    engine: { routeOf: () => -1 },
    view: { policy: { identity: [] }, verifiers, clients: new Set() },
    now: () => NOW,
  };
  const request = makeRequest({});
  void identifyCaller(parts, request, { header: () => "", fromProxy: false });
  return request;
}
const by = (
  client: string,
  evidence: "signed_request" | "static_secret" | "bound_token",
  expires: number | null = null,
): Finding => ({
  client,
  evidence,
  credential: expires === null ? null : { id: "k", issued: null, expires },
  scopes: null,
  claims: null,
});

describe("a request that is identified", () => {
  it("meets challenges by all that it proves, also beside the credential that decides who it is", () => {
    const request = identified(by("acme", "static_secret"), by("acme", "signed_request"), by("acme", "bound_token"));
    expect(request).toMatchObject({ client: "acme", evidence: "static_secret", passes: ["signature", "mtls"] });
  });

  it("meets none where its credentials contradict each other", () => {
    const request = identified(by("acme", "signed_request"), by("other", "bound_token"));
    expect(request).toMatchObject({ client: null, identityError: "identity_conflict", passes: [] });
  });

  it("meets none by a credential that has ended", () => {
    expect(identified(by("acme", "static_secret"), by("acme", "signed_request", NOW)).passes).toEqual([]);
    expect(identified(by("acme", "static_secret"), by("acme", "signed_request", NOW + 1)).passes).toEqual([
      "signature",
    ]);
    expect(identified(by("acme", "signed_request", NOW)).passes).toEqual([]);
  });

  it("meets none by what was refused", () => {
    expect(identified(by("acme", "static_secret"), "bad_signature").passes).toEqual([]);
  });
});
