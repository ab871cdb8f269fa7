/**
 * Addresses and networks as four 32-bit words in IPv6 form; IPv4 is `::ffff:a.b.c.d`, so a mapped address and the IPv4
 * address are one value. A network has a fifth word: its prefix length in IPv6 terms (an IPv4 /24 is 120). The families
 * are apart all the same: no IPv6 network, however wide, holds an IPv4 address. Parsing into words allocates nothing.
 */

/** Words of an address or network: four of address and one of prefix length. */
export const ADDRESS_WORDS = 5;

const COLON = 58;
const DOT = 46;
const MAPPED = 0xffff;

/**
 * Reads dotted IPv4 in `text` from `start` to `end` into a word; false where it is none. A leading zero is refused: readers differ
 * on it. The word is written rather than returned, because what does not fit 31 bits would be returned as an object.
 */
function parseIpv4(text: string, start: number, end: number, out: Uint32Array, word: number): boolean {
  let value = 0;
  let parts = 0;
  let index = start;
  while (index < end) {
    const first = index;
    let part = 0;
    for (; index < end; index++) {
      const digit = text.charCodeAt(index) - 48;
      if (digit < 0 || digit > 9) break;
      part = part * 10 + digit;
      if (index - first > 2) return false;
    }
    const digits = index - first;
    if (digits === 0 || part > 255 || (digits > 1 && text.charCodeAt(first) === 48)) return false;
    value = (value << 8) | part;
    parts++;
    if (index === end) break;
    if (parts === 4 || text.charCodeAt(index) !== DOT || ++index === end) return false;
  }
  out[word] = value;
  return parts === 4;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Stores 16-bit group `group` (0 to 7). */
function setGroup(out: Uint32Array, at: number, group: number, value: number): void {
  const word = at + (group >> 1);
  out[word] = (group & 1) === 0 ? value * 0x10000 : out[word]! + value;
}

function groupAt(words: Uint32Array, at: number, group: number): number {
  const word = words[at + (group >> 1)]!;
  return (group & 1) === 0 ? word >>> 16 : word & 0xffff;
}

/** Moves the `count` groups written after `gap` to the end and fills the hole with zeros. */
function spread(out: Uint32Array, at: number, gap: number, count: number): void {
  for (let index = 0; index < count; index++) {
    const value = groupAt(out, at, gap + count - 1 - index);
    const target = 7 - index;
    const word = at + (target >> 1);
    const other = (target & 1) === 0 ? out[word]! & 0xffff : out[word]! & 0xffff0000;
    out[word] = (target & 1) === 0 ? other + value * 0x10000 : (other >>> 0) + value;
  }
  for (let group = gap; group < 8 - count; group++) {
    const word = at + (group >> 1);
    out[word] = (group & 1) === 0 ? out[word]! & 0xffff : out[word]! & 0xffff0000;
  }
}

function parseIpv6(text: string, end: number, out: Uint32Array, at: number): boolean {
  out.fill(0, at, at + 4);
  let groups = 0;
  let gap = -1;
  let index = 0;
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false;
    gap = 0;
    index = 2;
  }
  while (index < end) {
    if (groups === 8) return false;
    const first = index;
    let value = 0;
    let digit = 0;
    for (; index < end && (digit = hexDigit(text.charCodeAt(index))) >= 0; index++) value = value * 16 + digit;
    if (index < end && text.charCodeAt(index) === DOT) {
      // The word of the prefix length is written last, so it has room for the tail until then.
      if (groups > 6 || !parseIpv4(text, first, end, out, at + 4)) return false;
      const tail = out[at + 4]!;
      setGroup(out, at, groups, tail >>> 16);
      setGroup(out, at, groups + 1, tail & 0xffff);
      groups += 2;
      index = end;
      break;
    }
    if (index === first || index - first > 4) return false;
    setGroup(out, at, groups++, value);
    if (index === end) break;
    if (text.charCodeAt(index) !== COLON || ++index === end) return false;
    if (text.charCodeAt(index) === COLON) {
      if (gap >= 0) return false;
      gap = groups;
      index++;
    }
  }
  if (gap < 0) return groups === 8;
  if (groups > 7) return false;
  spread(out, at, gap, groups - gap);
  return true;
}

/** Reads the address in `text` up to `end`. */
function parseUpTo(text: string, end: number, out: Uint32Array, at: number): boolean {
  if (!parseIpv4(text, 0, end, out, at + 3)) return parseIpv6(text, end, out, at);
  out[at] = 0;
  out[at + 1] = 0;
  out[at + 2] = MAPPED;
  return true;
}

/**
 * Reads an address in text form into four words of `out` from `at`, and a prefix length of 128 into the fifth.
 *
 * @returns Whether `text` is an IPv4 or IPv6 address; if not, `out` holds nothing of meaning.
 */
