/**
 * Pairs of a query (`a=1&b=2`) and of a cookie header (`a=1; b=2`): the first value of a name, names and values decoded
 * once. A pair without `=` has an empty value; an empty pair is none. Found by scanning, so that a request pays only for
 * the names a policy reads, and nothing is allocated for the others.
 */
import { decodePiece } from "./percent.ts";

const AMPERSAND = 38;
const SEMICOLON = 59;
const EQUALS = 61;
const PERCENT = 37;

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff;
}

/** The decoded value of the first pair called `name`, or null. Each character is looked at once, however many pairs there are. */
function findPair(text: string, from: number, separator: number, trim: boolean, name: string): string | null {
  for (let start = from, next = from; start < text.length; start = next + 1) {
    let equals = -1;
    let escaped = false;
    for (next = start; next < text.length; next++) {
      const code = text.charCodeAt(next);
      if (code === separator) break;
      if (equals >= 0) continue;
      if (code === EQUALS) equals = next;
      else if (code === PERCENT) escaped = true;
    }
    let end = next;
    if (trim) {
      while (start < end && isBlank(text.charCodeAt(start))) start++;
      while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    }
    if (start === end) continue;
    const nameEnd = equals < 0 ? end : equals;
    const named = escaped
      ? decodePiece(text, start, nameEnd) === name
      : nameEnd - start === name.length && text.startsWith(name, start);
    if (named) return equals < 0 ? "" : decodePiece(text, equals + 1, end);
  }
  return null;
}

/**
 * The first value of a query's name.
 *
 * @param target - The request target; the query begins at `from`.
 * @returns The value, decoded once, or null where no pair has that name.
 */
export function queryValue(target: string, from: number, name: string): string | null {
  return findPair(target, from, AMPERSAND, false, name);
}

/** How many pairs a query has. */
export function countPairs(target: string, from: number): number {
  let count = 0;
  let empty = true;
  for (let index = from; index < target.length; index++) {
    if (target.charCodeAt(index) === AMPERSAND) empty = true;
    else if (empty) {
      empty = false;
      count++;
    }
  }
  return count;
}

/** The first value of a cookie in a `Cookie` header, decoded once, or null. */
export function cookieValue(header: string, name: string): string | null {
  return findPair(header, 0, SEMICOLON, true, name);
}
