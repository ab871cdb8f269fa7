/** A server with `--state` that is killed, or stopped, and started again: what was used before is refused after. */
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, until } from "../../../helpers/server.ts";
import { serveInProcess, type ServerProcess } from "../../../helpers/server-process.ts";
import { claims, inventoryWith, ISSUER, keySetOf, makePair, prove, sign, thumbprint } from "../../../helpers/tokens.ts";

const POLICY = `policy "orders" { default block }
identity { jwt "${ISSUER}" { audience "orders-api"  keys "keys.json"  client claim "azp"  dpop required } }
clients from "clients.yaml"
route orders = GET "/v1/orders" { scopes ["orders.read"] }
rule granted on orders when granted then allow`;

/** The arguments of a server, and headers with a new proof at each call. */
async function setUp(workers: number): Promise<readonly [args: string[], headers: (jti: string) => Promise<Headers>]> {
  const folder = temporaryFolder();
  const [issuer, holder] = await Promise.all([makePair("ES256", "k1"), makePair("ES256", "h")]);
  const policy = join(folder, "p.edgepolicy");
  writeFileSync(policy, POLICY);
  writeFileSync(join(folder, "clients.yaml"), inventoryWith());
  writeFileSync(join(folder, "keys.json"), keySetOf(issuer));
  const now = Math.floor(Date.now() / 1_000);
  const cnf = { jkt: await thumbprint(holder) };
  const token = await sign(issuer, claims({ iat: now - 5, exp: now + 600, cnf }));
  const origin = ["--public-origin", "https://api.example.com"];
  return [
    [policy, "--workers", `${workers}`, "--state", join(folder, "state"), ...origin],
    async (jti) =>
      new Headers({
        authorization: `DPoP ${token}`,
        dpop: await prove(holder, token, { payload: { iat: now, jti } }),
        "x-original-uri": "/v1/orders",
        "x-original-method": "GET",
        "x-forwarded-for": "198.51.100.7",
      }),
  ];
}

async function statusOf({ port }: ServerProcess, headers: Headers): Promise<number> {
  return (await fetch(`http://127.0.0.1:${port}/authz/nginx`, { headers })).status;
}

test.each([
  [1, "SIGKILL"],
  [2, "SIGKILL"],
  [1, "SIGTERM"],
] as const)("of %i workers, by %s", { timeout: 120_000 }, async (workers, signal) => {
  const [args, headersOf] = await setUp(workers);
  const used = `${args[4]}.used`;
  const first = await serveInProcess(args);
  const headers = await Promise.all(["a", "b", "c"].map(headersOf));
  for (const each of headers) expect(await statusOf(first, each)).toBe(200);
  if (signal === "SIGKILL") {
    const sizeOf = (): number => statSync(used, { throwIfNoEntry: false })?.size ?? 0;
    const empty = 16 * headers.length + 32;
    await until(() => sizeOf() > empty, 20_000);
    // One that began after the answers is whole when it is replaced by the next.
    const { ino } = statSync(used);
    await until(() => statSync(used).ino !== ino, 20_000);
  }
  first.child.kill(signal);
  await first.ended;
  const second = await serveInProcess(args);
  for (const each of headers) expect(await statusOf(second, each)).toBe(401);
  expect(await statusOf(second, await headersOf("d"))).toBe(200);
  expect(second.reports()).not.toContain("refused");
});
