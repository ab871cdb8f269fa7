/** Findings `ID1…`: for each, inventories in which it is raised, alone, and near misses in which nothing is. */
import { describe, expect, test } from "vitest";
import { INVENTORY_FINDINGS } from "../../../../dsl/audit/registry-inventory.ts";
import type { IdentitySource } from "../../../../engine/index.ts";
import { auditOf, type Change, clientOf, type Fields, foundIn, HASH, secondClient } from "./world.ts";

interface Cases {
  readonly fires: readonly (readonly [Change, string])[];
  readonly near: readonly Change[];
}

const error = "error";
const warning = "warning";
const jwt = { type: "jwt", hash: null, issuer: "https://id.example.com" };
const rsa = (bytes: number, e = "AQAB"): Fields => ({
  kty: "RSA",
  n: Buffer.alloc(bytes, 0xff).toString("base64url"),
  e,
});
const spiffe = (value: string): Fields => ({ ...jwt, value });
const agent = { kind: "ai_agent", delegation: { may_act_for: "none", max_depth: 0 } };
const TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlMTIz";

const CASES: Readonly<Record<keyof typeof INVENTORY_FINDINGS, Cases>> = {
  unowned: {
    fires: [
      [{ owner: { accountable: null } }, error],
      [{ owner: { team: "nobody" }, wrong: true }, error],
      [{ owner: { accountable: "nobody" }, wrong: true }, error],
      [{ inventory: { people: [] }, owner: { backup: null }, wrong: true }, error],
    ],
    near: [{ owner: { backup: null } }],
  },
  ownerNotHuman: {
    fires: [
      [{ inventory: { people: [{ id: "m.rossi", active: false }, { id: "j.chen" }] } }, error],
      [{ inventory: { people: [{ id: "m.rossi", kind: "group" }, { id: "j.chen" }] } }, error],
    ],
    near: [
      {
        inventory: {
          people: [
            { id: "m.rossi", active: true, kind: "human" },
            { id: "j.chen", active: false },
          ],
        },
      },
      { inventory: { people: [{ id: "m.rossi" }, { id: "j.chen", kind: "service" }] } },
    ],
  },
  orphanCredential: {
    fires: [
      [{ client: { status: "revoked" } }, error],
      [{ client: { status: "decommissioned" }, credential: { expires: null } }, error],
    ],
    near: [{ client: { status: "suspended" } }, { client: { status: "revoked" }, credential: { state: "destroyed" } }],
  },
  sharedCredential: {
    fires: [
      [{ others: [secondClient({}, { hash: HASH })], wrong: true }, error],
      [
        {
          credential: { ...jwt, value: "a" },
          others: [secondClient({}, { ...jwt, value: "a" })],
        },
        error,
      ],
    ],
    near: [
      { others: [secondClient()] },
      {
        credential: { ...jwt, value: "a" },
        others: [secondClient({}, { ...jwt, value: "a", issuer: "https://other" })],
      },
    ],
  },
  crossEnvironment: {
    fires: [
      [
        {
          credential: { type: "signature", hash: null, jwk: { kty: "OKP", crv: "Ed25519", x: "AAAA" } },
          others: [
            secondClient(
              { environment: "test", operations: [] },
              {
                type: "mtls",
                hash: null,
                expires: "2026-01-20",
                jwk: { kty: "OKP", x: "AAAA", crv: "Ed25519", kid: "z" },
              },
            ),
          ],
        },
        error,
      ],
    ],
    near: [
      {
        credential: { type: "signature", hash: null, jwk: { kty: "OKP", crv: "Ed25519", x: "AAAA" } },
        others: [
          secondClient(
            { environment: "test", operations: [] },
            { type: "mtls", hash: null, expires: "2026-01-20", jwk: { kty: "OKP", x: "BBBB", crv: "Ed25519" } },
          ),
        ],
      },
    ],
  },
  neverExpires: {
    fires: [
      [{ credential: { expires: null } }, error],
      [
        { client: { environment: "test" }, credential: { type: "mtls", hash: null, thumbprint: HASH, expires: null } },
        warning,
      ],
    ],
    near: [{ credential: { ...jwt, value: "a", expires: null } }],
  },
  longLived: {
    fires: [
      [{ credential: { expires: "2026-12-02" } }, warning],
      [{ credential: { type: "hmac", expires: "2026-03-02" } }, warning],
      [{ credential: { ...jwt, value: "a", max_token_ttl: "61m" } }, warning],
    ],
    near: [
      { credential: { expires: "2026-12-01" } },
      { credential: { type: "hmac", expires: "2026-03-01" } },
      { credential: { ...jwt, value: "a", max_token_ttl: "1h" } },
    ],
  },
  rotationOverdue: {
    fires: [[{ credential: { rotate_every: "30d" } }, warning]],
    near: [
      { credential: { rotate_every: "31d" } },
      { credential: { rotate_every: "30d", last_rotated: "2025-12-02" } },
      { credential: { rotate_every: "30d", state: "suspended" }, client: { status: "suspended" } },
    ],
  },
  noSuccessor: {
    fires: [[{ now: "2026-10-19", client: { review_by: "2027-01-01" } }, warning]],
    near: [
      { now: "2026-10-18", client: { review_by: "2027-01-01" } },
      {
        now: "2026-10-19",
        client: {
          review_by: "2027-01-01",
          credentials: [
            { id: "k1", type: "api_key", hash: HASH, issued: "2025-12-01", expires: "2026-11-01" },
            { id: "k2", type: "jwt", issuer: "i", value: "a", state: "pre-activation" },
          ],
        },
      },
    ],
  },
  expiredActive: {
    fires: [
      [
        {
          client: {
            credentials: [
              { id: "k1", type: "api_key", hash: HASH, issued: "2025-01-01", expires: "2025-12-31" },
              { id: "k2", type: "jwt", issuer: "i", value: "a" },
            ],
          },
        },
        error,
      ],
    ],
    near: [
      {
        client: {
          credentials: [
            {
              id: "k1",
              type: "api_key",
              hash: HASH,
              issued: "2025-01-01",
              expires: "2025-12-31",
              state: "deactivated",
            },
            { id: "k2", type: "jwt", issuer: "i", value: "a" },
          ],
        },
      },
    ],
  },
  reviewOverdue: {
    fires: [
      [{ client: { review_by: "2025-12-31" } }, warning],
      [{ client: { review_by: "2025-12-01" } }, error],
    ],
    near: [{ client: { review_by: "2026-01-01" } }, { client: { review_by: null } }],
  },
  rawSecret: {
    fires: [
      [{ after: "\n# ep_00z0R12GKAHXwQ4KLnSREmn0LsM4X7ML0jtgwuhj1Xr4fNoWF\n" }, error],
      [{ client: { labels: { token: TOKEN } } }, error],
      [{ client: { purpose: "q7Zr2XwV9bNcK4mTfJ8hLsD3gYpE6uAo" } }, error],
    ],
    near: [
      { client: { purpose: "q7Zr2XwV9bNcK4mTfJ8hLsD3gYpE6uA" } },
      { client: { labels: { commit: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b" } } },
    ],
  },
  privateKey: {
    fires: [
      [
        { credential: { type: "signature", hash: null, jwk: { kty: "OKP", crv: "Ed25519", x: "AAAA", d: "BBBB" } } },
        error,
      ],
    ],
    near: [{ credential: { type: "signature", hash: null, jwk: { kty: "OKP", crv: "Ed25519", x: "AAAA", kid: "d" } } }],
  },
  weakKey: {
    fires: [
      [{ credential: { type: "signature", hash: null, jwk: rsa(128) } }, error],
      [{ credential: { type: "signature", hash: null, jwk: rsa(256, "Aw") } }, error],
      [{ credential: { type: "signature", hash: null, jwk: { kty: "OKP", x: "AAAA", alg: "none" } } }, error],
      [
        {
          credential: { ...jwt, value: "a" },
          others: [secondClient({}, { ...jwt, value: "b" })],
          model: (policy) => ({ ...policy, identity: [jwtSource(["HS256"])] }),
        },
        error,
      ],
    ],
    near: [
      { credential: { type: "signature", hash: null, jwk: rsa(256) } },
      { credential: { ...jwt, value: "a" }, model: (policy) => ({ ...policy, identity: [jwtSource(["HS256"])] }) },
      {
        credential: { ...jwt, value: "a" },
        others: [secondClient({}, { ...jwt, value: "b" })],
        model: (policy) => ({ ...policy, identity: [jwtSource(["ES256"])] }),
      },
    ],
  },
  bearerOnly: {
    fires: [
      [{ client: { criticality: 2 } }, warning],
      [{ client: { data_class: "restricted" } }, warning],
    ],
    near: [
      { client: { criticality: 3, data_class: "internal" } },
      { client: { criticality: 1, environment: "test" } },
      { client: { criticality: 1 }, credential: { bound: true } },
    ],
  },
  idReuse: {
    fires: [[{ inventory: { tombstones: [{ id: "acme", at: "2024-01-01" }] } }, error]],
    near: [{ inventory: { tombstones: [{ id: "acme_old" }] } }],
  },
  unusable: {
    fires: [
      [{ client: { credentials: [] } }, warning],
      [{ credential: { state: "suspended" } }, warning],
      [{ credential: { type: "mtls", hash: null, expires: "2026-01-20" } }, warning],
    ],
    near: [
      { client: { credentials: [], status: "proposed" } },
      { credential: { type: "hmac", hash: null, expires: "2026-03-01" } },
    ],
  },
  wideFederation: {
    fires: [
      [{ credential: jwt }, error],
      [{ credential: { ...jwt, value: "repo:acme/*" } }, warning],
    ],
    near: [{ credential: { ...jwt, value: "repo:acme/shop" } }],
  },
  spiffeId: {
    fires: [
      [{ credential: spiffe("spiffe://Prod.example/a") }, error],
      [{ credential: spiffe("spiffe://prod.example/a/") }, error],
      [{ credential: spiffe("spiffe://prod.example/a") }, error],
      [
        { credential: spiffe("spiffe://prod.example/a"), inventory: { trust_domains: { "prod.example": "test" } } },
        error,
      ],
    ],
    near: [
      { credential: spiffe("spiffe://prod.example/a/b"), inventory: { trust_domains: { "prod.example": "prod" } } },
    ],
  },
  unfenced: {
    fires: [
      [{ client: { networks: [] } }, warning],
      [{ client: { kind: "vendor", networks: ["0.0.0.0/0"] } }, warning],
    ],
    near: [{ client: { kind: "service", networks: null } }, { client: { networks: ["10.0.0.0/8"] } }],
  },
  noExpectation: {
    fires: [[{ client: { rate: null } }, warning]],
    near: [{ client: { rate: null, expect: { ids_per_week: 1 } } }, { client: { rate: null, environment: "test" } }],
  },
  selfApproval: {
    fires: [[{ client: { requested_by: "j.chen", approved_by: "j.chen" } }, error]],
    near: [{ client: { requested_by: "j.chen", approved_by: "m.rossi" } }, { client: { requested_by: "j.chen" } }],
  },
  lastingBreakGlass: {
    fires: [
      [{ client: { tags: ["break_glass"] } }, error],
      [{ client: { labels: { break_glass: "yes" } }, credential: { issued: null } }, error],
    ],
    near: [
      {
        client: {
          tags: ["break_glass"],
          credentials: [
            { id: "k1", type: "api_key", hash: HASH, issued: "2026-01-01", expires: "2026-01-02" },
            { id: "k2", type: "jwt", issuer: "i", value: "a", state: "pre-activation" },
          ],
        },
      },
    ],
  },
  unboundedAgent: {
    fires: [
      [{ client: { ...agent, delegation: null } }, warning],
      [{ client: { ...agent, delegation: { may_act_for: "users" } } }, warning],
    ],
    near: [{ client: agent }],
  },
};

function jwtSource(algorithms: readonly string[]): IdentitySource {
  return {
    kind: "jwt",
    issuer: "https://id.example.com",
    audience: ["orders"],
    keys: "k.json",
    clientClaim: "azp",
    algorithms,
    lifetimeMicros: null,
    claims: [],
    dpop: null,
    on: null,
    span: { file: 0, start: 0, end: 1 },
  };
}

/** Raised beside the one that is looked for, because the cause is the same. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  ID103: ["ID201 warning"],
  ID118: ["ID117 warning"],
};

test("a clean world has no findings", () => {
  expect(auditOf().findings).toEqual([]);
});

describe.each(Object.entries(INVENTORY_FINDINGS))("%s", (name, entry) => {
  const { fires, near } = CASES[name as keyof typeof INVENTORY_FINDINGS];
  test.each(fires.map(([change, severity], at) => [at + 1, change, severity] as const))(
    "is raised, case %i",
    (_, change, severity) => {
      const found = foundIn(change);
      expect(found).toContain(`${entry.id} ${severity}`);
      expect(
        found.filter((one) => one !== `${entry.id} ${severity}` && BESIDE[entry.id]?.includes(one) !== true),
      ).toEqual([]);
      expect([...entry.severities] as string[]).toContain(severity);
    },
  );
  test.each(near.map((change, at) => [at + 1, change] as const))("is not raised, near miss %i", (_, change) => {
    expect(foundIn(change).filter((one) => BESIDE[entry.id]?.includes(one) !== true)).toEqual([]);
  });
});

describe("a finding", () => {
  test("names client, owner, place and remedy", () => {
    const [finding, ...others] = auditOf({ client: { review_by: "2025-12-31" } }).findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      id: "ID111",
      severity: "warning",
      title: "review overdue",
      message: "the client `acme` was to be reviewed by 2025-12-31",
      client: "acme",
      owner: "edge, m.rossi",
    });
    expect(finding?.help).not.toBe("");
  });

  test("never holds the secret that it is about", () => {
    const secret = "q7Zr2XwV9bNcK4mTfJ8hLsD3gYpE6uAo";
    const { findings } = auditOf({
      client: { purpose: secret, operations: [secret] },
      others: [clientOf({ id: "b2" }, { id: "k2", hash: null, type: "signature", jwk: { kty: "oct", k: secret } })],
    });
    expect(findings.map(({ id }) => id)).toEqual(expect.arrayContaining(["ID112", "ID113", "ID202"]));
    expect(JSON.stringify(findings)).not.toContain(secret);
  });

  test("is made of the inventory alone where the policy has errors", () => {
    const audit = auditOf({
      client: { review_by: "2025-12-31" },
      policy: "rule wrong when nothing then block\n",
      wrong: true,
    });
    expect(audit.policy).toBeNull();
    expect(audit.matrix).toBeNull();
    expect(audit.findings.map(({ id }) => id)).toEqual(["ID111"]);
  });
});
