/** Certificates for tests, made with OpenSSL. Their keys were thrown away. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "../fixtures/certificates");

/** PEM of `test/fixtures/certificates/NAME.pem`. */
export function pemOf(name: string): string {
  return readFileSync(join(FOLDER, `${name}.pem`), "utf8");
}

export function derOf(name: string): Buffer {
  return Buffer.from(pemOf(name).replace(/-----[A-Z ]+-----|\s/g, ""), "base64");
}
