/** Access tokens at a server with real sockets: keys that are fetched, files that change, and what a caller is told. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  claims,
  inventoryWith,
  ISSUER,
  keySetOf,
  makePair,
  prove,
  sign,
  type TestPair,
  thumbprint,
} from "../../../../helpers/tokens.ts";
import { freePort, serve, startService, temporaryFolder, type TestServer } from "../../../../helpers/server.ts";
import type { ServerOptions } from "../../../../../server/index.ts";

let first: TestPair;
let second: TestPair;
let holder: TestPair;
beforeAll(async () => {
  [first, second, holder] = await Promise.all([
    makePair("ES256", "k1"),
    makePair("ES256", "k2"),
    makePair("ES256", "h"),
  ]);
});

const policy = (keys: string, more = ""): string => `policy "orders" { default block }
identity { jwt "${ISSUER}" { audience "orders-api"  keys "${keys}"  client claim "azp"  ${more} } }
clients from "clients.yaml"
route orders = GET "/v1/orders" { scopes ["orders.read"] }
rule granted on orders when granted then allow`;

function live(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000);
  return claims({ iat: now - 5, exp: now + 600, ...changes });
}

async function start(
  text: string,
  files: Readonly<Record<string, string>> = {},
  options: Partial<ServerOptions> = {},
): Promise<TestServer> {
  return serve(text, options, { "clients.yaml": inventoryWith(), ...files });
}

async function ask(server: TestServer, headers: Readonly<Record<string, string>>): Promise<Response> {
  const stated = { "x-original-uri": "/v1/orders", "x-original-method": "GET", "x-forwarded-for": "198.51.100.7" };
  return fetch(`${server.url}/authz/nginx`, { headers: { ...stated, ...headers } });
}

const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` });

describe("keys from an address", () => {
  it("are waited for by the first requests, and fetched again for a name that is new", async () => {
    let keys = keySetOf(first);
    let asked = 0;
    const issuer = await startService((_, response) => {
      asked++;
      setTimeout(() => response.end(keys), 50);
    });
    const server = await start(policy(`${issuer.url}/keys`));
    const token = await sign(first, live());
    const answers = await Promise.all(Array.from({ length: 20 }, async () => ask(server, bearer(token))));
    expect(answers.map(({ status, headers }) => [status, headers.get("x-edge-client")])).toEqual(
      Array.from({ length: 20 }, () => [200, "acme"]),
    );
    expect(asked).toBe(1);
    keys = keySetOf(second);
    expect((await ask(server, bearer(await sign(second, live())))).status).toBe(200);
    expect(asked).toBe(2);
    // The key that is gone has gone for a token that was verified by it, too.
    const gone = await ask(server, bearer(token));
    expect([gone.status, server.decisions.at(-1)?.["reason"]]).toEqual([401, "unknown_key"]);
    const metrics = await server.metrics();
    expect(metrics).toContain(`edgepolicy_issuer_keys{source="${issuer.url}/keys"} 1`);
    expect(metrics).toContain(`edgepolicy_issuer_keys_fetches_total{source="${issuer.url}/keys"} 2`);
    expect(server.reports.some((line) => line.includes("added `k2`") && line.includes("removed `k1`"))).toBe(true);
  });

  it("outlive a reload, at which they are fetched anew", async () => {
    let asked = 0;
    const issuer = await startService((_, response) => {
      asked++;
      response.end(keySetOf(first));
    });
    const server = await start(policy(`${issuer.url}/keys`));
    const token = await sign(first, live());
    expect((await ask(server, bearer(token))).status).toBe(200);
    server.replace("policy.edgepolicy", `${policy(`${issuer.url}/keys`)}\nroute other = GET "/other"`);
    expect(server.running.reload().applied).toBe(true);
    expect((await ask(server, bearer(token))).status).toBe(200);
    await expect.poll(() => asked).toBe(2);
    server.replace("policy.edgepolicy", 'policy "orders" { default block }');
    expect(server.running.reload().applied).toBe(true);
    expect(await server.metrics()).not.toContain("edgepolicy_issuer_keys{");
  });

  it("that cannot be had refuse the token, and are not the caller's fault", async () => {
    const server = await start(policy(`http://127.0.0.1:${await freePort()}/keys`));
    const answer = await ask(server, bearer(await sign(first, live())));
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe(
      'Bearer realm="orders", Edge realm="orders", error="keys_unavailable"',
    );
    expect(server.reports.some((line) => line.includes("cannot be fetched: connect ECONNREFUSED"))).toBe(true);
  });
});

describe("keys over a restart", () => {
  /** A server that fetches from `keys`, one after another on the same data. */
  const startOn = (keys: string, data: string, tokens: ServerOptions["tokens"] = {}): Promise<TestServer> =>
    start(policy(keys), {}, { data, tokens });

  /** Data of a server that has fetched from an address which answers no more, and a request with a token of those keys. */
  const fetchedBefore = async () => {
    const data = join(temporaryFolder(), "data");
    let up = true;
    const issuer = await startService((_, response) => {
      if (up) response.end(keySetOf(first));
      else response.writeHead(503).end();
    });
    const token = bearer(await sign(first, live()));
    const before = await startOn(`${issuer.url}/keys`, data);
    expect((await ask(before, token)).status).toBe(200);
    await before.running.stop();
    up = false;
    return { data, issuer, token };
  };

  it("go on where their address does not answer, and belong to that address alone", async () => {
    const { data, issuer, token } = await fetchedBefore();
    const after = await startOn(`${issuer.url}/keys`, data);
    expect((await ask(after, token)).status).toBe(200);
    expect(await after.metrics()).toMatch(/edgepolicy_issuer_keys_age_seconds\{[^}]*\} 0?\.?\d/);
    expect(after.reports.some((line) => line.includes("it answers 503; those of"))).toBe(true);
    await after.running.stop();
    const elsewhere = await startOn(`${issuer.url}/others`, data);
    expect((await ask(elsewhere, token)).status).toBe(401);
    await elsewhere.running.stop();
    const unkept = await startOn(`${issuer.url}/keys`, data, { keepKeys: false });
    expect((await ask(unkept, token)).status).toBe(401);
  });

  it("are refused with what is wrong where their file is damaged", async () => {
    const { data, issuer, token } = await fetchedBefore();
    const [name = ""] = readdirSync(join(data, "keys"));
    writeFileSync(join(data, "keys", name), "{");
    const after = await startOn(`${issuer.url}/keys`, data);
    expect((await ask(after, token)).status).toBe(401);
    expect(after.decisions.at(-1)?.["reason"]).toBe("keys_unavailable");
    expect(after.reports.some((line) => line.endsWith("are not used: it is damaged"))).toBe(true);
  });
});

