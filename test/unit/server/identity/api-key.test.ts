import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import type { Policy, Request } from "../../../../engine/index.ts";
import { makeRequest } from "../../../../engine/index.ts";
import { ApiKeys, apiKeyVerifier } from "../../../../server/identity/api-key.ts";
import { identifyCaller } from "../../../../server/identity/identify.ts";
import type { TestKey } from "../../../helpers/inventory.ts";
import { hashOf, inventoryOf } from "../../../helpers/inventory.ts";
import { idsOf } from "../../../helpers/tokens.ts";

const SOURCES = `identity { api_key { header "x-api-key" }  api_key { header "x-second-key" } }`;

function policyWith(keys: readonly TestKey[], identity = SOURCES): Policy {
  const text = `policy "keys" { default allow }\n${identity}\nclients from "clients.yaml"\nroute order = GET "/v1/orders/{id}"`;
  const { policy, diagnostics } = loadPolicyText(text, { "clients.yaml": inventoryOf(keys) });
  if (policy === null) throw new Error(JSON.stringify(diagnostics));
  return policy;
}

function identified(policy: Policy, headers: Readonly<Record<string, string>>, route = -1): Request {
  const request = makeRequest({});
  const keys = new ApiKeys(policy, new Map([["p1", "pepper"]]));
  const verifiers = policy.identity.map((source) => apiKeyVerifier("header" in source ? source.header : "", keys));
  const presented = { header: (name: string): string => headers[name] ?? "", fromProxy: false };
  expect(
    identifyCaller(
      { engine: { routeOf: () => route }, view: { policy, verifiers, clients: idsOf(policy) }, now: () => 0 },
      request,
      presented,
    ),
  ).toBeNull();
  return request;
}

const plain: TestKey = { client: "acme", key: "egk_prod_acme_1" };
const peppered: TestKey = { client: "globex", key: "egk_prod_globex_1", pepper: ["p1", "pepper"] };

describe("API keys as an identity source", () => {
  const policy = policyWith([plain, peppered]);

  it.each([
    ["a plain hash", plain],
    ["a peppered hash", peppered],
  ])("knows a key by %s", (_, { client, key }) => {
    const request = identified(policy, { "x-api-key": key });
    expect(request).toMatchObject({ client, identityError: null, evidence: null });
    expect(request.credential).toMatchObject({ id: `${client}-0`, expires: expect.any(Number) as number });
  });

  it("refuses a key that is not in the inventory, and takes no key for none", () => {
    expect(identified(policy, { "x-api-key": "egk_prod_acme_2" })).toMatchObject({
      client: null,
      identityError: "unknown_key",
    });
    expect(identified(policy, {})).toMatchObject({ client: null, identityError: null });
    expect(identified(policy, { "x-api-key": "k".repeat(100_000) }).identityError).toBe("unknown_key");
  });

  it("does not take the hash itself for the key", () => {
    const text = hashOf(plain);
    expect(identified(policy, { "x-api-key": text }).identityError).toBe("unknown_key");
    expect(identified(policy, { "x-api-key": text.slice(7) }).identityError).toBe("unknown_key");
  });

  it("takes the first source that is present, and a second that agrees", () => {
    const second: TestKey = { client: "acme", key: "egk_prod_acme_b" };
    const two = policyWith([plain, second, peppered]);
    expect(identified(two, { "x-second-key": second.key }).client).toBe("acme");
    const both = identified(two, { "x-api-key": plain.key, "x-second-key": second.key });
    expect(both).toMatchObject({ client: "acme", credential: { id: "acme-0" }, identityError: null });
  });

  it("makes a request nobody's when two keys name different clients", () => {
    const request = identified(policy, { "x-api-key": plain.key, "x-second-key": peppered.key });
    expect(request).toMatchObject({ client: null, credential: null, identityError: "identity_conflict" });
  });

  it("reads a source only on its routes", () => {
    const scoped = policyWith([plain], `identity { api_key { header "x-api-key" } on order }`);
    expect(identified(scoped, { "x-api-key": plain.key }, 0).client).toBe("acme");
    expect(identified(scoped, { "x-api-key": plain.key }, -1).client).toBeNull();
  });
});

describe("ApiKeys", () => {
  it("says which pepper is missing", () => {
    expect(() => new ApiKeys(policyWith([peppered]), new Map())).toThrow("pepper `p1`");
  });

  it("takes a key that two clients claim for nobody's", () => {
    const policy = policyWith([plain, peppered]);
    const [first, second] = policy.clients;
    const clients = [first, { ...second, credentials: first?.credentials ?? [] }] as Policy["clients"];
    expect(identified({ ...policy, clients }, { "x-api-key": plain.key }).identityError).toBe("identity_conflict");
  });

  it("takes a key that two clients claim, each by a hash of another kind, for nobody's", () => {
    const shared: TestKey = { ...peppered, key: plain.key };
    for (const keys of [
      [plain, shared],
      [shared, plain],
    ]) {
      expect(identified(policyWith(keys), { "x-api-key": plain.key }).identityError).toBe("identity_conflict");
    }
    const own: TestKey = { ...shared, client: plain.client };
    expect(identified(policyWith([plain, own]), { "x-api-key": plain.key })).toMatchObject({ client: "acme" });
  });

  it("needs no pepper where the policy reads no keys", () => {
    expect(() => new ApiKeys(policyWith([peppered], ""), new Map())).not.toThrow();
  });

  it("remembers keys that it verified and no others", () => {
    const keys = new ApiKeys(policyWith([plain, peppered]), new Map([["p1", "pepper"]]));
    for (let i = 0; i < 100; i++) keys.verify(`guess-${i}`);
    expect(keys.remembered).toBe(0);
    expect(keys.verify(plain.key)).toBe(keys.verify(plain.key));
    expect(keys.remembered).toBe(1);
  });
});
