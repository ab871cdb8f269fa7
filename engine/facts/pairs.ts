/**
 * Pairs of a query (`a=1&b=2`) and of a cookie header (`a=1; b=2`): the first value of a name, names and values decoded
 * once. A pair without `=` has an empty value; an empty pair is none. Found by scanning, so that a request pays only for
 * the names a policy reads, and nothing is allocated for the others.
 */
import { decodePiece } from "./percent.ts";

const AMPERSAND = 38;
const SEMICOLON = 59;

/** Whether the name at `start` to `end` is `name` once it is decoded. */
function isNamed(text: string, start: number, end: number, name: string): boolean {
  if (end - start === name.length && text.startsWith(name, start))
    return text.indexOf("%", start) < 0 || decodePiece(text, start, end) === name;
  const percent = text.indexOf("%", start);
  return percent >= 0 && percent < end && decodePiece(text, start, end) === name;
}

function endOfPair(text: string, start: number, separator: number): number {
  let end = start;
  while (end < text.length && text.charCodeAt(end) !== separator) end++;
  return end;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff;
}

/** The decoded value of the first pair called `name`, or null. */
function findPair(text: string, from: number, separator: number, trim: boolean, name: string): string | null {
  for (let start = from; start < text.length; ) {
    const next = endOfPair(text, start, separator);
    let end = next;
    if (trim) {
      while (start < end && isBlank(text.charCodeAt(start))) start++;
      while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    }
    const equals = text.indexOf("=", start);
    const nameEnd = equals < 0 || equals > end ? end : equals;
    if (start < end && isNamed(text, start, nameEnd, name)) {
      return nameEnd === end ? "" : decodePiece(text, nameEnd + 1, end);
    }
    start = next + 1;
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
  for (let start = from; start < target.length; ) {
    const end = endOfPair(target, start, AMPERSAND);
    if (end > start) count++;
    start = end + 1;
  }
  return count;
}

/** The first value of a cookie in a `Cookie` header, decoded once, or null. */
export function cookieValue(header: string, name: string): string | null {
  return findPair(header, 0, SEMICOLON, true, name);
}
