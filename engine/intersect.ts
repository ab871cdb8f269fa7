/** Finds the conjunctions that bit vectors leave possible. */
import type { Candidates } from "./dispatch.ts";
import { ADDRESS_WORDS } from "./facts/address.ts";
import type { BitVectors, DimensionTable } from "./facts/bit-vectors.ts";
import type { Context } from "./facts/context.ts";
import { isPresent, textOf } from "./facts/read-slot.ts";
import { DispatchKind } from "./layout.ts";

/** Adds the entries whose bit is set in the rows of all dimensions; the dimensions after one that leaves none are not read. */
export function intersect(c: Context, found: Candidates, vectors: BitVectors): void {
  const { dimensions, bits, starts, row, summary } = vectors;
  const { rows, sums } = found;
  sums.fill(-1, 0, summary);
  for (let dimension = 0; dimension < dimensions.length; dimension++) {
    const at = starts[dimension]! + classOf(c, dimensions[dimension]!) * row;
    rows[dimension] = at;
    let some = 0;
    for (let word = 0; word < summary; word++) some |= sums[word] = sums[word]! & bits[at + word]!;
    if (some === 0) return;
  }
  for (let word = 0; word < summary; word++) {
    for (let left = sums[word]!; left !== 0; left &= left - 1) addWord(c, found, vectors, 32 * word + lowest(left));
  }
}

/** Index of the lowest bit that is set. */
function lowest(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Adds the entries of one word of the rows. */
function addWord(c: Context, found: Candidates, { bits, dimensions, node, summary }: BitVectors, word: number): void {
  const { nodeEntries, entryPhase } = c.program.index;
  const { counts, lists, rows } = found;
  let left = -1;
  for (let dimension = 0; dimension < dimensions.length && left !== 0; dimension++) {
    left &= bits[rows[dimension]! + summary + word]!;
  }
  const first = nodeEntries[node]! + 32 * word;
  for (; left !== 0; left &= left - 1) {
    const entry = first + lowest(left);
    const phase = entryPhase[entry]!;
    lists[phase]![counts[phase]!++] = entry;
  }
}

function classOf(c: Context, dimension: DimensionTable): number {
  const { kind, slot, other } = dimension;
  if (kind === DispatchKind.route) return dimension.routes![c.route + 1]!;
  if (!isPresent(c, slot)) return dimension.missing;
  switch (kind) {
    case DispatchKind.range:
      return dimension.places[dimension.breakpoints.placeOf(c.numbers[slot]!)]!;
    case DispatchKind.text:
      return dimension.texts!.get(textOf(c, slot)) ?? other;
    case DispatchKind.network:
      return orElse(dimension.networks!.narrowest(c.words, slot * ADDRESS_WORDS), other);
    default:
      return orElse(dimension.affixes!.longest(textOf(c, slot)), other);
  }
}

function orElse(found: number, other: number): number {
  return found < 0 ? other : found;
}
