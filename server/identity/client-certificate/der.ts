/**
 * The part of DER (X.690) that certificates are read with: values one after another, with definite lengths in their shortest form and
 * single-byte tags. Reading a value takes no copy and never looks outside of it.
 */

/** A value: its tag and its content. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
}

export const DER = {
  boolean: 0x01,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  /** Implicit tags of GeneralName (RFC 5280 §4.2.1.6). */
  dnsName: 0x82,
  uri: 0x86,
  /** Explicit tags of TBSCertificate (RFC 5280 §4.1). */
  version: 0xa0,
  extensions: 0xa3,
} as const;

/** Values of one sequence at most: no certificate of use has as many parts at one level. */
const VALUES_MAX = 1_000;

/** The values that fill `bytes`; null where they are not DER, or too many. */
export function readDer(bytes: Uint8Array): readonly Der[] | null {
  const values: Der[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = contentStart(bytes, at);
    if (start === null || values.length >= VALUES_MAX) return null;
    const end = start.at + start.length;
    if (end > bytes.length) return null;
    values.push({ tag: bytes[at] ?? 0, content: bytes.subarray(start.at, end) });
    at = end;
  }
  return values;
}

/** The values of the only value in `bytes`, if that has `tag`. */
export function readOne(bytes: Uint8Array, tag: number): readonly Der[] | null {
  const values = readDer(bytes);
  const [value] = values ?? [];
  return values?.length === 1 && value?.tag === tag ? readDer(value.content) : null;
}

/** Where the content of the value at `at` starts, and its length. */
function contentStart(bytes: Uint8Array, at: number): { readonly at: number; readonly length: number } | null {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return null;
  if (first < 0x80) return { at: at + 2, length: first };
  const count = first - 0x80;
  if (count < 1 || count > 3) return null;
  let length = 0;
  for (let i = 0; i < count; i++) {
    const byte = bytes[at + 2 + i];
    if (byte === undefined) return null;
    length = length * 256 + byte;
  }
  const shortest = length >= 0x80 && length >= 2 ** (8 * (count - 1));
  return shortest ? { at: at + 2 + count, length } : null;
}

/** Text of IA5String content; null where it is not visible ASCII. */
export function asciiText(content: Uint8Array): string | null {
  for (const byte of content) if (byte < 0x21 || byte > 0x7e) return null;
  return Buffer.from(content.buffer, content.byteOffset, content.length).toString("latin1");
}