it("a caller whose token lacks the route's scopes is told which to ask for", async () => {
  const files = { "keys.json": keySetOf(first) };
  const lacking = await sign(first, live({ scope: "orders.write" }));
  for (const [more, field] of [
    ["", 'Bearer realm="orders", error="insufficient_scope", scope="orders.read"'],
    [
      "dpop optional",
      /^DPoP realm="orders", error="insufficient_scope", scope="orders.read", algs=.*, Bearer realm="orders", error="insufficient_scope", scope="orders.read"$/,
    ],
  ] as const) {
    const server = await start(policy("keys.json", more), files);
    const answer = await ask(server, bearer(lacking));
    expect(answer.status).toBe(403);
    expect(answer.headers.get("www-authenticate")).toMatch(field);
    const nobody = await ask(server, {});
    expect([nobody.status, nobody.headers.get("www-authenticate")]).toEqual([403, null]);
  }
});

describe("keys from a file", () => {
  it("change with the file, and a file that does not do leaves them as they were", async () => {
    const server = await start(policy("keys.json"), { "keys.json": keySetOf(first) }, { watch: true });
    const [one, two] = await Promise.all([sign(first, live()), sign(second, live())]);
    expect((await ask(server, bearer(one))).status).toBe(200);
    expect((await ask(server, bearer(two))).status).toBe(401);
    server.replace("keys.json", keySetOf(second));
    await expect.poll(async () => (await ask(server, bearer(two))).status, { timeout: 5_000 }).toBe(200);
    expect((await ask(server, bearer(one))).status).toBe(401);
    server.replace("keys.json", '{"keys":[]}');
    await expect.poll(() => server.reports.at(-1), { timeout: 5_000 }).toContain("none of its keys can be used");
    expect((await ask(server, bearer(two))).status).toBe(200);
  });

  it("that do not do keep the server from starting, with the place that names them", async () => {
    await expect(start(policy("keys.json"), { "keys.json": "{}" })).rejects.toMatchObject({
      code: "keys_unusable",
      message: expect.stringMatching(
        /policy\.edgepolicy:2:\d+: the keys in .*keys\.json cannot be used: it is no JSON object/,
      ) as string,
    });
  });
});

