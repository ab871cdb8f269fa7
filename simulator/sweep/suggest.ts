/**
 * Values that make every expectation hold: a search over one number, then over two, the smallest changes first; where neither finds
 * any, a descent over all of them from what came nearest.
 *
 * A change is measured by its factor: 10 to 15 is as far as 10 to 6.67. Numbers that change no decision of the first seed, however far
 * they are moved, are left out. The search ends with the first step of the ladder on which a proposal is found, or when
 * its budget is used up; then what came nearest is told. All variants run on the same seeds, so that what differs is the policy's doing.
 *
 * Its runs, each of one seed of one scenario, are at most `(budget + 1) × seeds + 2 × numbers + 1` for each scenario.
 */
import type { Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import type { GateResult } from "../measures/expectations.ts";
import { type Candidate, isNearer, misjudgedBy } from "./candidate.ts";
import { descend } from "./descent.ts";
import type { PolicyLiteral } from "./literals.ts";
import { moved } from "./moves.ts";
import type { RunVariant } from "./sweep.ts";
import { SweepError } from "./sweep-error.ts";
import type { LiteralChange, Variants } from "./variants.ts";

/** Factors that a number is moved by, up and down. */
export const LADDER: readonly number[] = [1.25, 1.5, 2, 3, 5, 10];
/** Factors of which both of two numbers are moved. */
export const PAIR_LADDER: readonly number[] = [1.5, 2, 5, 10];
/** How far a number is moved to see whether it changes anything. */
const FAR = [10, 0.1];
/** Variants of the policy that are run at most, unless the caller says otherwise. */
export const DEFAULT_BUDGET = 90;
/** Share of the budget that is kept for the descent where there are more numbers than two. */
const KEPT_FOR_DESCENT = 1 / 3;
/** Proposals that are told at most. */
export const MOST_PROPOSALS = 3;

/** Runs all scenarios that are to hold, over the same seeds each time. */
export interface SuggestRuns {
  readonly scenarios: readonly string[];
  readonly run: RunVariant;
  /** Decision hash of one seed: what a number that changes no decision leaves as it is. */
  readonly look: (policy: Policy, scenario: Scenario) => string;
}

/** How values are looked for. */
export interface SuggestOptions {
  /** Names of numbers to vary. Default: all. */
  readonly literals?: readonly PolicyLiteral[];
  /** Variants that are run over all seeds. Default 90. */
  readonly budget?: number;
  /** Told after each variant how many were run. */
  readonly onProgress?: (done: number) => void;
}

/** What was found. */
export interface Suggestion {
  /** What the policy does as it stands. */
  readonly now: Candidate;
  /** Smallest change first; empty where none was found or none is needed. */
  readonly proposals: readonly Candidate[];
  /** Of what failed, what came nearest; null where nothing came nearer than the policy as it stands. */
  readonly nearest: Candidate | null;
  /** Numbers that change a decision, of those that were looked at. */
  readonly live: readonly PolicyLiteral[];
  readonly lookedAt: number;
  /** Variants run over all seeds, and whether the budget ended the search. */
  readonly tried: number;
  readonly exhausted: boolean;
  /** Those of them that the descent over all numbers ran. */
  readonly descended: number;
  /** Runs of one seed of one scenario, with those of the policy as it stands and those that tell which numbers are live. */
  readonly runs: number;
}

/**
 * Searches for values that make the expectations of all scenarios hold.
 *
 * @throws {@link SweepError} where nothing is expected.
 */
export async function suggest(
  variants: Variants,
  runs: SuggestRuns,
  options: SuggestOptions = {},
): Promise<Suggestion> {
  const search = new Search(variants, runs, options);
  return search.run();
}

class Search {
  readonly #variants: Variants;
  readonly #runs: SuggestRuns;
  readonly #literals: readonly PolicyLiteral[];
  readonly #budget: number;
  readonly #options: SuggestOptions;
  readonly #seen = new Set<string>();
  #nearest: Candidate | null = null;
  #tried = 0;
  #descended = 0;
  #seedRuns = 0;

  constructor(variants: Variants, runs: SuggestRuns, options: SuggestOptions) {
    this.#variants = variants;
    this.#runs = runs;
    this.#options = options;
    this.#literals = options.literals ?? variants.literals;
    this.#budget = options.budget ?? DEFAULT_BUDGET;
  }

  async run(): Promise<Suggestion> {
    const now = await this.#try([]);
    if (now === null) throw new SweepError("the policy has errors");
    if (now.gates.length === 0) throw new SweepError("the scenarios expect nothing", "add an `expect` to one of them");
    this.#nearest = now;
    this.#tried = 0;
    if (now.failing.length === 0) return this.#result(now, [], []);
    const before = this.#hashes([]);
    const live = this.#literals.filter((literal) => this.#isLive(literal, before));
    return this.#result(now, await this.#search(live, now), live);
  }

  #result(now: Candidate, proposals: readonly Candidate[], live: readonly PolicyLiteral[]): Suggestion {
    const nearest = this.#nearest === now ? null : this.#nearest;
    return {
      ...{ now, proposals, live, nearest, lookedAt: this.#literals.length, tried: this.#tried },
      ...{ descended: this.#descended, runs: this.#seedRuns },
      exhausted: proposals.length === 0 && this.#tried >= this.#budget,
    };
  }

  /** What the descent leaves of the budget goes to the rest of the ladder. */
  async #search(live: readonly PolicyLiteral[], now: Candidate): Promise<readonly Candidate[]> {
    const kept = live.length > 2 ? Math.floor(this.#budget * KEPT_FOR_DESCENT) : 0;
    const first = await this.#climb(live, this.#budget - kept);
    if (first.length > 0) return first;
    const reached = await this.#descend(live, now);
    return reached.length > 0 ? reached : this.#climb(live, this.#budget);
  }

  async #climb(live: readonly PolicyLiteral[], budget: number): Promise<readonly Candidate[]> {
    for (const changes of levels(live)) {
      const found = await this.#tryAll(changes, budget);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Those that hold, at most a few. */
  async #tryAll(all: readonly (readonly LiteralChange[])[], budget: number): Promise<readonly Candidate[]> {
    const found: Candidate[] = [];
    for (const changes of all) {
      if (this.#tried >= budget || found.length === MOST_PROPOSALS) break;
      const candidate = await this.#try(changes);
      if (candidate?.failing.length === 0) found.push(candidate);
      else if (candidate !== null && isNearer(candidate, this.#nearest)) this.#nearest = candidate;
    }
    return found;
  }

  /** From what came nearest, which is the policy as it stands where nothing came nearer. */
  async #descend(live: readonly PolicyLiteral[], now: Candidate): Promise<readonly Candidate[]> {
    const before = this.#tried;
    const attempt = async (changes: readonly LiteralChange[]): Promise<Candidate | null> =>
      this.#tried >= this.#budget ? null : this.#try(changes);
    const reached = await descend(this.#nearest ?? now, live, attempt);
    this.#descended = this.#tried - before;
    if (reached.failing.length === 0) return [reached];
    this.#nearest = reached;
    return [];
  }

  /** Null where the same was tried before, or does not check. */
  async #try(changes: readonly LiteralChange[]): Promise<Candidate | null> {
    const key = changes.map(({ literal, text }) => `${literal.name}=${text}`).join(" ");
    if (this.#seen.has(key)) return null;
    this.#seen.add(key);
    const variant = this.#variants.load(changes);
    if (!variant.ok) return null;
    this.#tried++;
    this.#options.onProgress?.(this.#tried);
    const gates: GateResult[] = [];
    let misjudged = 0;
    for (const scenario of this.#wanted(variant.scenarios)) {
      const result = await this.#runs.run(variant.policy, scenario);
      this.#seedRuns += result.seeds.length;
      gates.push(...result.gates);
      misjudged += misjudgedBy(result);
    }
    const judged = gates.filter(({ advisory }) => !advisory);
    return { changes, gates: judged, failing: judged.filter(({ held }) => !held), misjudged };
  }

  #wanted(scenarios: readonly Scenario[]): readonly Scenario[] {
    return scenarios.filter(({ name }) => this.#runs.scenarios.includes(name));
  }

  /** A value that does not check tells nothing; a number of which no far one does is given the benefit of the doubt. */
  #isLive(literal: PolicyLiteral, before: string | null): boolean {
    const far = FAR.flatMap((factor) => moved(literal, factor));
    let judged = 0;
    for (const change of far) {
      const hashes = this.#hashes([change]);
      if (hashes === null) continue;
      if (hashes !== before) return true;
      judged++;
    }
    return far.length > 0 && judged === 0;
  }

  /** Null where the variant does not check. */
  #hashes(changes: readonly LiteralChange[]): string | null {
    const variant = this.#variants.load(changes);
    if (!variant.ok) return null;
    const scenarios = this.#wanted(variant.scenarios);
    this.#seedRuns += scenarios.length;
    return scenarios.map((scenario) => this.#runs.look(variant.policy, scenario)).join(" ");
  }
}

/** Changes of one number, then of two, level by level. */
function* levels(live: readonly PolicyLiteral[]): Generator<readonly (readonly LiteralChange[])[]> {
  for (const factor of LADDER) {
    const steps = live.flatMap((literal) => [...moved(literal, factor), ...moved(literal, 1 / factor)]);
    yield steps.map((step) => [step]);
  }
  yield* pairLevels(live);
}

/** Changes of two numbers, level by level: the farther of both moves decides which level a pair is on. */
function* pairLevels(live: readonly PolicyLiteral[]): Generator<readonly (readonly LiteralChange[])[]> {
  const pairs = live.flatMap((first, i) => live.slice(i + 1).map((second) => [first, second] as const));
  for (const factor of PAIR_LADDER) {
    const moves = [factor, 1 / factor];
    yield pairs.flatMap(([first, second]) =>
      moves.flatMap((one) =>
        moves.flatMap((other) =>
          moved(first, one).flatMap((a) => moved(second, other).map((b): readonly LiteralChange[] => [a, b])),
        ),
      ),
    );
  }
}
