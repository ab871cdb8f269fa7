/**
 * JSON objects of tokens, read so that no two readers can see two different ones (RFC 8725bis, RFC 7515 §4): UTF-8 or nothing, no byte
 * order mark, no member named twice, none that is a prototype.
 */

/** Objects and arrays in each other; deeper JSON stands for nothing that a token says. */
const DEPTH_MAX = 32;
/** A byte order mark is kept, and then is no JSON. */
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The object that `bytes` are; null where they are none, or one that could be read in two ways. */
export function parseStrictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const text = DECODER.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return hasOneReading(text) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Whether no object of `json`, which is valid, names a member twice, and it does not nest too deep. */
function hasOneReading(json: string): boolean {
  /** Names so far of each object that is open; null for an array. */
  const open: (Set<string> | null)[] = [];
  let nameFollows = false;
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case OPEN_BRACE:
        nameFollows = true;
        open.push(new Set());
        break;
      case OPEN_BRACKET:
        nameFollows = false;
        open.push(null);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        open.pop();
        nameFollows = false;
        break;
      case COMMA:
        nameFollows = open.at(-1) !== null;
        break;
      case QUOTE: {
        const end = endOfText(json, at);
        if (nameFollows && !isNew(textAt(json, at, end), open.at(-1))) return false;
        nameFollows = false;
        at = end - 1;
      }
    }
    if (open.length > DEPTH_MAX) return false;
  }
  return true;
}

/** Most texts have no escapes, and are what stands there: whoever sends a token chooses how many there are. */
function textAt(json: string, start: number, end: number): string {
  const plain = json.slice(start + 1, end - 1);
  return plain.includes("\\") ? (JSON.parse(json.slice(start, end)) as string) : plain;
}

function isNew(name: string, names: Set<string> | null | undefined): boolean {
  if (names == null || names.has(name) || name === "__proto__") return false;
  names.add(name);
  return true;
}

/** Past the quote that closes the text which begins at `start`. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  for (let code = json.charCodeAt(at); code !== QUOTE; code = json.charCodeAt(at)) at += code === BACKSLASH ? 2 : 1;
  return at + 1;
}
