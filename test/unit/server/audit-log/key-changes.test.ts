/** The audit log tells which keys come into force and go: over reloads, fetches and restarts, and of every kind. */
import { generateKeyPairSync, hash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KeyChanges, secretMarks } from "../../../../server/audit-log/key-changes.ts";
import { readAuditLog } from "../../../../server/audit-log/read-log.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";
import { ACT, openAudit } from "../../../helpers/operation.ts";
import { serve, startService, temporaryFolder, until } from "../../../helpers/server.ts";
import { keySetOf, makePair } from "../../../helpers/tokens.ts";

const marks = (...names: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name) => name.split("=") as [string, string]));

interface Entry {
  readonly event: string;
  readonly author: string;
  readonly reason: string;
  readonly what: Readonly<Record<string, unknown>>;
}

const changesIn = (lines: readonly string[]): readonly Entry[] =>
  lines.map((line) => JSON.parse(line) as Entry).filter(({ event }) => event === "keys.changed");

async function changesOf(folder: string): Promise<readonly Entry[]> {
  const lines: string[] = [];
  for await (const line of readAuditLog(folder)) lines.push(line);
  return changesIn(lines);
}

describe("changes of keys", () => {
  it("are told by origin, once each, with who and why", () => {
    const { database, audit } = openAudit(null);
    const changes = new KeyChanges(database, audit);
    const look = (...keys: readonly string[]): void =>
      changes.look([{ origin: "inventory", marks: marks(...keys) }], ACT);
    look("a=1", "b=1");
    look("a=1", "b=1");
    look("b=2", "c=1");
    changes.look([], ACT);
    expect(changesIn(audit.lines(0, 100)).map(({ what }) => what)).toEqual([
      { origin: "inventory", added: ["a", "b"] },
      { origin: "inventory", added: ["c"], removed: ["a"], changed: ["b"] },
      { origin: "inventory", removed: ["b", "c"] },
    ]);
    expect(changesIn(audit.lines(0, 1))[0]).toMatchObject({ author: ACT.author, token: ACT.token, reason: ACT.reason });
    database.close();
  });

  it("are compared with what was before a restart, and nothing is where keys are not known", () => {
    const folder = temporaryFolder();
    const first = openAudit(folder);
    new KeyChanges(first.database, first.audit).look([{ origin: "k", marks: marks("a=1", "b=1") }], ACT);
    first.database.close();
    const second = openAudit(folder);
    const changes = new KeyChanges(second.database, second.audit);
    changes.look([{ origin: "k", marks: null }], ACT);
    changes.look([{ origin: "k", marks: marks("a=1", "c=1") }], ACT);
    expect(changesIn(second.audit.lines(0, 100)).map(({ what }) => what)).toEqual([
      { origin: "k", added: ["a", "b"] },
      { origin: "k", added: ["c"], removed: ["b"] },
    ]);
    second.database.close();
  });

  it("that are many are counted past the first hundred", () => {
    const { database, audit } = openAudit(null);
    const names = Array.from({ length: 130 }, (_, at) => `k${at}=1`);
    new KeyChanges(database, audit).look([{ origin: "k", marks: marks(...names) }], ACT);
    const [entry] = changesIn(audit.lines(0, 1));
    expect(entry?.what["added"]).toHaveLength(100);
    expect(entry?.what["added_more"]).toBe(30);
    database.close();
  });

  it("that could not be written are told at the next look", () => {
    const reports: string[] = [];
    const { database, audit } = openAudit(null, { reports });
    const changes = new KeyChanges(database, audit);
    database.run("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END");
    changes.look([{ origin: "k", marks: marks("a=1") }], ACT);
    expect([audit.failures, database.all("SELECT * FROM keys_in_force")]).toEqual([1, []]);
    expect(reports.join()).toContain("disk full");
    database.run("DROP TRIGGER full");
    changes.look([{ origin: "k", marks: marks("a=1") }], ACT);
    expect(changesIn(audit.lines(0, 9))).toHaveLength(1);
    database.close();
  });

  it("do not tell a secret, not by its hash either", () => {
    const secret = Buffer.from("a secret of twenty-four bytes");
    const key = generateKeyPairSync("ed25519").privateKey;
    const mark = secretMarks(key);
    expect(mark(secret)).toBe(secretMarks(key)(secret));
    expect(mark(secret)).not.toBe(mark(Buffer.from("another secret of some bytes")));
    expect(mark(secret)).not.toBe(secretMarks(generateKeyPairSync("ed25519").privateKey)(secret));
    expect(mark(secret)).not.toBe(hash("sha256", secret, "base64url"));
  });
});

