/** Targets of requests in the one form that Signature Version 4 signs. */

/** Parameters of a query that is signed at most. */
const PARAMETERS_MAX = 1_000;
const HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
);

/** Percent-encodes all bytes but those of unreserved characters (RFC 3986 §2.3) and what `kept` has. */
function encoded(bytes: Uint8Array, kept: string): string {
  let text = "";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    text += /[A-Za-z0-9._~-]/.test(char) || kept.includes(char) ? char : HEX[byte];
  }
  return text;
}

/** A path that is encoded as it was sent, encoded once more: as every service but S3 signs it. */
export function encodedAgain(path: string): string {
  return encoded(Buffer.from(path, "utf8"), "/");
}

/**
 * A query with its parameters in order and in one spelling. Null where two queries that services read differently would come out the
 * same: with a `+`, which may be a space; with values of one parameter in another order; with a `%` that encodes nothing.
 */
export function canonicalQuery(query: string): string | null {
  if (query === "") return "";
  const pairs = query.split("&");
  if (pairs.length > PARAMETERS_MAX) return null;
  const written: (readonly [name: string, value: string])[] = [];
  for (const pair of pairs) {
    const split = pair.indexOf("=");
    const name = respelled(split < 0 ? pair : pair.slice(0, split));
    const value = respelled(split < 0 ? "" : pair.slice(split + 1));
    if (name === null || value === null || name === "") return null;
    written.push([name, value]);
  }
  const byName = written.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const inOrder = byName.every(
    ([name, value], i) => name !== byName[i - 1]?.[0] || value >= (byName[i - 1]?.[1] ?? ""),
  );
  return inOrder ? byName.map(([name, value]) => `${name}=${value}`).join("&") : null;
}

/** A name or value decoded and encoded again. */
function respelled(text: string): string | null {
  if (text.includes("+") || /%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7e) return null;
    if (code !== 0x25) bytes.push(code);
    else {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  return encoded(Uint8Array.from(bytes), "");
}
