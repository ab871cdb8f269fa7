/** Callers with certificates of their own, for proxies that end their TLS. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { expect } from "vitest";

export const OPENSSL = "/usr/bin/openssl";
/** The name in the certificate of `exporter`, and in that of `stranger`, which signed its own. */
export const URI = "spiffe://prod.example/orders/exporter";

/** An authority, a server's certificate, and callers' certificates, each as `NAME.pem` and `NAME.key`. */
export function makeCertificates(folder: string): void {
  const openssl = (...args: string[]): void => {
    const { status, stderr } = spawnSync(OPENSSL, args, { cwd: folder, encoding: "utf8" });
    expect(stderr, args.join(" ")).toBe(status === 0 ? stderr : "");
  };
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const selfSigned = (name: string, ...more: string[]): void =>
    openssl("req", "-x509", ...ec, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${name}`, ...more);
  selfSigned("clients-ca");
  selfSigned("server", "-addext", "subjectAltName=DNS:localhost");
  selfSigned("stranger", "-addext", `subjectAltName=URI:${URI}`);
  for (const [name, alternative] of [
    ["exporter", `URI:${URI}`],
    ["unknown", "URI:spiffe://prod.example/orders/unknown"],
    ["twofold", `URI:${URI},URI:spiffe://prod.example/orders/other`],
  ] as const) {
    openssl("req", "-new", ...ec.slice(0, -2), "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${alternative}\nbasicConstraints=critical,CA:FALSE\n`);
    const by = ["-CA", "clients-ca.pem", "-CAkey", "clients-ca.key", "-CAcreateserial", "-days", "2"];
    openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", `${name}.ext`, ...by);
  }
}

export interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** Asks for `/v1/orders` with the certificate of that name, or with none. */
export type Ask = (name: string | null, headers?: Record<string, string>) => Promise<Answer>;

/** @param folder - Where {@link makeCertificates} has put them. */
export function asker(folder: string, port: number): Ask {
  const fileOf = (name: string): Buffer => readFileSync(join(folder, name));
  return (name, headers = {}) =>
    new Promise((resolve, reject) => {
      const own = name === null ? {} : { cert: fileOf(`${name}.pem`), key: fileOf(`${name}.key`) };
      const server = { host: "127.0.0.1", port, servername: "localhost", ca: fileOf("server.pem"), path: "/v1/orders" };
      const sent = request({ ...server, ...own, headers, agent: false }, (incoming) => {
        let body = "";
        incoming.on("data", (chunk: Buffer) => (body += chunk.toString()));
        incoming.on("end", () => resolve({ status: incoming.statusCode, body }));
      });
      sent.on("error", reject);
      sent.end();
    });
}

/** Who the service was told had called. */
export function clientOf({ body }: Answer): unknown {
  return (JSON.parse(body) as { headers: Record<string, string> }).headers["x-edge-client"];
}
