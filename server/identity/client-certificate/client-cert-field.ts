/**
 * RFC 9440: `Client-Cert` is a byte sequence of structured fields with the certificate's DER, `Client-Cert-Chain` a list of them with
 * the certificates between it and the root.
 */
import type { CertificateError, ClientCertificate } from "./certificate.ts";
import { readCertificate } from "./certificate.ts";
import { derOfBase64 } from "./escaped-pem.ts";

/** RFC 9440 §2.1 allows no parameters, and none are of use. */
const FIELD = /^:([A-Za-z0-9+/=]+):$/;
/** Certificates of a chain at most. */
const CHAIN_MAX = 16;

/** @param chain - The field of the chain; empty where there is none. It is read, and decides nothing: the proxy has verified it. */
export function certificateOfField(field: string, chain: string): ClientCertificate | CertificateError {
  const der = derOfField(field);
  if (der === null || !isChain(chain)) return "malformed_certificate";
  return readCertificate(der);
}

function isChain(chain: string): boolean {
  if (chain === "") return true;
  const members = chain.split(",");
  return members.length <= CHAIN_MAX && members.every((member) => derOfField(member) !== null);
}

function derOfField(field: string): Uint8Array | null {
  const text = FIELD.exec(field.trim())?.[1];
  return text === undefined ? null : derOfBase64(text);
}
