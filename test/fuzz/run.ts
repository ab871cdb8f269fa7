/** Runs a fuzz target for a while, and finds inputs that break a promise or take more time than their length allows. */
import fc from "fast-check";
import type { FuzzTarget } from "./inputs.ts";

/** What one run found. */
export interface FuzzResult {
  readonly inputs: number;
  readonly characters: number;
  /** The slowest input, in microseconds a character over the time that any input may take. */
  readonly slowest: { readonly millis: number; readonly length: number };
  /** The first failure with the input that shows it, as a JSON string; null if there was none. */
  readonly failure: { readonly reason: string; readonly input: string } | null;
}

/** When to stop: after so many inputs, or so many milliseconds. */
export interface FuzzBudget {
  readonly inputs: number;
  readonly millis: number;
}

/** Generators draw so many inputs at a time, each batch from a seed of its own. */
const BATCH = 64;
/** No input may take longer than this, plus its share by length; a machine that does something else meanwhile gets two more tries. */
const BASE_MILLIS = 400;
const MILLIS_PER_KILOCHARACTER = 60;

function timed(run: () => void): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}

function allowed(text: string): number {
  return BASE_MILLIS + (MILLIS_PER_KILOCHARACTER * text.length) / 1_000;
}

/** The time of an input, by the best of three tries where the first was too slow. */
function timeOf(target: FuzzTarget, text: string): number {
  const first = timed(() => target.run(text));
  if (first <= allowed(text)) return first;
  return Math.min(
    first,
    timed(() => target.run(text)),
    timed(() => target.run(text)),
  );
}

/** Runs `target` on inputs drawn from `seed` until the budget is spent or something fails. */
export function fuzz(target: FuzzTarget, seed: number, budget: FuzzBudget): FuzzResult {
  const began = performance.now();
  let inputs = 0;
  let characters = 0;
  let slowest = { millis: 0, length: 0 };
  for (let batch = 0; inputs < budget.inputs && performance.now() - began < budget.millis; batch++) {
    for (const text of fc.sample(target.inputs, { seed: seed + batch, numRuns: BATCH })) {
      inputs++;
      characters += text.length;
      try {
        const millis = timeOf(target, text);
        if (millis > slowest.millis) slowest = { millis, length: text.length };
        if (millis > allowed(text)) throw new Error(`took ${Math.round(millis)} ms`);
      } catch (error) {
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { inputs, characters, slowest, failure: { reason, input: JSON.stringify(text) } };
      }
    }
  }
  return { inputs, characters, slowest, failure: null };
}
