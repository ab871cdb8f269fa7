/**
 * The one spelling of a path that everything is compared by: unreserved characters decoded once, other escapes in upper
 * case, characters past ASCII escaped as services read them, dot segments removed, then repeated slashes merged; no case
 * folding. A path that two readers could understand
 * differently is ambiguous: it hides a slash, a backslash or a NUL in an escape, is not UTF-8, has a raw backslash or NUL
 * or a `%` that begins no escape, or any of that once its escapes are decoded again; it is escaped three times; or a dot
 * segment has a parameter (`/a/..;x/b`), which Java's servers take off before they remove dot segments.
 */
import { decodeEscapes, escapedByte, hasLonePercent } from "./percent.ts";
import { NO_SEGMENTS, type Segments } from "./segments.ts";

/** A path in its one spelling. */
export interface CanonicalPath {
  readonly path: string;
  readonly ambiguous: boolean;
}

const SLASH = 47;
const DOT = 46;
const SEMICOLON = 59;
const QUESTION = 63;

/** Kinds of unit: those that change nothing, those that ask for a look, and those that need the slow path. */
const PLAIN = 0;
const SEPARATES = 1;
const ODD = 2;

/** By ASCII code; every other unit is odd. */
const KINDS = makeKinds();

function makeKinds(): Uint8Array {
  const kinds = new Uint8Array(128);
  for (const character of "/.?") kinds[character.charCodeAt(0)] = SEPARATES;
  for (const character of "\0\\%") kinds[character.charCodeAt(0)] = ODD;
  return kinds;
}

/** Whether the segment that begins with the dot at `index` is `.` or `..`, a parameter aside. */
function isDotSegment(target: string, index: number): boolean {
  const end = target.charCodeAt(index + 1) === DOT ? index + 2 : index + 1;
  const after = target.charCodeAt(end);
  return end === target.length || after === SLASH || after === QUESTION || after === SEMICOLON;
}

/**
 * Looks for the end of the path in a request target, and for the segments on the way, so that a request's path is gone through
 * once.
 *
 * @param segments - Takes the segments; they are those of the path where it is canonical.
 * @returns The path's length where it is canonical as it stands, which nearly all are; else minus one minus the length.
 */
export function scanPath(target: string, segments: Segments = NO_SEGMENTS): number {
  const { length } = target;
  let canonical = length > 0 && target.charCodeAt(0) === SLASH;
  let slash = -2;
  let index = 0;
  segments.count = 0;
  for (; index < length; index++) {
    const code = target.charCodeAt(index);
    const kind = code < 128 ? KINDS[code]! : ODD;
    if (kind === PLAIN) continue;
    if (code === QUESTION) break;
    if (kind === ODD || (index === slash + 1 && (code === SLASH || isDotSegment(target, index)))) canonical = false;
    if (code !== SLASH) continue;
    segments.open(index);
    slash = index;
  }
  segments.close(index);
  return canonical ? index : -1 - index;
}

function isUnreserved(code: number): boolean {
  const letter = code | 32;
  return (
    (letter >= 97 && letter <= 122) ||
    (code >= 48 && code <= 57) ||
    code === 45 ||
    code === 46 ||
    code === 95 ||
    code === 126
  );
}

function decodeUnreserved(path: string): string {
  let out = "";
  let plain = 0;
  for (let index = path.indexOf("%"); index >= 0; index = path.indexOf("%", index)) {
    const byte = escapedByte(path, index);
    if (byte < 0) {
      index++;
      continue;
    }
    const escape = path.slice(index, index + 3).toUpperCase();
    out += path.slice(plain, index) + (isUnreserved(byte) ? String.fromCharCode(byte) : escape);
    index += 3;
    plain = index;
  }
  return out + path.slice(plain);
}

const BEYOND_ASCII = /[\u{80}-\u{d7ff}\u{e000}-\u{10ffff}]+/gu;

/** Characters past ASCII as escapes of their UTF-8 (RFC 3987 §3.1). Half a surrogate pair has none, and stays. */
export function escapeBeyondAscii(text: string): string {
  return text.replace(BEYOND_ASCII, encodeURIComponent);
}

/** RFC 3986 §5.2.4 over what stands between slashes; a last dot segment leaves the slash before it. */
function removeDotSegments(segments: readonly string[]): string[] {
  const kept: string[] = [];
  for (const [index, segment] of segments.entries()) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
    if ((segment === "." || segment === "..") && index === segments.length - 1) kept.push("");
  }
  return kept;
}

/** A dot segment with a parameter. */
const DOT_PARAMETER = /(?:^|\/)\.\.?;/;

function isAmbiguous(raw: string): boolean {
  if (raw.includes("\\") || raw.includes("\0") || !raw.isWellFormed() || hasLonePercent(raw)) return true;
  const once = decodeEscapes(raw);
  if (once.malformed || once.hidden) return true;
  const twice = decodeEscapes(once.text);
  if (twice.malformed || twice.hidden) return true;
  if (DOT_PARAMETER.test(raw) || DOT_PARAMETER.test(once.text) || DOT_PARAMETER.test(twice.text)) return true;
  return decodeEscapes(twice.text).escaped;
}

/** Slow path, out of line: the canonical form of a path that may not be canonical yet. */
function canonicalise(raw: string): CanonicalPath {
  const decoded = escapeBeyondAscii(decodeUnreserved(raw));
  const segments = removeDotSegments((decoded.startsWith("/") ? decoded.slice(1) : decoded).split("/"));
  const merged = segments.filter((segment, index) => segment !== "" || index === segments.length - 1);
  return { path: `/${merged.join("/")}`, ambiguous: isAmbiguous(raw) };
}

/**
 * Makes a path canonical.
 *
 * @param raw - A path as received, without its query.
 */
export function canonicalPath(raw: string): CanonicalPath {
  return scanPath(raw) === raw.length ? { path: raw, ambiguous: false } : canonicalise(raw);
}
