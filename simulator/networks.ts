/** Places that traffic comes from: networks as runs of /24 (IPv4) or /64 (IPv6) sources, and addresses within them. */

/**
 * Where callers sit whom nothing is known of: the benchmark range of RFC 2544 (512 networks of /24), then the IPv6
 * documentation range of RFC 3849 (2^32 networks of /64). No real caller is ever seen from either.
 */
export const STRANGER_NETWORKS: readonly string[] = ["198.18.0.0/15", "2001:db8::/32"];

/** Where clients without declared networks sit: the shared address space of carrier-grade NAT, RFC 6598. */
export const CLIENT_NETWORKS: readonly string[] = ["100.64.0.0/10"];

/** A network as numbers. */
export interface Range {
  readonly v6: boolean;
  readonly base: bigint;
  /** Bits below the prefix. */
  readonly hostBits: number;
  /** How many distinct sources it holds, at least 1. */
  readonly sources: number;
}

const SOURCE_BITS_V4 = 8;
const SOURCE_BITS_V6 = 64;
/** A pool never claims more sources than an index can count exactly. */
const MOST_SOURCES = 2 ** 40;

/** The distinct source networks within some networks. A network longer than /24 or /64 is one source; doubles count once. */
export class SourcePool {
  /** How many distinct sources there are. */
  readonly size: number;
  readonly #rows: readonly Row[];

  /** @param networks - Canonical text, such as `203.0.113.0/24`. */
  constructor(networks: readonly string[]) {
    this.#rows = distinct(networks.map(rangeOf)).map(rowOf);
    this.size = Math.min(
      MOST_SOURCES,
      this.#rows.reduce((sum, { sources }) => sum + sources, 0),
    );
  }

  /**
   * An address of source `index`.
   *
   * @param index - From 0 to `size` - 1.
   * @param host - Any integer from 0; taken modulo the usable addresses of the source (IPv6: modulo 65,535).
   */
  address(index: number, host: number): string {
    let left = index;
    for (const row of this.#rows) {
      if (left < row.sources) return addressIn(row, left, host);
      left -= row.sources;
    }
    throw new RangeError(`source ${index} of a pool of ${this.size}`);
  }
}

/** The range of a network or address in canonical text. */
export function rangeOf(network: string): Range {
  const [address = "", length = ""] = network.split("/");
  const v6 = address.includes(":");
  const hostBits = (v6 ? 128 : 32) - Number(length || (v6 ? 128 : 32));
  const unit = v6 ? SOURCE_BITS_V6 : SOURCE_BITS_V4;
  const sources = Math.min(MOST_SOURCES, 2 ** Math.max(0, hostBits - unit));
  return { v6, base: v6 ? parseV6(address) : parseV4(address), hostBits, sources };
}

/** Leaves out ranges that lie within another one, so that no source is counted twice. */
function distinct(ranges: readonly Range[]): readonly Range[] {
  return ranges.filter(
    (range, i) => !ranges.some((other, j) => i !== j && within(range, other) && (!within(other, range) || j < i)),
  );
}

/** Whether each source of `range` is one of `other`: compared as sources, so two halves of one /24 are one. */
function within(range: Range, other: Range): boolean {
  if (range.v6 !== other.v6) return false;
  const bits = sourceBits(other);
  return range.hostBits <= bits && range.base >> BigInt(bits) === other.base >> BigInt(bits);
}

/** Bits below the prefix of a range, or of the source around it where it is a part of one. */
export function sourceBits({ v6, hostBits }: Range): number {
  return Math.max(hostBits, v6 ? SOURCE_BITS_V6 : SOURCE_BITS_V4);
}

/** The sources of a range, with what each of their addresses is reckoned from: a flood has thousands. */
interface Row {
  readonly v6: boolean;
  readonly base: bigint;
  readonly sources: number;
  /** Bits of a source below its own address. */
  readonly unit: number;
  /** Hosts that are drawn from; 0 where the source is one address, or two. */
  readonly hosts: number;
  /** The first address and the distance of two sources, of IPv4. */
  readonly first: number;
  readonly stride: number;
}

function rowOf({ v6, base, hostBits, sources }: Range): Row {
  const unit = Math.min(hostBits, v6 ? SOURCE_BITS_V6 : SOURCE_BITS_V4);
  const usable = v6 ? 65_535 : Math.max(1, 2 ** unit - 2);
  const hosts = unit <= 1 ? 0 : Math.min(usable, 2 ** Math.min(unit, 31) - 1);
  return { v6, base, sources, unit, hosts, first: v6 ? 0 : Number(base), stride: 2 ** unit };
}

function addressIn({ v6, base, unit, hosts, first, stride }: Row, source: number, host: number): string {
  const offset = hosts === 0 ? 0 : 1 + (host % hosts);
  // IPv4 in plain numbers, which are many times as fast.
  if (!v6) return formatV4(first + source * stride + offset);
  return formatV6(base + (BigInt(source) << BigInt(unit)) + BigInt(offset));
}

function parseV4(text: string): bigint {
  return text.split(".").reduce((sum, octet) => sum * 256n + BigInt(octet), 0n);
}

function parseV6(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function formatV4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

const GROUPS = 8;

/** Canonical text of RFC 5952: the longest run of two or more zero groups becomes `::`, the first of equals. */
function formatV6(value: bigint): string {
  const groups = groupsOf(value);
  const { start, length } = longestZeros(groups);
  const text = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(":");
  return length < 2 ? text(0, GROUPS) : `${text(0, start)}::${text(start + length, GROUPS)}`;
}

function groupsOf(value: bigint): readonly number[] {
  const groups: number[] = [];
  for (let shift = 96n; shift >= 0n; shift -= 32n) {
    const word = Number(BigInt.asUintN(32, value >> shift));
    groups.push(word >>> 16, word & 65_535);
  }
  return groups;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (const [at, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) longest = { start: at - length + 1, length };
  }
  return longest;
}
