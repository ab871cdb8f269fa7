/** Certificates as percent-encoded PEM: nginx's `$ssl_client_escaped_cert`, and `Cert` of Envoy. */

/** Longer texts are no certificate of a caller. */
const TEXT_MAX = 131_072;

/** One certificate (RFC 7468 §5) and nothing else; lines may end in any of the usual ways. */
const PEM = /^\s*-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;

/** The DER of a certificate; null where the text is none, or holds more than one. */
export function derOfEscapedPem(escaped: string): Uint8Array | null {
  if (escaped.length > TEXT_MAX) return null;
  const body = PEM.exec(unescape(escaped))?.[1];
  return body === undefined ? null : derOfBase64(body.replace(/\s+/g, ""));
}

/** Bytes of base64 (RFC 4648 §4) in its one spelling, with padding; null for any other text. */
export function derOfBase64(text: string): Uint8Array | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.length > 0 && bytes.toString("base64") === text ? bytes : null;
}

/** A `+` stands for itself: it is a digit of base64. */
function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
