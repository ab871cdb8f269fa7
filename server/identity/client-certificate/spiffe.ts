/** SPIFFE ids (SPIFFE-ID §2): `spiffe://TRUST-DOMAIN/PATH`. */

const ID_BYTES_MAX = 2_048;
const DOMAIN_BYTES_MAX = 255;
const DOMAIN = /^[a-z0-9._-]+$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;

/** Whether `text` is the id of a workload: without port, user, query and percent, and with a path in which no segment is empty or dots. */
export function isSpiffeId(text: string): boolean {
  if (text.length > ID_BYTES_MAX || !text.startsWith("spiffe://")) return false;
  const [domain = "", ...segments] = text.slice("spiffe://".length).split("/");
  if (domain.length > DOMAIN_BYTES_MAX || !DOMAIN.test(domain) || segments.length === 0) return false;
  return segments.every((segment) => SEGMENT.test(segment) && segment !== "." && segment !== "..");
}
