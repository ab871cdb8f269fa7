/**
 * Precision at base rates: of what the policy refuses, how much is attack, if attacks are so large a part of the traffic. A
 * scenario's own mix says little about that: with 99 % of an attack refused and 1 % of honest traffic, a refusal is an attacker's
 * in 9 of 100 cases where one request in a thousand is an attack.
 */
import { refusedRequestBounds } from "./false-positives.ts";
import { percent } from "./measures.ts";
import type { RandomStream } from "../random.ts";
import type { SeedResult } from "../run.ts";
import { bootstrapRatio, hull, proportionBounds } from "./statistics.ts";

/**
 * Shares of attacks in all requests, in percent: one in a thousand; of 207 thousand million transactions at sites with defences
 * (F5 Labs, 2025); of sign-ins (Auth0, 2022: credential stuffing alone).
 */
export const BASE_RATES: readonly number[] = [0.1, 4.8, 34];

/** Of all refusals, those of attacks, both in percent. */
export interface Precision {
  /** The share of attacks that is assumed. */
  readonly attackPercent: number;
  readonly percent: number;
  /** With the 95 % bounds of both rates, each at its worse end. */
  readonly atLeast: number;
}

/** Precision at each of {@link BASE_RATES}; empty where there is no attack, no honest caller, or no refusal at all. */
export function measurePrecision(runs: readonly SeedResult[], stream: RandomStream): readonly Precision[] {
  const attacks = runs.map(({ attacks: each }) => ({
    part: each.reduce((sum, { offered, admitted }) => sum + offered - admitted, 0),
    whole: each.reduce((sum, { offered }) => sum + offered, 0),
  }));
  const clients = runs.map(({ populations }) => populations.flatMap(({ perClient }) => perClient));
  const [caught, tried] = [total(attacks, ({ part }) => part), total(attacks, ({ whole }) => whole)];
  const all = clients.flat();
  const [refused, honest] = [total(all, (one) => one.refused), total(all, (one) => one.requests)];
  if (tried === 0 || honest === 0 || caught + refused === 0) return [];
  // Few requests of attacks prove little, however alike the seeds are.
  const bounds = hull(bootstrapRatio(attacks, stream), proportionBounds(caught, tried));
  const worst = { caught: bounds.low, refused: refusedRequestBounds(clients, stream).high };
  return BASE_RATES.map((attackPercent) => ({
    attackPercent,
    percent: shareOfAttacks(attackPercent / 100, caught / tried, refused / honest),
    atLeast: shareOfAttacks(attackPercent / 100, worst.caught, worst.refused),
  }));
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

/** Bayes: refusals of attacks in percent of all, from fractions. */
function shareOfAttacks(base: number, caught: number, refused: number): number {
  if (refused === 0) return caught === 0 ? 0 : 100;
  return percent(base * caught, base * caught + (1 - base) * refused);
}
