/** Challenges that a request meets by what it proves itself, with credentials that are really verified. */
import { expect, it } from "vitest";
import { hashOf } from "../../../helpers/inventory.ts";
import { serve } from "../../../helpers/server.ts";
import { signPlain } from "../../../helpers/signing.ts";
import {
  claims,
  inventoryWith as tokenInventory,
  ISSUER,
  keySetOf,
  makePair,
  prove,
  sign,
  thumbprint,
} from "../../../helpers/tokens.ts";
import { inventoryWith } from "../../../helpers/verifiers.ts";

const SECRET = "a-secret-of-more-than-24-bytes";
const ASKED = { "x-original-uri": "/v1/orders", "x-original-method": "GET", "x-forwarded-for": "198.51.100.7" };
const seconds = (): number => Math.floor(Date.now() / 1_000);

it("a signature meets `challenge signature`, and earns no pass", async () => {
  const { url } = await serve(
    `policy "p" { default allow }
identity { hmac partners { scheme plain secrets "s" } }
clients from "clients.yaml"
rule signed when method is GET then challenge signature`,
    {},
    { s: `k1 ${SECRET}\n`, "clients.yaml": inventoryWith({ acme: ["{ id: k1, type: hmac }"] }) },
  );
  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${url}/authz/nginx`, { headers: { ...ASKED, ...headers } });
  const refusal = await ask({});
  expect(refusal.headers.get("www-authenticate")).toBe('Edge realm="p", challenge="signature"');
  const sent = { method: "GET", host: new URL(url).host, target: "/v1/orders" };
  const [, signature = ""] = signPlain(sent, SECRET, "k1", seconds(), "nonce-0001").headers?.[0] ?? [];
  const signed = await ask({ "x-signature": signature });
  expect([signed.status, signed.headers.get("x-edge-client"), signed.headers.get("edge-pass")]).toEqual([
    200,
    "acme",
    null,
  ]);
});

it("a signature by a key that is revoked, or has ended, meets nothing beside an API key that is good", async () => {
  const key = `{ id: api, type: api_key, hash: "${hashOf({ client: "acme", key: "k-1" })}" }`;
  const ended = '{ id: k2, type: hmac, expires: "2020-01-01" }';
  const { url, adminUrl } = await serve(
    `policy "p" { default allow }
identity { api_key { header "x-api-key" }  hmac partners { scheme plain secrets "s" } }
clients from "clients.yaml"
rule signed then challenge signature`,
    {},
    {
      s: `k1 ${SECRET}\nk2 ${SECRET}\n`,
      "clients.yaml": inventoryWith({ acme: [key, "{ id: k1, type: hmac }", ended] }),
    },
  );
  const ask = async (id: string, nonce: string): Promise<number> => {
    const sent = { method: "GET", host: new URL(url).host, target: "/v1/orders" };
    const [, signature = ""] = signPlain(sent, SECRET, id, seconds(), nonce).headers?.[0] ?? [];
    const headers = { ...ASKED, "x-api-key": "k-1", "x-signature": signature };
    return (await fetch(`${url}/authz/nginx`, { headers })).status;
  };
  expect([await ask("k1", "nonce-0001"), await ask("k2", "nonce-0002")]).toEqual([200, 401]);
  const body = JSON.stringify({ author: "m.rossi", reason: "leaked", key: "k1" });
  const json = { "content-type": "application/json" };
  expect((await fetch(`${adminUrl}/v1/revocations`, { method: "POST", headers: json, body })).status).toBe(201);
  expect(await ask("k1", "nonce-0003")).toBe(401);
});

it("a token bound to a key meets `challenge dpop`, one that is not does not", async () => {
  const [issuer, holder] = await Promise.all([makePair("ES256", "k1"), makePair("ES256", "h")]);
  const { url } = await serve(
    `policy "p" { default allow }
identity { jwt "${ISSUER}" { audience "orders-api"  keys "keys.json"  client claim "azp"  dpop optional } }
clients from "clients.yaml"
rule held then challenge dpop`,
    { tokens: { publicOrigins: ["https://api.example.com"] } },
    { "keys.json": keySetOf(issuer), "clients.yaml": tokenInventory() },
  );
  const now = seconds();
  const live = { iat: now - 5, exp: now + 600 };
  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${url}/authz/nginx`, { headers: { ...ASKED, ...headers } });
  const loose = await ask({ authorization: `Bearer ${await sign(issuer, claims(live))}` });
  expect(loose.status).toBe(401);
  expect(loose.headers.get("www-authenticate")).toMatch(/^DPoP realm="p".*, Edge realm="p", challenge="dpop"$/);
  const token = await sign(issuer, claims({ ...live, cnf: { jkt: await thumbprint(holder) } }));
  const bound = await ask({
    authorization: `DPoP ${token}`,
    dpop: await prove(holder, token, { payload: { iat: now } }),
  });
  expect([bound.status, bound.headers.get("x-edge-client")]).toEqual([200, "acme"]);
});
