/**
 * Values that make every expectation hold: a search over one number, then over two, the smallest changes first.
 *
 * A change is measured by its factor: 10 to 15 is as far as 10 to 6.67. Numbers that change no decision of the first seed, however far
 * they are moved, are left out. The search ends with the first step of the ladder on which a proposal is found, or when
 * its budget is used up; then what came nearest is told.
 */
import type { Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import type { GateResult } from "../measures/expectations.ts";
import { literalText, readLiteral } from "./literal-text.ts";
import type { PolicyLiteral } from "./literals.ts";
import type { RunVariant } from "./sweep.ts";
import { SweepError } from "./sweep-error.ts";
import type { LiteralChange, Variants } from "./variants.ts";

/** Factors that a number is moved by, up and down. */
export const LADDER: readonly number[] = [1.25, 1.5, 2, 3, 5, 10];
/** Factors of which both of two numbers are moved. */
export const PAIR_LADDER: readonly number[] = [1.5, 2, 5, 10];
/** How far a number is moved to see whether it changes anything. */
const FAR = [10, 0.1];
export const DEFAULT_BUDGET = 60;
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
  /** Variants that are run over all seeds. Default 60. */
  readonly budget?: number;
  /** Told after each variant how many were run. */
  readonly onProgress?: (done: number) => void;
}

/** Changes and what comes of them. */
export interface Candidate {
  readonly changes: readonly LiteralChange[];
  /** Expectations over all scenarios that are no advice, and those of them that fail. */
  readonly expectations: number;
  readonly failing: readonly GateResult[];
}

/** What was found. */
export interface Suggestion {
  /** What the policy does as it stands. */
  readonly now: Candidate;
  /** Smallest change first; empty where none was found or none is needed. */
  readonly proposals: readonly Candidate[];
  /** Of what failed, what came nearest; null where nothing else could be tried. */
  readonly nearest: Candidate | null;
  /** Numbers that change a decision, of those that were looked at. */
  readonly live: readonly PolicyLiteral[];
  readonly lookedAt: number;
  /** Variants run over all seeds, and whether the budget ended the search. */
  readonly tried: number;
  readonly exhausted: boolean;
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
    if (now.expectations === 0) throw new SweepError("the scenarios expect nothing", "add an `expect` to one of them");
    this.#nearest = null;
    this.#tried = 0;
    if (now.failing.length === 0) return this.#result(now, [], []);
    const before = this.#hashes([]);
    const live = this.#literals.filter((literal) => this.#isLive(literal, before));
    return this.#result(now, await this.#search(live), live);
  }

  #result(now: Candidate, proposals: readonly Candidate[], live: readonly PolicyLiteral[]): Suggestion {
    return {
      ...{ now, proposals, live, nearest: this.#nearest, lookedAt: this.#literals.length, tried: this.#tried },
      exhausted: proposals.length === 0 && this.#tried >= this.#budget,
    };
  }

  async #search(live: readonly PolicyLiteral[]): Promise<readonly Candidate[]> {
    for (const factor of LADDER) {
      const steps = live.flatMap((literal) => [...moved(literal, factor), ...moved(literal, 1 / factor)]);
      const found = await this.#tryAll(steps.map((step) => [step]));
      if (found.length > 0) return found;
    }
    for (const changes of pairLevels(live)) {
      const found = await this.#tryAll(changes);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Those that hold, at most a few. */
  async #tryAll(all: readonly (readonly LiteralChange[])[]): Promise<readonly Candidate[]> {
    const found: Candidate[] = [];
    for (const changes of all) {
      if (this.#tried >= this.#budget || found.length === MOST_PROPOSALS) break;
      const candidate = await this.#try(changes);
      if (candidate?.failing.length === 0) found.push(candidate);
      else if (candidate !== null && isNearer(candidate, this.#nearest)) this.#nearest = candidate;
    }
    return found;
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
    for (const scenario of this.#wanted(variant.scenarios))
      gates.push(...(await this.#runs.run(variant.policy, scenario)).gates);
    const judged = gates.filter(({ advisory }) => !advisory);
    return { changes, expectations: judged.length, failing: judged.filter(({ held }) => !held) };
  }

  #wanted(scenarios: readonly Scenario[]): readonly Scenario[] {
    return scenarios.filter(({ name }) => this.#runs.scenarios.includes(name));
  }

  #isLive(literal: PolicyLiteral, before: string): boolean {
    return FAR.some((factor) => moved(literal, factor).some((change) => this.#hashes([change]) !== before));
  }

  #hashes(changes: readonly LiteralChange[]): string {
    const variant = this.#variants.load(changes);
    if (!variant.ok) return "";
    return this.#wanted(variant.scenarios)
      .map((scenario) => this.#runs.look(variant.policy, scenario))
      .join(" ");
  }
}

/** The literal times `factor`, as it would be written; none where that is what stands there. */
export function moved(literal: PolicyLiteral, factor: number): readonly LiteralChange[] {
  const { kind, value } = literal;
  const target = kind === "int" ? stepped(value, factor) : value * factor;
  const capped = kind === "percent" ? Math.min(100, target) : target;
  const text = literalText(kind, kind === "int" ? capped : Number(capped.toPrecision(2)));
  return readLiteral(kind, text) === value ? [] : [{ literal, text }];
}

/** Whole numbers move by one at least. */
function stepped(value: number, factor: number): number {
  const target = Math.round(value * factor);
  if (target !== value) return target;
  return factor > 1 ? value + 1 : Math.max(0, value - 1);
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

/** Fewer failing expectations are nearer; of equally many, those that miss by less. */
function isNearer(candidate: Candidate, nearest: Candidate | null): boolean {
  if (nearest === null) return true;
  const fewer = nearest.failing.length - candidate.failing.length;
  return fewer > 0 || (fewer === 0 && missOf(candidate) < missOf(nearest));
}

function missOf({ failing }: Candidate): number {
  return failing.reduce((sum, gate) => sum + missedBy(gate), 0);
}

/** How far the compared value is from what is expected, as a share of it; what never came misses by more than anything. */
function missedBy({ bound, worst, value, never, silent }: GateResult): number {
  if (never > 0 || silent > 0) return 1e6;
  const compared = bound ?? worst.value;
  return compared === null ? 1e6 : Math.abs(compared - value) / Math.max(Math.abs(value), 1);
}
