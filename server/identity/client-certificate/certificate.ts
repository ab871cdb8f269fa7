/**
 * What is read of a client's certificate. Whether its chain leads to a trusted root was verified by the proxy that ended the TLS
 * connection; here it is only read, by OpenSSL and, where that gives no structure (names, constraints), by a reader of its own.
 */
import { hash, X509Certificate } from "node:crypto";
import { asciiText, DER, type Der, readDer, readOne } from "./der.ts";
import { isSpiffeId } from "./spiffe.ts";

/** A certificate, as far as it tells who its holder is. */
export interface ClientCertificate {
  /** SHA-256 of its DER: 64 hexadecimal digits, as the inventory writes it behind `sha256:`. */
  readonly thumbprint: string;
  /** Subject alternative names: URIs as they stand there, DNS names in lower case. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  /** Microseconds since the Unix epoch; null where the proxy conveyed no more than a digest. */
  readonly notBefore: number | null;
  readonly notAfter: number | null;
}

/** Why a conveyed certificate is none. */
export type CertificateError =
  | "malformed_certificate"
  | "certificate_unverified"
  | "certificate_ambiguous"
  | "spiffe_malformed";

/** A certificate of a caller is not longer than this, in bytes. */
const CERTIFICATE_BYTES_MAX = 32_768;

/** Reads a certificate in DER. */
export function readCertificate(der: Uint8Array): ClientCertificate | CertificateError {
  const parsed = parse(der);
  const extensions = parsed === null ? null : extensionsOf(der);
  if (parsed === null || extensions === null) return "malformed_certificate";
  const names = namesOf(extensions.get(SUBJECT_ALT_NAME));
  if (names === null) return "malformed_certificate";
  const notBefore = parsed.validFromDate.getTime() * 1_000;
  const notAfter = parsed.validToDate.getTime() * 1_000;
  if (!Number.isSafeInteger(notBefore) || !Number.isSafeInteger(notAfter)) return "malformed_certificate";
  const problem = nameProblem(names.uris) ?? (signsOthers(names.uris, extensions) ? "spiffe_malformed" : null);
  return problem ?? { thumbprint: hash("sha256", der, "hex"), ...names, notBefore, notAfter };
}

/**
 * What is wrong with the URI names of a certificate. Two would be two identities, of which each reader could take another one; a SPIFFE
 * id has to be one (SPIFFE X509-SVID §2, §5.2).
 */
export function nameProblem(uris: readonly string[]): CertificateError | null {
  if (uris.length > 1) return "certificate_ambiguous";
  const [uri = ""] = uris;
  return /^spiffe:/i.test(uri) && !isSpiffeId(uri) ? "spiffe_malformed" : null;
}

function parse(der: Uint8Array): X509Certificate | null {
  if (der.length > CERTIFICATE_BYTES_MAX) return null;
  try {
    const parsed = new X509Certificate(der);
    // What OpenSSL leaves over behind the certificate would be in the thumbprint of one reader and not of another.
    return parsed.raw.equals(der) ? parsed : null;
  } catch {
    return null;
  }
}

// ── extensions (RFC 5280 §4.2), by their object identifiers in hexadecimal digits ──

const KEY_USAGE = "551d0f";
const SUBJECT_ALT_NAME = "551d11";
const BASIC_CONSTRAINTS = "551d13";
/** keyCertSign and cRLSign in the first byte of KeyUsage. */
const SIGNS_CERTIFICATES = 0x04 | 0x02;

/** The content of each extension; null where the certificate is not of the standard's form, or one comes twice. */
function extensionsOf(der: Uint8Array): ReadonlyMap<string, Uint8Array> | null {
  const [tbs] = readOne(der, DER.sequence) ?? [];
  const fields = tbs?.tag === DER.sequence ? readDer(tbs.content) : null;
  if (fields === null) return null;
  const found = new Map<string, Uint8Array>();
  const wrapped = fields.find(({ tag }) => tag === DER.extensions);
  if (wrapped === undefined) return found;
  for (const extension of readOne(wrapped.content, DER.sequence) ?? []) {
    const [oid, value] = extensionOf(extension);
    if (oid === null || value === null || found.has(oid)) return null;
    found.set(oid, value);
  }
  return found;
}

function extensionOf({ tag, content }: Der): readonly [oid: string | null, value: Uint8Array | null] {
  const parts = tag === DER.sequence ? (readDer(content) ?? []) : [];
  const [first, last] = [parts[0], parts[parts.length - 1]];
  const oid = first?.tag === DER.oid ? Buffer.from(first.content).toString("hex") : null;
  return [oid, last?.tag === DER.octetString ? last.content : null];
}

/** A certificate that holds no names has none; null where they are malformed. */
function namesOf(content: Uint8Array | undefined): Pick<ClientCertificate, "uris" | "dnsNames"> | null {
  const names = content === undefined ? [] : readOne(content, DER.sequence);
  if (names === null) return null;
  const uris = textsOf(names, DER.uri);
  const dnsNames = textsOf(names, DER.dnsName);
  return uris === null || dnsNames === null ? null : { uris, dnsNames: dnsNames.map((name) => name.toLowerCase()) };
}

function textsOf(names: readonly Der[], tag: number): readonly string[] | null {
  const texts = names.filter((name) => name.tag === tag).map(({ content }) => asciiText(content));
  return texts.every((text) => text !== null) ? texts : null;
}

/** X509-SVID §4.1, §4.3: a workload's certificate signs no others. */
function signsOthers(uris: readonly string[], extensions: ReadonlyMap<string, Uint8Array>): boolean {
  if (!uris.some((uri) => uri.startsWith("spiffe:"))) return false;
  const constraints = extensions.get(BASIC_CONSTRAINTS);
  const isAuthority = (constraints === undefined ? [] : (readOne(constraints, DER.sequence) ?? [])).some(
    ({ tag, content }) => tag === DER.boolean && content[0] !== 0,
  );
  const [usage] = readDer(extensions.get(KEY_USAGE) ?? new Uint8Array(0)) ?? [];
  return isAuthority || ((usage?.content[1] ?? 0) & SIGNS_CERTIFICATES) !== 0;
}
