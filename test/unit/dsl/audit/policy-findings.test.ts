/** Findings `ID2…`: for each, a policy and an inventory in which it is raised, alone, and near misses in which nothing is. */
import { describe, expect, test } from "vitest";
import { POLICY_FINDINGS } from "../../../../dsl/audit/registry-policy.ts";
import type { IdentitySource, Policy } from "../../../../engine/index.ts";
import { type Change, foundIn, secondClient } from "./world.ts";

interface Cases {
  readonly fires: readonly (readonly [Change, string])[];
  readonly near: readonly Change[];
}

const error = "error";
const warning = "warning";

const LIST: Change["replace"] = [["route order ", 'list bad : string = ["a"]\nroute order ']];
const anyone = (text: string): Change => ({ policy: `${text}\n` });
const SPARED = 'rule spared when client.plan ?? "" == "gold" then exempt from fair_use\n';
const SPAN = { file: 0, start: 0, end: 1 };
const trusting = "trust proxy 10.0.0.0/8 hops 1\n";

function withSource(audience: readonly string[]): (policy: Policy) => Policy {
  const source: IdentitySource = {
    kind: "jwt",
    issuer: "https://id.example.com",
    audience,
    keys: "k.json",
    clientClaim: "azp",
    algorithms: ["ES256"],
    lifetimeMicros: null,
    claims: [],
    dpop: null,
    on: null,
    span: SPAN,
  };
  return (policy) => ({ ...policy, identity: [source] });
}

/** A policy that keeps an owner only where the case says so. */
const noOwner: readonly [string, string] = ['owner "edge" ', ""];

