/** The request target: canonical path, query pairs and cookies, written as one plain pass after another. */

/** A path made canonical, and whether two readers could disagree about it. */
export interface CanonicalPath {
  readonly path: string;
  readonly ambiguous: boolean;
}

/** Path and query of a target; the query is null where there is no `?`. */
export function splitTarget(target: string): { path: string; query: string | null } {
  const mark = target.indexOf("?");
  return mark < 0 ? { path: target, query: null } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Text as bytes, each `%XX` one byte; null where a character is half a surrogate pair. `escaped` tells which were escapes. */
function bytesOf(text: string): { byte: number; escaped: boolean }[] | null {
  const bytes: { byte: number; escaped: boolean }[] = [];
  for (let index = 0; index < text.length; ) {
    const escape = /^%[0-9a-fA-F]{2}/.exec(text.slice(index, index + 3));
    if (escape) {
      bytes.push({ byte: Number.parseInt(text.slice(index + 1, index + 3), 16), escaped: true });
      index += 3;
      continue;
    }
    const point = text.codePointAt(index) ?? 0;
    if (point >= 0xd800 && point <= 0xdfff) return null;
    for (const byte of utf8(point)) bytes.push({ byte, escaped: false });
    index += point > 0xffff ? 2 : 1;
  }
  return bytes;
}

function utf8(point: number): number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)];
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
}

/** The code points of well-formed UTF-8 (no overlong form, no surrogate, at most U+10FFFF), or null. */
function decodeUtf8(bytes: readonly number[]): number[] | null {
  const points: number[] = [];
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index] ?? 0;
    const length =
      first < 0x80
        ? 1
        : first >= 0xc2 && first < 0xe0
          ? 2
          : first >= 0xe0 && first < 0xf0
            ? 3
            : first >= 0xf0 && first < 0xf5
              ? 4
              : 0;
    if (length === 0 || index + length > bytes.length) return null;
    const point = bytes
      .slice(index + 1, index + length)
      .reduce(
        (sum, byte) => (byte >> 6 === 2 ? sum * 64 + (byte & 63) : -Infinity),
        length === 1 ? first : first & (0x7f >> length),
      );
    if (utf8(point).length !== length || (point >= 0xd800 && point <= 0xdfff) || point > 0x10ffff || point < 0)
      return null;
    points.push(point);
    index += length;
  }
  return points;
}

function textOf(points: readonly number[]): string {
  return points.map((point) => String.fromCodePoint(point)).join("");
}

const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/** Whether decoding `text` once brings forth a slash, a backslash, a NUL or bytes that are no UTF-8. */
function hidesSomething(bytes: readonly { byte: number; escaped: boolean }[]): boolean {
  const special = bytes.some(({ byte, escaped }) => byte === 0 || byte === BACKSLASH || (escaped && byte === SLASH));
  return special || decodeUtf8(bytes.map(({ byte }) => byte)) === null;
}

function isAmbiguous(path: string): boolean {
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return true;
  const once = bytesOf(path);
  if (once === null || hidesSomething(once)) return true;
  const onceText = textOf(decodeUtf8(once.map(({ byte }) => byte)) ?? []);
  const twice = bytesOf(onceText);
  if (twice === null || hidesSomething(twice)) return true;
  const twiceText = textOf(decodeUtf8(twice.map(({ byte }) => byte)) ?? []);
  return /%[0-9a-fA-F]{2}/.test(twiceText) || [path, onceText, twiceText].some(hasDotParameter);
}

/** Whether a dot segment has a parameter (`/..;x`), which some services take for the dot segment alone. */
function hasDotParameter(path: string): boolean {
  return path.split("/").some((segment) => /^\.\.?;/.test(segment));
}

/** Unreserved characters decoded, every other escape in upper case, and what is not ASCII escaped as its UTF-8. */
function respell(path: string): string {
  const ascii = path.replace(/[\u{80}-\u{d7ff}\u{e000}-\u{10ffff}]/gu, (character) =>
    utf8(character.codePointAt(0) ?? 0)
      .map((byte) => `%${byte.toString(16)}`)
      .join(""),
  );
  return ascii.replace(/%[0-9a-fA-F]{2}/g, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : escape.toUpperCase();
  });
}

/** RFC 3986 §5.2.4 over the segments after the leading slash. */
function removeDotSegments(segments: readonly string[]): string[] {
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    if (segment === "..") kept.pop();
    if (segment !== "." && segment !== "..") kept.push(segment);
    else if (last) kept.push("");
  }
  return kept;
}

/** Canonical form of a path without its query (language reference, "Canonical path"). */
export function canonicalPath(raw: string): CanonicalPath {
  const decoded = respell(raw);
  const segments = removeDotSegments((decoded.startsWith("/") ? decoded.slice(1) : decoded).split("/"));
  return { path: `/${segments.join("/")}`.replace(/\/{2,}/g, "/"), ambiguous: isAmbiguous(raw) };
}

/** Percent-decoding once; a run of escapes that is not UTF-8 stays as it is, and `+` is a plus. */
function decodeOnce(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    const points = decodeUtf8((bytesOf(run) ?? []).map(({ byte }) => byte));
    return points === null ? run : textOf(points);
  });
}

/** `name=value` pairs in order; a pair without `=` has an empty value, an empty pair is none. */
function pairsOf(pieces: readonly string[]): [name: string, value: string][] {
  return pieces
    .filter((piece) => piece !== "")
    .map((piece) => {
      const equals = piece.indexOf("=");
      return equals < 0
        ? [decodeOnce(piece), ""]
        : [decodeOnce(piece.slice(0, equals)), decodeOnce(piece.slice(equals + 1))];
    });
}

/** The pairs of a query. */
export function queryPairs(query: string | null): [name: string, value: string][] {
  return pairsOf((query ?? "").split("&"));
}

/** The pairs of a `Cookie` header. */
export function cookiePairs(header: string): [name: string, value: string][] {
  return pairsOf(header.split(";").map((piece) => piece.trim()));
}
