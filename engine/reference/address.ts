/** Addresses and networks as integers: every address is one 128-bit number, IPv4 in its mapped form `::ffff:a.b.c.d`. */

const MAPPED = 0xffffn << 32n;

/** A block of addresses: the first of them, and how many leading bits of 128 are fixed. */
export interface Network {
  readonly base: bigint;
  readonly bits: number;
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) return null;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

/** The 16-bit groups of one side of `::`; a dotted IPv4 tail stands for two. Null where the text is none. */
function groupsOf(text: string): bigint[] | null {
  if (text === "") return [];
  const groups: bigint[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const tail = index === parts.length - 1 && part.includes(".") ? parseIpv4(part) : null;
    if (tail !== null) groups.push(tail >> 16n, tail & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return null;
  }
  return groups;
}

function parseIpv6(text: string): bigint | null {
  const sides = text.split("::");
  if (sides.length > 2) return null;
  const head = groupsOf(sides[0] ?? "");
  const tail = groupsOf(sides[1] ?? "");
  if (head === null || tail === null) return null;
  if (sides.length === 2 && (sides[0] ?? "").includes(".")) return null;
  const zeros = 8 - head.length - tail.length;
  if (sides.length === 1 ? zeros !== 0 : zeros < 1) return null;
  return [...head, ...Array.from({ length: zeros }, () => 0n), ...tail].reduce(
    (sum, group) => (sum << 16n) | group,
    0n,
  );
}

/** The 128-bit number of an address, or null where `text` is none. */
export function parseAddress(text: string): bigint | null {
  if (text.includes(":")) return parseIpv6(text);
  const v4 = parseIpv4(text);
  return v4 === null ? null : MAPPED | v4;
}

function isIpv4(address: bigint): boolean {
  return address >> 32n === 0xffffn;
}

/** First longest run of two or more zero groups, which RFC 5952 writes as `::`. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** Canonical text: dotted for IPv4 and IPv4-mapped, RFC 5952 for IPv6. */
export function formatAddress(address: bigint): string {
  if (isIpv4(address)) return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join(".");
  const groups = [7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n].map((index) => Number((address >> (index * 16n)) & 0xffffn));
  const zeros = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.start < 0) return hex.join(":");
  return `${hex.slice(0, zeros.start).join(":")}::${hex.slice(zeros.start + zeros.length).join(":")}`;
}

function masked(address: bigint, bits: number): bigint {
  const host = BigInt(128 - bits);
  return (address >> host) << host;
}

/** Canonical text of the network around an address: its first `bits4` bits for IPv4, `bits6` for IPv6. */
export function networkAround(address: bigint, bits4: number, bits6: number): string {
  if (isIpv4(address)) return `${formatAddress(masked(address, 96 + bits4))}/${bits4}`;
  return `${formatAddress(masked(address, bits6))}/${bits6}`;
}

/** Reads `ADDRESS/LENGTH`; a bare address is a network of one. Null where `text` is none. */
export function parseNetwork(text: string): Network | null {
  const [address = "", length, ...rest] = text.split("/");
  const base = parseAddress(address);
  if (base === null || rest.length > 0) return null;
  if (length === undefined) return { base, bits: 128 };
  const dotted = !address.includes(":");
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > (dotted ? 32 : 128)) return null;
  const bits = dotted ? 96 + Number(length) : Number(length);
  return { base: masked(base, bits), bits };
}

/** Whether all of `inner` lies in `outer`. The families are apart: no IPv6 network holds an IPv4 address, however wide. */
export function holds(outer: Network, inner: Network): boolean {
  if (isIpv4(inner.base) && inner.bits >= 96 && outer.bits < 96) return false;
  return inner.bits >= outer.bits && masked(inner.base, outer.bits) === outer.base;
}
