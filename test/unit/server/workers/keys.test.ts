/** Keys that are fetched from an address, at a server with workers: each worker fetches them, and the server tells of them as one. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readAuditLog } from "../../../../server/audit-log/read-log.ts";
import { serve, startService, temporaryFolder, type TestServer, until } from "../../../helpers/server.ts";
import { claims, inventoryWith, ISSUER, keySetOf, makePair, sign, type TestPair } from "../../../helpers/tokens.ts";

const TIME = { timeout: 60_000 };
const ASKED = 8;

interface Served {
  readonly server: TestServer;
  /** Stops the server and starts it again, from when on the address answers with an error. */
  readonly restartWithoutKeys: () => Promise<void>;
  /** Publishes these keys instead. */
  readonly publish: (...pairs: readonly TestPair[]) => void;
  /** What is answered to requests with a new token of this key: connections go to the workers in turn. */
  readonly statuses: (pair: TestPair) => Promise<readonly number[]>;
  /** What the audit log tells of fetched keys. */
  readonly changes: () => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

async function start(first: TestPair): Promise<Served> {
  let published: string | null = keySetOf(first);
  const { url } = await startService((_request, response) => {
    if (published === null) response.writeHead(503).end();
    else response.end(published);
  });
  const policy = `policy "orders" { default block }
identity { jwt "${ISSUER}" { audience "orders-api"  keys "${url}/keys"  client claim "azp" } }
clients from "clients.yaml"
route orders = GET "/v1/orders" { scopes ["orders.read"] }
rule granted on orders when granted then allow`;
  const data = join(temporaryFolder(), "data");
  const begin = (): Promise<TestServer> => serve(policy, { workers: 2, data }, { "clients.yaml": inventoryWith() });
  let server = await begin();
  return {
    server,
    restartWithoutKeys: async () => {
      await server.running.stop();
      published = null;
      server = await begin();
    },
    publish: (...pairs) => {
      published = keySetOf(...pairs);
    },
    statuses: async (pair) => {
      const now = Math.floor(Date.now() / 1_000);
      const token = await sign(pair, claims({ iat: now - 5, exp: now + 600, jti: pair.kid }));
      return Promise.all(Array.from({ length: ASKED }, () => ask(server, token)));
    },
    changes: () => changesOf(data, `${url}/keys`),
  };
}

async function ask({ url }: TestServer, token: string): Promise<number> {
  const stated = { "x-original-uri": "/v1/orders", "x-original-method": "GET", "x-forwarded-for": "198.51.100.7" };
  const headers = { ...stated, authorization: `Bearer ${token}`, connection: "close" };
  return (await fetch(`${url}/authz/nginx`, { headers })).status;
}

async function changesOf(data: string, origin: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const changes: Readonly<Record<string, unknown>>[] = [];
  for await (const line of readAuditLog(data)) {
    const { event, what } = JSON.parse(line) as { event: string; what: Readonly<Record<string, unknown>> };
    if (event === "keys.changed" && what["origin"] === origin) changes.push(what);
  }
  return changes;
}

function workersThatSaid({ reports }: TestServer, what: string): readonly string[] {
  const said = reports.filter((line) => line.startsWith("worker ") && line.includes(what));
  return said.map((line) => line.split(":", 1)[0] ?? "").toSorted();
}

const all = (status: number): readonly number[] => Array.from({ length: ASKED }, () => status);
const named = (pair: TestPair): readonly unknown[] => [expect.stringMatching(new RegExp(`^${pair.kid} [\\w-]{43}$`))];

describe("keys that workers fetch", () => {
  test("are told in the audit log once, though the main thread fetched nothing", TIME, async () => {
    const [first, second] = await Promise.all([makePair("ES256", "first"), makePair("ES256", "second")]);
    const { server, publish, statuses, changes } = await start(first);
    expect(await statuses(first)).toEqual(all(200));
    publish(second);
    expect(await statuses(second)).toEqual(all(200));
    await until(async () => (await changes()).length === 2);
    await server.running.stop();
    expect(await changes()).toMatchObject([{ added: named(first) }, { added: named(second), removed: named(first) }]);
    expect(workersThatSaid(server, "added `second`")).toEqual(["worker 1", "worker 2"]);
  });

  test("are fetched anew by a reload, in every worker: a withdrawn key is gone", TIME, async () => {
    const [first, second] = await Promise.all([makePair("ES256", "first"), makePair("ES256", "second")]);
    const { server, publish, statuses } = await start(first);
    expect(await statuses(first)).toEqual(all(200));
    publish(second);
    server.running.reload();
    await server.running.settled();
    await until(() => workersThatSaid(server, "removed `first`").length === 2);
    expect(await statuses(first)).toEqual(all(401));
    expect(await server.metrics()).toMatch(/^edgepolicy_issuer_keys\{source="[^"]+"\} 1$/m);
  });

  test("go on in every worker after a restart at which the address does not answer", { timeout: 120_000 }, async () => {
    const [first, second] = await Promise.all([makePair("ES256", "first"), makePair("ES256", "second")]);
    const { publish, statuses, restartWithoutKeys } = await start(first);
    expect(await statuses(first)).toEqual(all(200));
    // Fetched by a worker, and kept by the main thread.
    publish(second);
    expect(await statuses(second)).toEqual(all(200));
    await restartWithoutKeys();
    expect([await statuses(second), await statuses(first)]).toEqual([all(200), all(401)]);
  });
});
