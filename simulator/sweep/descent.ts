/**
 * Coordinate descent over all numbers of a policy: one number after another is moved up and down by a factor, each move that comes
 * nearer is kept and repeated, and where a round over all of them keeps none the factor becomes its square root. That is the
 * compass search of Kolda, Lewis and Torczon (Optimization by Direct Search, SIAM Review 45, 2003) on the numbers' logarithms,
 * which needs no gradient; as it, it may end where no single move is nearer although several together would be.
 *
 * It ends after finitely many moves: each kept one is nearer, no number goes further than a factor of 100, and the caller bounds the runs.
 */
import { type Candidate, isNearer } from "./candidate.ts";
import { readLiteral } from "./literal-text.ts";
import type { PolicyLiteral } from "./literals.ts";
import { movedText } from "./moves.ts";
import type { LiteralChange } from "./variants.ts";

/** The first factor, and the one below which it ends: 2, 1.41, 1.19. */
export const FIRST_STEP = 2;
const LAST_STEP = 1.15;
/** How far a number is moved at most, as a factor of what stands there. */
export const FARTHEST = 100;

/** Runs changes; null where they were run before, do not check, or may not be run any more. */
export type Attempt = (changes: readonly LiteralChange[]) => Promise<Candidate | null>;

/**
 * Goes on from `start`, which fails, as long as something comes nearer.
 *
 * @returns What came nearest. If nothing of it fails, then no number could be put back without a failure, as far as `attempt` allowed to
 *   see that.
 */
export async function descend(
  start: Candidate,
  literals: readonly PolicyLiteral[],
  attempt: Attempt,
): Promise<Candidate> {
  let nearest = start;
  for (let step = FIRST_STEP; step > LAST_STEP; ) {
    const before = nearest;
    for (const literal of literals) {
      nearest = await along(nearest, literal, { literals, step, attempt });
      if (nearest.failing.length === 0) return putBack(nearest, attempt);
    }
    if (nearest === before) step = Math.sqrt(step);
  }
  return nearest;
}

interface Line {
  readonly literals: readonly PolicyLiteral[];
  readonly step: number;
  readonly attempt: Attempt;
}

/** Moves one number up, or else down, as long as that is nearer. */
async function along(from: Candidate, literal: PolicyLiteral, { literals, step, attempt }: Line): Promise<Candidate> {
  for (const factor of [step, 1 / step]) {
    let nearest = from;
    while (nearest.failing.length > 0) {
      const changes = further(nearest.changes, literal, factor, literals);
      const candidate = changes === null ? null : await attempt(changes);
      if (candidate === null || !isNearer(candidate, nearest)) break;
      nearest = candidate;
    }
    if (nearest !== from) return nearest;
  }
  return from;
}

/** `changes` with one number moved from where they have it, in the order of `literals`; null where it cannot go there. */
function further(
  changes: readonly LiteralChange[],
  literal: PolicyLiteral,
  factor: number,
  literals: readonly PolicyLiteral[],
): readonly LiteralChange[] | null {
  const { kind, value: home } = literal;
  const here = changes.find((change) => change.literal === literal);
  const text = movedText(kind, here === undefined ? home : (readLiteral(kind, here.text) ?? home), factor);
  const value = text === null ? null : readLiteral(kind, text);
  if (text === null || value === null || isTooFar(value, home)) return null;
  const others = changes.filter((change) => change !== here);
  const all = value === home ? others : [...others, { literal, text }];
  return all.toSorted((a, b) => literals.indexOf(a.literal) - literals.indexOf(b.literal));
}

/** A number that is, or becomes, nothing has no factor: nothing counts as one. */
function isTooFar(value: number, home: number): boolean {
  const ratio = (value || 1) / (home || 1);
  return value > 0 && (ratio > FARTHEST || ratio < 1 / FARTHEST);
}

/** Without the changes that it does not need. */
async function putBack(found: Candidate, attempt: Attempt): Promise<Candidate> {
  let least = found;
  for (const change of found.changes) {
    const fewer = least.changes.filter((each) => each !== change);
    const candidate = fewer.length === 0 ? null : await attempt(fewer);
    if (candidate?.failing.length === 0) least = candidate;
  }
  return least;
}
