/** The inventory: its schema, and the clients that become of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { Report } from "../../../../dsl/check/report.ts";
import { inventoryJsonSchema } from "../../../../dsl/inventory/json-schema.ts";
import { readClients } from "../../../../dsl/inventory/clients.ts";
import type { Client } from "../../../../engine/index.ts";
import { fits } from "../../../helpers/json-schema.ts";
import { inventoryOf } from "../../../helpers/loading.ts";

/** Every field of the inventory's contract. */
const FULL = `
teams:
  - { id: finance-platform, contact: "mailto:fin@example.com", people: [m.rossi, j.chen] }
people:
  - { id: m.rossi, active: true }
  - { id: j.chen, active: true }
clients:
  - id: acme_sync
    kind: partner
    purpose: nightly order export to ACME
    owner: { team: finance-platform, accountable: m.rossi, backup: j.chen }
    environment: prod
    status: active
    expires: 2027-06-30
    review_by: 2027-03-31
    plan: gold
    rate: { allow: 50, per: 1s, burst: 100 }
    operations: [order, orders]
    scopes: ["orders:read"]
    networks: [203.0.113.0/24, 198.51.100.7, "2001:DB8::/32"]
    tags: [external]
    labels: { vendor: acme }
    expect: { ids_per_week: 40000 }
    delegation: { may_act_for: tenants, max_depth: 1 }
    credentials:
      - { id: k-2026-09, type: api_key, hash: "hmac-sha256:p1:${"0a".repeat(32)}", issued: 2026-09-01, expires: 2027-01-15, rotate_every: 90d }
      - { id: k-old, type: api_key, hash: "sha256:${"1b".repeat(32)}" }
      - { id: idp, type: jwt, issuer: "https://id.example.com", value: acme-sync }
      - { id: cert, type: mtls, thumbprint: "sha256:${"2c".repeat(32)}" }
`;

/** What a credential does not say. */
const NOT_STATED = {
  hash: null,
  issuer: null,
  value: null,
  thumbprint: null,
  jwk: null,
  tag: null,
  issued: null,
  expires: null,
};

function read(text: string): { readonly clients: readonly Client[]; readonly problems: readonly string[] } {
  const report = new Report();
  const clients = readClients(text, 0, report).clients.map((one) => one.client);
  return { clients, problems: report.list().map((one) => `${one.severity} ${one.code}`) };
}

describe("clients", () => {
  test("have every field of the contract", () => {
    const { clients, problems } = read(FULL);
    expect(problems).toEqual([]);
    expect(clients).toEqual([
      {
        id: "acme_sync",
        kind: "partner",
        purpose: "nightly order export to ACME",
        owner: { team: "finance-platform", accountable: "m.rossi" },
        environment: "prod",
        status: "active",
        plan: "gold",
        expires: Date.UTC(2027, 5, 30) * 1000,
        reviewBy: Date.UTC(2027, 2, 31) * 1000,
        rate: { allow: 50, perMicros: 1_000_000, burst: 100 },
        operations: ["order", "orders"],
        scopes: ["orders:read"],
        networks: ["203.0.113.0/24", "198.51.100.7/32", "2001:db8::/32"],
        tags: ["external"],
        labels: { vendor: "acme" },
        expect: { ids_per_week: 40_000 },
        credentials: [
          {
            id: "k-2026-09",
            type: "api_key",
            ...NOT_STATED,
            hash: `hmac-sha256:p1:${"0a".repeat(32)}`,
            issued: Date.UTC(2026, 8, 1) * 1000,
            expires: Date.UTC(2027, 0, 15) * 1000,
          },
          { ...NOT_STATED, id: "k-old", type: "api_key", hash: `sha256:${"1b".repeat(32)}` },
          { ...NOT_STATED, id: "idp", type: "jwt", issuer: "https://id.example.com", value: "acme-sync" },
          { ...NOT_STATED, id: "cert", type: "mtls", thumbprint: `sha256:${"2c".repeat(32)}` },
        ],
      },
    ]);
  });

  test("may be JSON, and repeat themselves by aliases", () => {
    expect(read(JSON.stringify(parse(FULL))).clients).toEqual(read(FULL).clients);
    const aliased = inventoryOf("a1", "tags: &tags [x, y]", "scopes: *tags");
    expect(read(aliased).clients[0]).toMatchObject({ tags: ["x", "y"], scopes: ["x", "y"] });
  });

  test("keep only credentials that are active", () => {
    const credentials = [
      "active",
      "suspended",
      "deactivated",
      "compromised",
      "destroyed",
      "pre-activation",
      "done",
    ].map((state, at) => `{ id: k${at}, type: jwt, issuer: "https://id.example.com", value: a${at}, state: ${state} }`);
    const { clients } = read(inventoryOf("a1", `credentials: [${credentials.join(", ")}]`));
    expect(clients[0]?.credentials.map(({ id }) => id)).toEqual(["k0"]);
  });

  test("keep labels that look like members of every object", () => {
    const { clients, problems } = read(inventoryOf("a1", 'labels: { __proto__: "x", constructor: "y" }'));
    expect(problems).toEqual([]);
    expect(Object.entries(clients[0]?.labels ?? {})).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
  });

  test.for([
    ["", ["error EP2704"]],
    ["[]", ["error EP2704"]],
    ["clients: []\n---\nclients: []\n", ["error EP2701"]],
    ["clients: [*none]\n", ["error EP2704"]],
    ["clients: &a [*a]\n", ["error EP2704"]],
    ["clients: []\nclients: []\n", ["error EP2701"]],
    ["[".repeat(5000), ["error EP2701"]],
    [`clients:\n  ${"- ".repeat(5000)}`, ["error EP2701"]],
    ["constructor: 1\nclients: []\n", ["error EP2702"]],
  ] as const)("of %j are refused with a place", ([text, problems]) => {
    expect(read(text).problems).toEqual(problems);
  });
});

