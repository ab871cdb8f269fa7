/**
 * How a proxy conveys the certificate that its caller proved to hold. The name of the header tells the form: `x-forwarded-client-cert`
 * is Envoy's, `client-cert` that of RFC 9440, and `…-cert` nginx's percent-encoded PEM with the result of the verification in `…-verify`. HAProxy
 * gives it beside the headers, in DER.
 */
import { hash } from "node:crypto";
import type { ConveyedCertificate, Presented } from "../verifier.ts";
import type { CertificateError, ClientCertificate } from "./certificate.ts";
import { readCertificate } from "./certificate.ts";
import { certificateOfField } from "./client-cert-field.ts";
import { derOfEscapedPem } from "./escaped-pem.ts";
import type { ClientCertificateOptions } from "./options.ts";
import { certificateOfXfcc } from "./xfcc.ts";

/** Reads the certificate of one source. */
export interface Conveyance {
  /** Lower-case names of the headers; the first is the one that the policy names. */
  readonly headers: readonly string[];
  /** Whether whoever is believed says anything of a certificate. */
  isOffered(presented: Presented): boolean;
  /** @returns Null where the proxy saw no certificate, or whoever sent the request is not believed. */
  certificateOf(presented: Presented): ClientCertificate | CertificateError | null;
}

/** Certificates remembered as read; past this the memory is emptied. */
const REMEMBERED_MAX = 10_000;

/** @returns Null for a header whose name tells no form. */
export function conveyanceBy(header: string, { by }: Required<ClientCertificateOptions>): Conveyance | null {
  if (header === "x-forwarded-client-cert") return remembering([header], ([text = ""]) => certificateOfXfcc(text, by));
  if (header === "client-cert") {
    return remembering([header, "client-cert-chain"], ([text = "", chain = ""]) => certificateOfField(text, chain));
  }
  if (!header.endsWith("-cert")) return null;
  const verify = `${header.slice(0, -"cert".length)}verify`;
  return remembering([header, verify], ([text = "", result = ""]) => verifiedPem(text, result));
}

/** nginx says `FAILED:reason` of a certificate that it does not accept. */
function verifiedPem(escaped: string, result: string): ClientCertificate | CertificateError {
  if (result !== "SUCCESS") return "certificate_unverified";
  const der = derOfEscapedPem(escaped);
  return der === null ? "malformed_certificate" : readCertificate(der);
}

type Read = (values: readonly string[]) => ClientCertificate | CertificateError;
/** What stands in a header where there is no certificate; nginx says `NONE`. */
const NOTHING: ReadonlySet<string> = new Set(["", "NONE"]);

/** Reading a certificate takes some hundred times as long as hashing its text, and callers come again with the same. */
function remembering(headers: readonly string[], read: Read): Conveyance {
  const memory = new Memory();
  const isInHeaders = (presented: Presented): boolean =>
    presented.fromProxy && headers.some((header) => !NOTHING.has(presented.header(header)));
  return {
    headers,
    isOffered: (presented) => presented.certificate !== undefined || isInHeaders(presented),
    certificateOf: (presented) => {
      const { certificate } = presented;
      if (certificate !== undefined) return certificateBeside(certificate, memory);
      if (!isInHeaders(presented)) return null;
      const values = headers.map((header) => presented.header(header));
      return memory.certificateOf(`headers:${hash("sha256", values.join("\n"), "base64")}`, () => read(values));
    },
  };
}

function certificateBeside(
  { der, verified }: ConveyedCertificate,
  memory: Memory,
): ClientCertificate | CertificateError {
  if (!verified) return "certificate_unverified";
  return memory.certificateOf(`der:${hash("sha256", der, "base64")}`, () => readCertificate(der));
}

class Memory {
  readonly #certificates = new Map<string, ClientCertificate>();

  certificateOf(key: string, read: () => ClientCertificate | CertificateError): ClientCertificate | CertificateError {
    const known = this.#certificates.get(key);
    if (known !== undefined) return known;
    const certificate = read();
    if (typeof certificate === "string") return certificate;
    if (this.#certificates.size >= REMEMBERED_MAX) this.#certificates.clear();
    this.#certificates.set(key, certificate);
    return certificate;
  }
}
