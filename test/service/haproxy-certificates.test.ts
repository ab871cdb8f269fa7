/** Real HAProxy ends the TLS of callers with certificates, with the configuration of docs/ as it stands there. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { echo, freePort, serve, startService, temporaryFolder, until } from "../helpers/server.ts";
import { inventoryWith } from "../helpers/verifiers.ts";
import { type Ask, asker, clientOf, makeCertificates, OPENSSL, URI } from "./certificates.ts";
import { blockOf, HAPROXY, isMissing, runHaproxy } from "./proxies.ts";

const missing = isMissing(HAPROXY) || spawnSync(OPENSSL, ["version"]).error !== undefined;

async function guarded(): Promise<Ask> {
  const tls = join(temporaryFolder(), "tls");
  mkdirSync(tls);
  makeCertificates(tls);
  const both = ["server.pem", "server.key"].map((name) => readFileSync(join(tls, name), "utf8"));
  writeFileSync(join(tls, "server-and-key.pem"), both.join(""));
  const policy = `${blockOf("client-certificates.md", "edgepolicy").replace("trust proxy 127.0.0.0/8 hops 1", "")}
rule open when no client then allow because "nobody"`;
  const files = { "clients.yaml": inventoryWith({ exporter: [`{ id: svid, type: mtls, value: "${URI}" }`] }) };
  const edge = await serve(policy, { haproxy: "127.0.0.1:0", callers: { via: ["haproxy"] } }, files);
  const [port, plain] = [await freePort(), await freePort()];
  const bind = blockOf("client-certificates.md", "haproxy").replaceAll(" tls/", ` ${tls}/`);
  expect(bind).toContain("127.0.0.1:8443");
  const ports = { proxy: plain, edge: edge.running.haproxy?.port ?? 0, service: (await startService(echo)).port };
  await runHaproxy(ports, bind.replace("8443", String(port)));
  const ask = asker(tls, port);
  await until(async () => (await ask(null).catch(() => null)) !== null);
  return ask;
}

describe.skipIf(missing)("HAProxy that asks callers for certificates", () => {
  it("says which one its caller has, and who that is", async () => {
    const answer = await (await guarded())("exporter");
    expect([answer.status, clientOf(answer)]).toEqual([200, "exporter"]);
  });

  it("believes nothing that a caller writes itself", async () => {
    const ask = await guarded();
    const forged = { "x-ssl-client-cert": "-----BEGIN%20CERTIFICATE-----", "x-ssl-client-verify": "SUCCESS" };
    const answer = await ask(null, forged);
    expect([answer.status, clientOf(answer)]).toEqual([200, undefined]);
    expect(clientOf(await ask("exporter", forged))).toBe("exporter");
  });

  it("refuses a certificate that is nobody's, has two names, or was not verified", async () => {
    const ask = await guarded();
    for (const [name, reason] of Object.entries({
      unknown: "unknown_key",
      twofold: "certificate_ambiguous",
      stranger: "certificate_unverified",
    })) {
      expect(await ask(name), name).toMatchObject({ status: 401, body: expect.stringContaining(reason) as string });
    }
  });
});