describe("an address with a password", () => {
  it("is not fetched from, and the password is not told", async () => {
    await expect(start(policy("https://user:hidden@id.example.com/keys?code=hidden"))).rejects.toMatchObject({
      code: "keys_unusable",
      message: expect.stringMatching(/:2:\d+: keys are not fetched from `https:\/\/id\.example\.com\/keys`$/) as string,
    });
  });
});

describe("a refused token", () => {
  it("is told as RFC 6750 says, and not forwarded", async () => {
    const server = await start(policy("keys.json"), { "keys.json": keySetOf(first) });
    const expired = await ask(server, bearer(await sign(first, live({ exp: 1_000_000_000, iat: 999_999_999 }))));
    expect(expired.headers.get("www-authenticate")).toBe(
      'Bearer realm="orders", error="invalid_token", Edge realm="orders", error="expired"',
    );
    // The token does not have what the route asks for.
    expect((await ask(server, bearer(await sign(first, live({ scope: "orders.write" }))))).status).toBe(403);
  });
});

describe("DPoP at a server", () => {
  const files = (): Record<string, string> => ({ "keys.json": keySetOf(first) });
  const origin = "https://api.example.com";
  const tokens = { publicOrigins: [origin] };

  async function bound(): Promise<string> {
    return sign(first, live({ cnf: { jkt: await thumbprint(holder) } }));
  }

  const fresh = (): object => ({ iat: Math.floor(Date.now() / 1_000) });

  it("takes a proof once, also over a reload", async () => {
    const server = await start(policy("keys.json", "dpop required"), files(), { tokens });
    const token = await bound();
    const dpop = await prove(holder, token, { payload: { ...fresh() } });
    const headers = { authorization: `DPoP ${token}`, dpop };
    expect((await ask(server, headers)).status).toBe(200);
    expect(server.running.reload().applied).toBe(true);
    const again = await ask(server, headers);
    expect([again.status, server.decisions.at(-1)?.["reason"]]).toEqual([401, "replayed"]);
    expect(again.headers.get("www-authenticate")).toContain(
      'DPoP realm="orders", error="invalid_dpop_proof", algs="ES256 ',
    );
    expect(await server.metrics()).toContain("edgepolicy_dpop_proofs 1");
  });

  it("gives a nonce with which the next proof is accepted", async () => {
    const server = await start(policy("keys.json", "dpop required"), files(), {
      tokens: { ...tokens, dpopNonce: true },
    });
    const token = await bound();
    const send = async (nonce?: string): Promise<Response> =>
      ask(server, {
        authorization: `DPoP ${token}`,
        dpop: await prove(holder, token, { payload: { ...fresh(), nonce } }),
      });
    const asked = await send();
    expect(asked.status).toBe(401);
    expect(asked.headers.get("www-authenticate")).toContain('DPoP realm="orders", error="use_dpop_nonce"');
    expect((await send(asked.headers.get("dpop-nonce") ?? "")).status).toBe(200);
  });

  it("takes the host that it was asked about, by the scheme that a proxy states, where no origin is configured", async () => {
    const server = await start(policy("keys.json", "dpop required"), files());
    const token = await bound();
    const htu = `http://${new URL(server.url).host}/v1/orders`;
    const dpop = await prove(holder, token, { payload: { ...fresh(), htu } });
    const headers = { authorization: `DPoP ${token}`, dpop };
    expect((await ask(server, headers)).status).toBe(401);
    expect((await ask(server, { ...headers, "x-forwarded-proto": "http" })).status).toBe(200);
  });
});

describe("options of tokens", () => {
  it.each([
    [
      { publicOrigins: ["https://api.example.com/v1"] },
      "tokens.publicOrigins: `https://api.example.com/v1` is not an origin",
    ],
    [{ publicOrigins: ["api.example.com"] }, "is not an origin"],
    [{ clockSkewSeconds: 301 }, "tokens.clockSkewSeconds: 301 is not a whole number from 0 to 300"],
    [{ dpopProofsMax: 7 }, "tokens.dpopProofsMax: 7"],
    [{ rememberedMax: 0 }, "tokens.rememberedMax: 0"],
  ])("are checked: %j", async (tokens, problem) => {
    await expect(start(policy("keys.json"), { "keys.json": keySetOf(first) }, { tokens })).rejects.toThrow(problem);
  });
});