export function parseAddress(text: string, out: Uint32Array, at: number): boolean {
  const isAddress = parseUpTo(text, text.length, out, at);
  out[at + 4] = 128;
  return isAddress;
}

/** Whether the address at `at` is IPv4. */
export function isIpv4(words: Uint32Array, at: number): boolean {
  return words[at + 2] === MAPPED && words[at + 1] === 0 && words[at] === 0;
}

function maskOf(prefix: number, word: number): number {
  const bits = prefix - word * 32;
  return bits >= 32 ? 0xffffffff : bits <= 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

/** Clears all but the first `prefix` bits and stores the prefix length. */
export function mask(words: Uint32Array, at: number, prefix: number): void {
  for (let word = 0; word < 4; word++) words[at + word] = words[at + word]! & maskOf(prefix, word);
  words[at + 4] = prefix;
}

/** Writes the network of the address at `from`: its first `v4` bits for IPv4, `v6` bits for IPv6. */
export function networkAround(
  words: Uint32Array,
  from: number,
  v4: number,
  v6: number,
  out: Uint32Array,
  at: number,
): void {
  if (isIpv4(words, from)) {
    out[at] = 0;
    out[at + 1] = 0;
    out[at + 2] = MAPPED;
    out[at + 3] = words[from + 3]! & maskOf(v4, 0);
    out[at + 4] = 96 + v4;
    return;
  }
  for (let word = 0; word < 4; word++) out[at + word] = words[from + word]!;
  mask(out, at, v6);
}

/**
 * Reads `ADDRESS/LENGTH` into five words; a bare address is a network of one. Host bits are cleared.
 *
 * @returns 0 if `text` is no network, 1 if it is, 2 if it is one with host bits set.
 */
export function parseNetwork(text: string, out: Uint32Array, at: number): 0 | 1 | 2 {
  const slash = text.indexOf("/");
  if (slash < 0) return parseAddress(text, out, at) ? 1 : 0;
  if (!parseUpTo(text, slash, out, at)) return 0;
  const dotted = text.lastIndexOf(":", slash) < 0;
  let length = 0;
  if (slash + 1 === text.length || text.length - slash > 4) return 0;
  for (let index = slash + 1; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return 0;
    length = length * 10 + digit;
  }
  if (text.charCodeAt(slash + 1) === 48 && text.length > slash + 2) return 0;
  if (length > (dotted ? 32 : 128)) return 0;
  const prefix = dotted ? 96 + length : length;
  let hostBits = 0;
  for (let word = 0; word < 4; word++) hostBits |= out[at + word]! & ~maskOf(prefix, word);
  mask(out, at, prefix);
  return hostBits === 0 ? 1 : 2;
}

/** Whether the network at `outer` holds all of the address or network at `inner`. */
export function holds(outers: Uint32Array | Int32Array, outer: number, inners: Uint32Array, inner: number): boolean {
  const prefix = outers[outer + 4]!;
  const length = inners[inner + 4]!;
  if (length < prefix) return false;
  if (prefix < 96 && length >= 96 && isIpv4(inners, inner)) return false;
  // From the end, where networks differ: nearly every one that does not hold an address is told by the first word looked at.
  for (let word = 3; word >= 0; word--) {
    if (((inners[inner + word]! ^ outers[outer + word]!) & maskOf(prefix, word)) !== 0) return false;
  }
  return true;
}

/** Whether two addresses or networks are the same. */
export function sameAddress(a: Uint32Array, atA: number, b: Uint32Array, atB: number): boolean {
  for (let word = 0; word < ADDRESS_WORDS; word++) if (a[atA + word] !== b[atB + word]) return false;
  return true;
}

/** Canonical text: dotted for IPv4 and IPv4-mapped addresses, RFC 5952 for IPv6. */
export function formatAddress(words: Uint32Array, at: number): string {
  if (isIpv4(words, at)) {
    const value = words[at + 3]!;
    return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
  }
  let start = -1;
  let longest = 1;
  for (let from = 0; from < 8; from++) {
    let length = 0;
    while (from + length < 8 && groupAt(words, at, from + length) === 0) length++;
    if (length > longest) {
      start = from;
      longest = length;
    }
  }
  const hex = Array.from({ length: 8 }, (_, group) => groupAt(words, at, group).toString(16));
  if (start < 0) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + longest).join(":")}`;
}

/** Canonical text of the network at `at`. */
export function formatNetwork(words: Uint32Array, at: number): string {
  const prefix = words[at + 4]!;
  const v4 = prefix >= 96 && isIpv4(words, at);
  return `${formatAddress(words, at)}/${v4 ? prefix - 96 : prefix}`;
}