describe("tags and directives", () => {
  const told = (text: string): readonly string[] => {
    const report = new Report();
    readClients(text, 0, report);
    return report.list().map(({ span, message }) => `${text.slice(span.start, span.end)}: ${message}`);
  };

  test("are told where they stand, whatever the library makes of them", () => {
    for (const tag of ["!!foo", "!custom", "!!binary", "!!set", "!!timestamp", "!!int"]) {
      const problem = `${tag}: the inventory has the tag \`${tag}\`, which says nothing about this value`;
      expect(told(inventoryOf("a1", `purpose: ${tag} x`)), tag).toEqual([problem]);
    }
    expect(told("%YAML 1.9\n---\nclients: []\n")).toEqual([
      "1.9: the inventory is not valid YAML: unsupported YAML version 1.9",
    ]);
  });

  test("a wrong line is one problem, and so is a second document", () => {
    expect(told("clients:\n- id: a1\n\t- id: b1\n\t- id: c1\n").map((each) => each.split(": ")[2])).toEqual([
      "tabs are not allowed as indentation",
      "tabs are not allowed as indentation",
    ]);
    expect(told("clients: []\n---\nclients: []\n")).toEqual([
      "---\nclients: []\n: the inventory holds more than one document",
    ]);
  });

  test("of JSON's types may stand", () => {
    expect(told(inventoryOf("a1", "tags: !!seq [!!str x]", "plan: !!str 5", "labels: !!map {}"))).toEqual([]);
  });
});

describe("the JSON Schema", () => {
  const schema = inventoryJsonSchema();

  test("is the file beside the reader", () => {
    const file = join(import.meta.dirname, "../../../../dsl/clients.schema.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  const wrong: readonly string[] = [
    "id: A",
    "kind: human",
    "status: on",
    "plan: 5",
    "expires: tomorrow",
    "rate: { allow: 5 }",
    "rate: { allow: 0, per: 1s }",
    "rate: { allow: 5, per: 1 second }",
    "operations: all",
    "scopes: orders",
    "networks: [house]",
    "tags: [1]",
    "labels: [a]",
    "labels: { a: 1 }",
    "expect: { a: 1.5 }",
    "delegation: { may_act_for: everyone }",
    "delegation: { max_depth: 99 }",
    "credentials: [{ id: k1 }]",
    "credentials: [{ id: k1, type: password }]",
    'credentials: [{ id: k1, type: api_key, hash: "secret" }]',
    "colour: red",
  ];

  test("accepts what the reader accepts", () => {
    expect(fits(parse(FULL), schema)).toBe(true);
    expect(fits(parse(inventoryOf("acme_sync", 'operations: "*"')), schema)).toBe(true);
  });

  test.for(wrong)("refuses what the reader refuses: %s", (line) => {
    const [name = ""] = line.split(":");
    const others = inventoryOf("acme_sync")
      .split("\n")
      .filter((field) => !field.trimStart().startsWith(`${name}:`) && field !== "");
    const text = name === "id" ? inventoryOf("A") : `${others.join("\n")}\n    ${line}\n`;
    expect(read(text).problems.filter((problem) => problem.startsWith("error"))).not.toEqual([]);
    expect(fits(parse(text), schema)).toBe(false);
  });
});
