/** Real nginx ends the TLS of callers with certificates, with the configuration of docs/client-certificates.md as it stands there. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readBlocks } from "../helpers/markdown.ts";
import { echo, freePort, serve, startService, temporaryFolder, until } from "../helpers/server.ts";
import { inventoryWith } from "../helpers/verifiers.ts";
import { type Ask, asker, clientOf, makeCertificates, OPENSSL, URI } from "./certificates.ts";

const NGINX = "/usr/sbin/nginx";
const missing = [[NGINX, "-v"] as const, [OPENSSL, "version"] as const].filter(
  ([program, argument]) => spawnSync(program, [argument]).error !== undefined,
);
const needed = `nginx and openssl${missing.length === 0 ? "" : ` (SKIPPED: no ${missing.map(([program]) => program).join(", ")})`}`;

const page = readBlocks(readFileSync(new URL("../../docs/client-certificates.md", import.meta.url), "utf8"));
const shown = (language: string): string => page.find((one) => one.language === language)?.text ?? "";

/** @param verify - Value of `ssl_verify_client`. */
async function guarded(verify = "optional"): Promise<Ask> {
  const folder = temporaryFolder();
  const tls = join(folder, "tls");
  mkdirSync(tls);
  makeCertificates(tls);
  const policy = `${shown("edgepolicy")}\nrule open when no client then allow because "nobody"`;
  const files = { "clients.yaml": inventoryWith({ exporter: [`{ id: svid, type: mtls, value: "${URI}" }`] }) };
  const edge = await serve(policy, { upstream: (await startService(echo)).url }, files);
  const port = await freePort();
  const changes = {
    "127.0.0.1:8443": `127.0.0.1:${port}`,
    "127.0.0.1:8080": `127.0.0.1:${edge.port}`,
    "optional;": `${verify};`,
  };
  const config = Object.entries(changes).reduce(
    (text, [from, to]) => {
      expect(text).toContain(from);
      return text.replace(from, to);
    },
    shown("nginx").replaceAll(" tls/", ` ${tls}/`),
  );
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;\nevents {} http { access_log off; ${paths.join(" ")} ${config} }`,
  );
  const nginx = spawn(NGINX, ["-e", `${folder}/error.log`, "-c", join(folder, "nginx.conf")], { stdio: "ignore" });
  onTestFinished(() => void nginx.kill("SIGKILL"));
  const ask = asker(tls, port);
  await until(async () => (await ask(null).catch(() => null)) !== null);
  return ask;
}

describe.skipIf(missing.length > 0)(needed, () => {
  it("names the client of a certificate that nginx has verified, and keeps the certificate", async () => {
    const answer = await (await guarded())("exporter");
    expect([answer.status, clientOf(answer)]).toEqual([200, "exporter"]);
    expect(answer.body).not.toContain("x-ssl-client");
  });

  it("believes nothing that a caller writes itself", async () => {
    const ask = await guarded();
    const forged = {
      "x-ssl-client-cert": encodeURIComponent("-----BEGIN CERTIFICATE-----"),
      "x-ssl-client-verify": "SUCCESS",
    };
    const answer = await ask(null, forged);
    expect([answer.status, clientOf(answer)]).toEqual([200, undefined]);
    expect(clientOf(await ask("exporter", forged))).toBe("exporter");
  });

  it("refuses a certificate that is nobody's, has two names, or was not verified", async () => {
    const ask = await guarded();
    expect(await ask("unknown")).toMatchObject({ status: 401, body: expect.stringContaining("unknown_key") as string });
    expect(await ask("twofold")).toMatchObject({
      status: 401,
      body: expect.stringContaining("certificate_ambiguous") as string,
    });
    expect((await ask("stranger")).status).toBe(400);
    const lax = await guarded("optional_no_ca");
    expect(await lax("stranger")).toMatchObject({
      status: 401,
      body: expect.stringContaining("certificate_unverified") as string,
    });
  });

  it("lets nobody in without a certificate where nginx asks for one", async () => {
    const ask = await guarded("on");
    expect((await ask(null)).status).toBe(400);
    expect(clientOf(await ask("exporter"))).toBe("exporter");
  });
});
