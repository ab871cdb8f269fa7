/**
 * Ed25519 keys that are no keys: points of small order, also where they are not in their one spelling. For most of them one signature is
 * that of every message, or of every few, so anybody can sign in the name of whoever registered one (RFC 8032 leaves it to verifiers).
 */

/** The y coordinates of all eight points, little-endian, with the sign of x left out: 0, 1, two of order 8, p − 1, p and p + 1. */
const COORDINATES: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** @param x - Of a JWK (RFC 8037): base64url of 32 bytes. */
export function isOfSmallOrder(x: string): boolean {
  const bytes = Buffer.from(x, "base64url");
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) & 0x7f;
  return COORDINATES.has(bytes.toString("hex"));
}
