/** What may be used once, at a server with workers: connections go to them in turn, so what comes several times at once comes to several of them. */
import { describe, expect, test } from "vitest";
import { posedIn } from "../../../helpers/answers.ts";
import { serve, type TestServer, until } from "../../../helpers/server.ts";
import { claims, inventoryWith, ISSUER, keySetOf, makePair, prove, sign, thumbprint } from "../../../helpers/tokens.ts";

const TIME = { timeout: 60_000 };
const COUNT = 12;
const TIMES = 6;

async function ask({ url }: TestServer, headers: Readonly<Record<string, string>>): Promise<Response> {
  const stated = { "x-original-uri": "/v1/orders", "x-original-method": "GET", "x-forwarded-for": "198.51.100.7" };
  return fetch(`${url}/authz/nginx`, { headers: { ...stated, ...headers } });
}

/** How often each of some proofs is taken that all come several times at once. */
async function taken(server: TestServer, shown: readonly Readonly<Record<string, string>>[]): Promise<number[]> {
  const counts: number[] = [];
  for (const headers of shown) {
    // oxlint-disable-next-line no-await-in-loop
    const answers = await Promise.all(Array.from({ length: TIMES }, () => ask(server, headers)));
    expect(answers.filter(({ status }) => status !== 200 && status !== 401)).toEqual([]);
    counts.push(answers.filter(({ status }) => status === 200).length);
  }
  return counts;
}

/** Threads that decided so many requests. */
async function threadsOf({ decisions }: TestServer, count: number): Promise<readonly string[]> {
  await until(() => decisions.length === count);
  return [...new Set(decisions.map(({ id }) => String(id).split("-")[1] ?? ""))].toSorted();
}

describe("over two workers", () => {
  test("a DPoP proof is taken once", TIME, async () => {
    const [issuer, holder] = await Promise.all([makePair("ES256", "k1"), makePair("ES256", "h")]);
    const policy = `policy "orders" { default block }
identity { jwt "${ISSUER}" { audience "orders-api"  keys "keys.json"  client claim "azp"  dpop required } }
clients from "clients.yaml"
route orders = GET "/v1/orders" { scopes ["orders.read"] }
rule granted on orders when granted then allow`;
    const files = { "clients.yaml": inventoryWith(), "keys.json": keySetOf(issuer) };
    const options = { workers: 2, tokens: { publicOrigins: ["https://api.example.com"] } };
    const server = await serve(policy, options, files);
    const now = Math.floor(Date.now() / 1_000);
    const cnf = { jkt: await thumbprint(holder) };
    const token = await sign(issuer, claims({ iat: now - 5, exp: now + 600, cnf }));
    const proofs = await Promise.all(
      Array.from({ length: COUNT }, (_, n) => prove(holder, token, { payload: { iat: now, jti: `proof ${n}` } })),
    );
    const counts = await taken(
      server,
      proofs.map((dpop) => ({ authorization: `DPoP ${token}`, dpop })),
    );
    expect(counts).toEqual(proofs.map(() => 1));
    expect(await threadsOf(server, COUNT * TIMES)).toEqual(["1", "2"]);
    const metrics = await server.metrics();
    expect(metrics).toContain(`edgepolicy_dpop_proofs ${COUNT}\n`);
    expect(metrics).toContain(`edgepolicy_dpop_refused_total{failed="jti"} ${COUNT * (TIMES - 1)}\n`);
  });

  test("an answer to a challenge is taken once", TIME, async () => {
    const policy = 'policy "p" { default allow }\nrule listen then challenge nonce';
    const server = await serve(policy, { workers: 2 });
    const posed = await Promise.all(Array.from({ length: COUNT }, () => ask(server, {})));
    const tokens = posed.map(({ headers }) => posedIn(headers.get("www-authenticate")).token);
    const counts = await taken(
      server,
      tokens.map((token) => ({ "edge-answer": token })),
    );
    expect(counts).toEqual(tokens.map(() => 1));
    expect(await threadsOf(server, COUNT * (TIMES + 1))).toEqual(["1", "2"]);
    const metrics = await server.metrics();
    expect(metrics).toContain(`edgepolicy_challenge_remembered{what="answers"} ${COUNT}\n`);
    expect(metrics).toContain(
      `edgepolicy_challenge_answers_total{kind="nonce",result="replayed"} ${COUNT * (TIMES - 1)}\n`,
    );
  });
});
