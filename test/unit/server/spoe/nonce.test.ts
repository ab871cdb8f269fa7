import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadPolicy, nodeFiles } from "../../../../dsl/index.ts";
import { makeGate } from "../../../helpers/gate.ts";
import { haproxyAsks } from "../../../helpers/haproxy.ts";
import { temporaryFolder } from "../../../helpers/server.ts";
import {
  claims,
  inventoryWith,
  ISSUER,
  keySetOf,
  makePair,
  NOW,
  prove,
  sign,
  thumbprint,
} from "../../../helpers/tokens.ts";

it("a nonce for the next proof is a variable, and a proof that brings it is taken", async () => {
  const [issuer, holder] = await Promise.all([makePair("ES256", "k1"), makePair("ES256", "h")]);
  const folder = temporaryFolder();
  const files = {
    "keys.json": keySetOf(issuer),
    "clients.yaml": inventoryWith(),
    "p.edgepolicy": `policy "p" { default block }
identity { jwt "${ISSUER}" { audience "orders-api"  keys "keys.json"  client claim "azp"  dpop required } }
clients from "clients.yaml"
route orders = GET "/v1/orders" { scopes ["orders.read"] }
rule known when has client then allow`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const options = { clock: () => NOW * 1e6, tokens: { dpopNonce: true }, report: () => {} };
  const gate = makeGate("", { load: () => loadPolicy(join(folder, "p.edgepolicy"), nodeFiles), options });
  const token = await sign(issuer, claims({ cnf: { jkt: await thumbprint(holder) } }));
  const ask = async (nonce?: unknown, more = {}): ReturnType<typeof haproxyAsks> => {
    const dpop = await prove(holder, token, { payload: { nonce } });
    const lines = { host: "api.example.com", authorization: `DPoP ${token}`, dpop, "x-forwarded-proto": "https" };
    return haproxyAsks(gate, "/v1/orders", Object.entries(lines), more);
  };
  const refused = await ask();
  expect(refused).toMatchObject({ verdict: "refuse", status: 401, dpop_nonce: expect.any(String) as string });
  expect(await ask(refused["dpop_nonce"])).toMatchObject({ verdict: "allow", client: "acme" });
  // The scheme is what HAProxy says, and not what its caller writes.
  expect(await ask(refused["dpop_nonce"], { ssl: true })).toMatchObject({ verdict: "allow" });
  expect(await ask(refused["dpop_nonce"], { ssl: false })).toMatchObject({ verdict: "refuse", status: 401 });
});
