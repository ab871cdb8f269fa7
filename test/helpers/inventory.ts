/** Inventories for tests: clients with the keys given, everything else as it should be. */
import { createHmac, hash } from "node:crypto";

export interface TestKey {
  readonly client: string;
  readonly key: string;
  /** Id and secret of the pepper; left out, the hash is a plain one. */
  readonly pepper?: readonly [id: string, secret: string];
  readonly status?: string;
  readonly networks?: string;
}

/** The text of a `clients.yaml` in which each key's client owns it. */
export function inventoryOf(keys: readonly TestKey[]): string {
  const clients = [...new Set(keys.map(({ client }) => client))].map((client) => clientText(client, keys));
  return `teams:\n  - { id: core, contact: "mailto:core@example.com", people: [p.one] }\npeople:\n  - { id: p.one, active: true }\nclients:\n${clients.join("")}`;
}

function clientText(id: string, keys: readonly TestKey[]): string {
  const own = keys.filter(({ client }) => client === id);
  const credentials = own.map(
    (key, index) =>
      `      - { id: ${id}-${index}, type: api_key, hash: "${hashOf(key)}", issued: 2026-01-01, expires: 2036-01-01 }\n`,
  );
  return `  - id: ${id}
    kind: partner
    purpose: orders for tests
    owner: { team: core, accountable: p.one }
    environment: prod
    status: ${own[0]?.status ?? "active"}
    operations: ["*"]
    networks: [${own[0]?.networks ?? ""}]
    credentials:
${credentials.join("")}`;
}

/** The inventory's text for a key's hash. */
export function hashOf({ key, pepper }: TestKey): string {
  if (pepper === undefined) return `sha256:${hash("sha256", key)}`;
  return `hmac-sha256:${pepper[0]}:${createHmac("sha256", pepper[1]).update(key).digest("hex")}`;
}