describe("a server", () => {
  const POLICY = `policy "p" { default block }
identity {
  api_key { header "x-api-key" }
  hmac partners { scheme plain secrets "partners.secrets" }
  signature { keys "keys.jwks.json" }
}
clients from "clients.yaml"`;
  const SIGNED = `      - { id: sig-1, type: signature }
      - { id: mac-1, type: hmac, issued: 2026-01-01, expires: 2036-01-01 }
      - { id: mac-2, type: hmac, issued: 2026-01-01, expires: 2036-01-01 }
`;
  const secrets = (first: string): string => `mac-1 ${first}\nmac-2 ${"n".repeat(32)}\n`;
  const jwks = (): string => {
    const jwk = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
    return JSON.stringify({ keys: [{ ...jwk, kid: "sig-1" }] });
  };

  it("tells of the inventory's keys, of secrets and of keys for signatures", async () => {
    const data = join(temporaryFolder(), "data");
    const files = {
      "clients.yaml": inventoryOf([{ client: "acme", key: "k" }]) + SIGNED,
      "partners.secrets": secrets("m".repeat(32)),
      "keys.jwks.json": jwks(),
    };
    const server = await serve(POLICY, { data }, files);
    server.replace("clients.yaml", inventoryOf(["k", "k2"].map((key) => ({ client: "acme", key }))) + SIGNED);
    server.replace("partners.secrets", secrets("o".repeat(32)));
    server.replace("keys.jwks.json", jwks());
    const headers = { "content-type": "application/json" };
    const reload = await fetch(`${server.adminUrl}/v1/reload`, { method: "POST", headers, body: "{}" });
    expect(reload.status).toBe(200);
    const at = (name: string): string => join(server.folder, name);
    const ofInventory = ["acme/acme-0", "acme/sig-1", "acme/mac-1", "acme/mac-2"];
    const changes = await changesOf(data);
    expect(changes.map(({ what }) => what)).toEqual([
      { origin: "inventory", added: ofInventory },
      { origin: at("partners.secrets"), added: ["acme/mac-1", "acme/mac-2"] },
      { origin: at("keys.jwks.json"), added: ["acme/sig-1"] },
      { origin: "inventory", added: ["acme/acme-1"] },
      { origin: at("partners.secrets"), changed: ["acme/mac-1"] },
      { origin: at("keys.jwks.json"), changed: ["acme/sig-1"] },
    ]);
    expect(changes.map(({ author, reason }) => [author, reason])).toEqual([
      ...Array.from({ length: 3 }, () => ["edgepolicy", "the server starts"]),
      ...Array.from({ length: 3 }, () => ["somebody here", "POST /v1/reload"]),
    ]);
  });

  it.each([1, 2])("tells of keys that were fetched, by %s threads", async (workers) => {
    const [first, second] = [await makePair("ES256", "first"), await makePair("ES256", "second")];
    let served = keySetOf(first);
    const { url: issuer } = await startService((_request, response) => response.end(served));
    const jwt = `jwt "https://id.example.com" { audience "a" keys "${issuer}/keys?token=t" client claim "azp" }`;
    const policy = `policy "p" { default block }\nidentity { ${jwt} }\nclients from "clients.yaml"`;
    const data = join(temporaryFolder(), "data");
    const server = await serve(
      policy,
      { data, workers },
      { "clients.yaml": inventoryOf([{ client: "acme", key: "k" }]) },
    );
    const fetched = async (): Promise<readonly Entry[]> =>
      (await changesOf(data)).filter(({ what }) => what["origin"] !== "inventory");
    await until(async () => (await fetched()).length === 1);
    served = keySetOf(second);
    server.running.reload();
    await until(async () => (await fetched()).length === 2);
    const told = (await fetched()).map(({ author, reason, what }) => ({ author, reason, ...what }));
    const by = { author: "edgepolicy", reason: "keys were fetched", origin: `${issuer}/keys` };
    const named = (kid: string): readonly unknown[] => [expect.stringMatching(new RegExp(`^${kid} [\\w-]{43}$`))];
    expect(told).toEqual([
      // They may be there before the server has started.
      { ...by, added: named("first"), reason: expect.any(String) as unknown },
      { ...by, added: named("second"), removed: named("first") },
    ]);
  });
});
