/** Sets of addresses as rows of ranges: what a network holds, what several hold together, and what they have in common. */
import { networkBounds } from "../../engine/index.ts";

/** Addresses as numbers in IPv6 form, IPv4 being `::ffff:a.b.c.d`: from the first up to the one behind the last. */
export interface AddressRange {
  readonly first: bigint;
  readonly end: bigint;
}

/** Ranges in their order, apart from each other. */
export type AddressRanges = readonly AddressRange[];

const END = 1n << 128n;
/** Where IPv4 lies, of which no IPv6 network holds anything. */
const IPV4: AddressRange = { first: 0xffffn << 32n, end: 0x10000n << 32n };

/** What networks and addresses hold together; null where a text is neither. */
export function rangesOf(networks: readonly string[]): AddressRanges | null {
  const ranges: AddressRange[] = [];
  for (const text of networks) {
    const bounds = networkBounds(text);
    if (bounds === null) return null;
    ranges.push(...withoutIpv4({ first: bounds[0], end: bounds[1] }));
  }
  return merged(ranges);
}

/** An IPv6 network around the place of IPv4 is what lies before it and what lies behind. */
function withoutIpv4(range: AddressRange): readonly AddressRange[] {
  const { first, end } = range;
  if (end - first <= IPV4.end - IPV4.first || first > IPV4.first || end < IPV4.end) return [range];
  return [
    { first, end: IPV4.first },
    { first: IPV4.end, end },
  ].filter((part) => part.first < part.end);
}

/**
 * The addresses whose network, of the first `bits4` or `bits6` bits, lies in one of some networks; null where a text is no network. A
 * network that is smaller than they are holds none.
 *
 * @param exact - Only of those that are one of them.
 */
export function rangesAround(
  networks: readonly string[],
  bits4: number,
  bits6: number,
  exact: boolean,
): AddressRanges | null {
  const ranges: AddressRange[] = [];
  for (const text of networks) {
    const bounds = networkBounds(text);
    if (bounds === null) return null;
    const [first, end] = bounds;
    const isIpv4 = first >= IPV4.first && end <= IPV4.end;
    const least = 1n << BigInt(isIpv4 ? 32 - bits4 : 128 - bits6);
    if (exact ? end - first === least : end - first >= least) ranges.push(...withoutIpv4({ first, end }));
  }
  return merged(ranges);
}

function merged(ranges: readonly AddressRange[]): AddressRanges {
  const sorted = ranges.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const apart: AddressRange[] = [];
  for (const { first, end } of sorted) {
    const last = apart.at(-1);
    if (last === undefined || first > last.end) apart.push({ first, end });
    else if (end > last.end) apart[apart.length - 1] = { first: last.first, end };
  }
  return apart;
}

/** All other addresses. */
export function complementOf(ranges: AddressRanges): AddressRanges {
  const others: AddressRange[] = [];
  let first = 0n;
  for (const range of ranges) {
    if (first < range.first) others.push({ first, end: range.first });
    first = range.end;
  }
  if (first < END) others.push({ first, end: END });
  return others;
}

/** The addresses in both. */
export function intersectionOf(one: AddressRanges, other: AddressRanges): AddressRanges {
  const both: AddressRange[] = [];
  for (let i = 0, j = 0; ; ) {
    const [a, b] = [one[i], other[j]];
    if (a === undefined || b === undefined) return both;
    const first = a.first > b.first ? a.first : b.first;
    const end = a.end < b.end ? a.end : b.end;
    if (first < end) both.push({ first, end });
    if (a.end < b.end) i++;
    else j++;
  }
}