const CASES: Readonly<Record<keyof typeof POLICY_FINDINGS, Cases>> = {
  unmatchable: {
    fires: [
      [anyone("rule agents when has client and client.kind is ai_agent then throttle"), warning],
      [
        anyone(
          'let agent = has client and client.kind is ai_agent\nrule agents when agent and path == "/a" then throttle',
        ),
        warning,
      ],
      [anyone("rule far on order when no client and evidence >= bearer_token then throttle"), warning],
    ],
    near: [
      anyone("rule partner when has client and client.kind is partner and body.size > 1KB then throttle"),
      anyone("rule agents when has client and client.kind is ai_agent then throttle\nrollout { agents off }"),
      {
        policy: "rule agents when has client and client.kind is ai_agent then throttle\n",
        others: [
          secondClient({ kind: "ai_agent", delegation: { may_act_for: "none", max_depth: 0 }, status: "suspended" }),
        ],
      },
    ],
  },
  unknownName: {
    fires: [
      [{ client: { operations: ["order", "ordres"] } }, error],
      [anyone('rule a when has client and client.id in ["acme", "globex"] then note "a"'), error],
      [anyone('rule a when has client and client.owner.team != "egde" then note "a"'), error],
      [{ replace: [['"/v1/orders/{id}"', '"/v1/orders/{id}" { scopes ["orders:read"] }']] }, error],
      [{ replace: [['owner "edge"', 'owner "egde"']] }, error],
      [anyone('rule a when no client then note "a" owner "egde"'), error],
    ],
    near: [
      anyone('rule a when has client and client.id in ["acme"] then note "a" owner "edge"'),
      {
        client: { scopes: ["orders:read"] },
        replace: [['"/v1/orders/{id}"', '"/v1/orders/{id}" { scopes ["orders:read"] }']],
      },
    ],
  },
  deadGrant: {
    fires: [
      [{ replace: [["then allow", "and has route and route is order then allow"]] }, warning],
      [anyone('rule closed on orders when client.plan ?? "" == "" then block'), warning],
    ],
    near: [
      { client: { operations: ["order"] }, replace: [["then allow", "and has route and route is order then allow"]] },
      anyone('rule closed on orders when path == "/x" then block'),
      { client: { status: "suspended" }, replace: [["then allow", "and has route and route is order then allow"]] },
    ],
  },
  unusedScope: {
    fires: [[{ client: { scopes: ["orders:read"] } }, warning]],
    near: [
      {
        client: { scopes: ["orders:read"] },
        policy: 'rule a when has client and "orders:read" in client.scopes then note "a"\n',
      },
      {
        client: { scopes: ["orders:read"] },
        policy: 'rule a when has client and has token.scopes and any of token.scopes in client.scopes then note "a"\n',
        credential: { type: "jwt", hash: null, issuer: "i", value: "a" },
      },
    ],
  },
  unbounded: {
    fires: [
      [{ replace: [["limit fair_use per", "limit fair_use on order per"]] }, error],
      [{ replace: [["limit fair_use per", "limit fair_use on order per"]], client: { environment: "test" } }, warning],
      [anyone("rollout { fair_use shadow }"), error],
      [{ replace: [["per client else ip.network", "when no client per ip"]] }, error],
    ],
    near: [
      { replace: [["limit fair_use per", "limit fair_use on order per"]], client: { operations: ["order"] } },
      { replace: [["per client else ip.network", "when body.size > 1KB per client else ip"]] },
    ],
  },
  broadGrant: {
    fires: [
      [{ client: { operations: "*" } }, warning],
      [
        {
          client: { scopes: ["orders:admin"] },
          policy: 'rule a when has client and "orders:admin" in client.scopes then note "a"\n',
        },
        warning,
      ],
    ],
    near: [
      {
        client: { scopes: ["administrators:read"] },
        policy: 'rule a when has client and "administrators:read" in client.scopes then note "a"\n',
      },
    ],
  },
  belowFloor: {
    fires: [
      [
        {
          replace: [
            ['"/v1/orders/{id}"', '"/v1/orders/{id}" { min_evidence bound_token }'],
            ["and granted then", "then"],
          ],
        },
        error,
      ],
    ],
    near: [
      {
        replace: [
          ['"/v1/orders/{id}"', '"/v1/orders/{id}" { min_evidence static_secret }'],
          ["and granted then", "then"],
        ],
      },
      {
        replace: [['"/v1/orders/{id}"', '"/v1/orders/{id}" { min_evidence bound_token }']],
        client: { operations: ["orders"] },
      },
    ],
  },
  crossing: {
    fires: [[{ others: [secondClient({ environment: "test" })] }, error]],
    near: [
      { others: [secondClient({ environment: "test", operations: [] })] },
      { others: [secondClient({ environment: "test", status: "suspended" })] },
      { others: [secondClient({ environment: "test", expires: "2025-12-31" })] },
    ],
  },
  shadowed: {
    fires: [
      [
        anyone(
          'rule slow_partners on order when has client and client.kind is partner then slow 1s\nrule closed on order when has client and client.plan == "" then block',
        ),
        warning,
      ],
    ],
    near: [
      anyone(
        'rule slow_partners when has client and client.kind is partner then slow 1s\nrule closed when has client and client.kind is partner and path == "/x" then block',
      ),
    ],
  },
  defaultAllow: {
    fires: [
      [{ replace: [["rule strangers when no client then block 401", "rule open on order then allow"]] }, error],
      [
        {
          replace: [
            ["default block", "default allow"],
            ["when no client then block 401", "on orders when no client then block 401"],
          ],
        },
        error,
      ],
    ],
    near: [
      { replace: [["rule strangers when no client then block 401", 'rule open on order then allow tags ["public"]']] },
    ],
  },
  selfAsserted: {
    fires: [
      [
        anyone('signal far = count per header["x-forwarded-for"] else skip over 1m\nrule a when far > 3 then throttle'),
        error,
      ],
      [
        {
          replace: [
            [
              "rule strangers when no client then block 401",
              'rule open on order when header["x-internal"] ?? "" == "1" then allow tags ["public"]',
            ],
          ],
        },
        error,
      ],
      [
        {
          model: (policy) => ({ ...policy, identity: [{ kind: "mtls", header: "client-cert", on: null, span: SPAN }] }),
        },
        error,
      ],
    ],
    near: [
      {
        replace: [["identity {", `${trusting}identity {`]],
        policy:
          'signal far = count per header["x-forwarded-for"] else skip over 1m\nrule a when far > 3 then throttle\n',
      },
      anyone('rule a when has client and header["x-internal"] ?? "" == "1" then allow'),
      anyone('signal tools = count per header["user-agent"] else skip over 1m\nrule a when tools > 3 then throttle'),
    ],
  },
  resettable: {
    fires: [
      [anyone('limit by_key on order per header["x-api-key"] else skip allow 5 per 1s'), warning],
      [anyone("limit by_place on order per ip allow 5 per 1s"), warning],
    ],
    near: [
      anyone("limit by_client on order per client else ip allow 5 per 1s"),
      anyone('limit by_tool on order per header["user-agent"] else skip allow 5 per 1s'),
    ],
  },
  tokenList: {
    fires: [
      [{ replace: LIST, policy: 'rule stolen when header["authorization"] ?? "" in bad then block\n' }, error],
      [anyone('let stolen_key = header["x-api-key"] ?? "" == "k"\nrule stolen when stolen_key then block'), error],
    ],
    near: [
      { replace: LIST, policy: 'rule stolen when header["user-agent"] ?? "" in bad then block\n' },
      anyone('rule stolen when no header["authorization"] then block'),
    ],
  },
  failOpen: {
    fires: [[anyone('rule gone on orders when credential.id ?? "" == "k9" then block unavailable open'), error]],
    near: [
      anyone('rule gone on order when credential.id ?? "" == "k9" then block unavailable open'),
      anyone('rule gone on orders when credential.id ?? "" == "k9" then block unavailable closed'),
      anyone('rule gone on orders when path == "/x" then block unavailable open'),
    ],
  },
  noAudience: {
    fires: [[{ model: withSource([]) }, error]],
    near: [{ model: withSource(["orders"]) }],
  },
  timeless: {
    fires: [
      [{ client: { plan: "gold" }, policy: SPARED }, error],
      [{ client: { plan: "gold" }, policy: `${SPARED}rollout { spared on until 2026-01-01 }\n` }, error],
    ],
    near: [
      { client: { plan: "gold" }, policy: `${SPARED}rollout { spared on until 2026-01-02 }\n` },
      { client: { plan: "gold" }, policy: `${SPARED}rollout { spared off }\n` },
    ],
  },
  captured: {
    fires: [[anyone('fact f : string from header "authorization"'), error]],
    near: [anyone('fact f : string from header "x-bot-score"')],
  },
  networkAllow: {
    fires: [
      [
        {
          replace: [
            [
              "rule strangers when no client then block 401",
              'rule inside on order when ip in 10.0.0.0/8 then allow tags ["public"]',
            ],
          ],
        },
        warning,
      ],
    ],
    near: [anyone("rule inside on order when ip in 10.0.0.0/8 and has client then allow")],
  },
  ownerless: {
    fires: [[{ replace: [noOwner] }, "info"]],
    near: [{ replace: [noOwner], policy: 'rule a when has client then note "a" owner "edge"\n' }],
  },
};

/** Raised beside the one that is looked for, because the cause is the same. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  ID205: ["ID212 warning"],
  ID209: ["ID203 warning"],
  ID216: ["ID205 error"],
};

describe.each(Object.entries(POLICY_FINDINGS))("%s", (name, entry) => {
  const { fires, near } = CASES[name as keyof typeof POLICY_FINDINGS];
  const others = (found: readonly string[], but: string): readonly string[] =>
    found.filter((one) => one !== but && BESIDE[entry.id]?.includes(one) !== true);

  test.each(fires.map(([change, severity], at) => [at + 1, change, severity] as const))(
    "is raised, case %i",
    (_, change, severity) => {
      const found = foundIn(change);
      expect(found).toContain(`${entry.id} ${severity}`);
      expect(others(found, `${entry.id} ${severity}`)).toEqual([]);
      expect([...entry.severities] as string[]).toContain(severity);
    },
  );
  test.each(near.map((change, at) => [at + 1, change] as const))("is not raised, near miss %i", (_, change) => {
    expect(others(foundIn(change), "")).toEqual([]);
  });
});
