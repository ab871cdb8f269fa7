/** Percent-escapes and UTF-8, for paths, queries and cookies. Only texts that hold an escape come here. */

const PERCENT = 37;

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** The byte that `%XX` at `index` stands for, or -1 where no escape stands there. */
export function escapedByte(text: string, index: number): number {
  if (text.charCodeAt(index) !== PERCENT || index + 2 >= text.length) return -1;
  const high = hexDigit(text.charCodeAt(index + 1));
  const low = hexDigit(text.charCodeAt(index + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** How many bytes the sequence that begins with `first` has; 0 where none can begin so. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

/** Well-formed UTF-8 as text (RFC 3629: no overlong form, no surrogate, at most U+10FFFF), or null. */
function decodeUtf8(bytes: readonly number[]): string | null {
  let text = "";
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index]!;
    const length = sequenceLength(first);
    if (length === 0 || index + length > bytes.length) return null;
    let point = length === 1 ? first : first & (0x7f >> length);
    for (let next = 1; next < length; next++) {
      const byte = bytes[index + next]!;
      if (byte >> 6 !== 2) return null;
      point = point * 64 + (byte & 63);
    }
    const overlong = (length === 3 && point < 0x800) || (length === 4 && point < 0x10000);
    if (overlong || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff) return null;
    text += String.fromCodePoint(point);
    index += length;
  }
  return text;
}

/** What a text is once each of its escapes is decoded. */
export interface Decoded {
  readonly text: string;
  /** Whether some run of escapes is not UTF-8; it stays as it is. */
  readonly malformed: boolean;
  /** Whether an escape stood for a slash, a backslash or a NUL. */
  readonly hidden: boolean;
  /** Whether there was any escape. */
  readonly escaped: boolean;
}

/** Decodes every `%XX` once. A `%` that begins no escape stays, and so does a run of escapes that is not UTF-8. */
export function decodeEscapes(text: string): Decoded {
  let out = "";
  let malformed = false;
  let hidden = false;
  let escaped = false;
  let plain = 0;
  for (let index = text.indexOf("%"); index >= 0; index = text.indexOf("%", index)) {
    const bytes: number[] = [];
    const start = index;
    for (let byte = escapedByte(text, index); byte >= 0; byte = escapedByte(text, index)) {
      hidden ||= byte === 0 || byte === 0x2f || byte === 0x5c;
      bytes.push(byte);
      index += 3;
    }
    if (bytes.length === 0) {
      index++;
      continue;
    }
    escaped = true;
    const decoded = decodeUtf8(bytes);
    malformed ||= decoded === null;
    out += text.slice(plain, start) + (decoded ?? text.slice(start, index));
    plain = index;
  }
  return { text: out + text.slice(plain), malformed, hidden, escaped };
}

/** Whether a `%` of the text begins no escape. */
export function hasLonePercent(text: string): boolean {
  for (let index = text.indexOf("%"); index >= 0; index = text.indexOf("%", index + 1)) {
    if (escapedByte(text, index) < 0) return true;
  }
  return false;
}

/** Text between `start` and `end`, its escapes decoded once; what is not UTF-8 stays. `+` is a plus. */
export function decodePiece(text: string, start: number, end: number): string {
  const piece = text.slice(start, end);
  return piece.indexOf("%") < 0 ? piece : decodeEscapes(piece).text;
}
