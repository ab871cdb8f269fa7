/** A caller whose token has fewer scopes than its client may have. */
import { claims, inventoryWith, ISSUER, keySetOf, makePair, sign } from "../helpers/tokens.ts";

/** A policy with a route that the token of {@link fewScopes} does not do for. */
export const SCOPED: string = `policy "scoped" { default block }
identity { jwt "${ISSUER}" { audience "orders-api"  keys "keys.json"  client claim "azp" } }
clients from "clients.yaml"
route orders = GET "/v1/orders" { scopes ["orders.read"] }
rule granted on orders when granted then allow`;

/** The files of {@link SCOPED}, and its request through a proxy. */
export async function fewScopes(): Promise<{
  readonly files: Readonly<Record<string, string>>;
  readonly ask: (url: string) => Promise<Response>;
}> {
  const issuer = await makePair("ES256", "k1");
  const iat = Math.floor(Date.now() / 1_000);
  const token = await sign(issuer, claims({ iat, exp: iat + 600, scope: "orders.list" }));
  return {
    files: { "keys.json": keySetOf(issuer), "clients.yaml": inventoryWith() },
    ask: (url) => fetch(`${url}/v1/orders`, { headers: { authorization: `Bearer ${token}` } }),
  };
}
