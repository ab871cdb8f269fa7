/**
 * Two runs of one scenario from one seed, each under its own policy, side by side in virtual time. Actors have the same random streams in
 * both (common random numbers), so a request is the same in both until an answer made its sender do otherwise.
 */
import type { Scenario } from "../../dsl/index.ts";
import { createEngine, type Policy } from "../../engine/index.ts";
import { type DecisionEvent, Run, type SeedResult } from "../run.ts";
import { fromRecord, type SideDecision } from "./side-decision.ts";

/** A decided request of one run. */
export interface SentRequest {
  /** In its run, from 1. */
  readonly number: number;
  /** Population or attack. */
  readonly origin: string;
  readonly atMicros: number;
  readonly client: string | null;
  readonly ip: string;
  readonly method: string;
  readonly path: string;
  readonly decision: SideDecision;
}

/** Called for each request, in the order of time: with both runs if both sent it, else with the one that did. */
export interface PairObserver {
  both(old: SentRequest, now: SentRequest): void;
  onlyOld(sent: SentRequest): void;
  onlyNew(sent: SentRequest): void;
}

/** What is run twice. */
export interface PairedScenario {
  readonly scenario: Scenario;
  /** Whose routes and clients the actors are made of. */
  readonly cast: Policy;
  readonly old: Policy;
  readonly new: Policy;
  readonly maxRequests?: number;
}

/**
 * Runs a scenario under both policies.
 *
 * @throws {@link ScenarioError} when the scenario asks for what cannot be run.
 */
export function runPaired(
  paired: PairedScenario,
  seed: number,
  observer: PairObserver,
): { readonly old: SeedResult; readonly new: SeedResult } {
  const [old, now] = [new SteppedRun(paired, paired.old, seed), new SteppedRun(paired, paired.new, seed)];
  for (;;) {
    const at = Math.min(old.nextTime(), now.nextTime());
    if (at === Infinity) return { old: old.result(), new: now.result() };
    match(old.takeAt(at), now.takeAt(at), observer);
  }
}

/** Pairs the requests of one moment: from the same address first, then of the same sender from wherever it has moved to. */
function match(old: readonly SentRequest[], now: readonly SentRequest[], observer: PairObserver): void {
  const [oldLeft, newLeft] = pairUp(old, now, (one, other) => one.ip === other.ip && isAlike(one, other), observer);
  const [alone, others] = pairUp(oldLeft, newLeft, isAlike, observer);
  for (const sent of alone) observer.onlyOld(sent);
  for (const sent of others) observer.onlyNew(sent);
}

/** @returns What is left over of both. */
function pairUp(
  old: readonly SentRequest[],
  now: readonly SentRequest[],
  isPair: (old: SentRequest, now: SentRequest) => boolean,
  observer: PairObserver,
): readonly [readonly SentRequest[], readonly SentRequest[]] {
  const left = [...now];
  const alone = old.filter((sent) => {
    const index = left.findIndex((other) => isPair(sent, other));
    const [twin] = index < 0 ? [] : left.splice(index, 1);
    if (twin !== undefined) observer.both(sent, twin);
    return twin === undefined;
  });
  return [alone, left];
}

function isAlike(one: SentRequest, other: SentRequest): boolean {
  const { origin, client, method, path } = one;
  return other.origin === origin && other.client === client && other.method === method && other.path === path;
}

/** A run that goes on only as far as it is asked about. */
class SteppedRun {
  readonly #run: Run;
  #ahead: SentRequest[] = [];
  #over = false;

  constructor({ scenario, cast, maxRequests }: PairedScenario, policy: Policy, seed: number) {
    this.#run = new Run(cast, scenario, seed, {
      createEngine: (_cast, options) => createEngine(policy, options),
      onDecision: (event) => void this.#ahead.push(sentRequest(event, policy)),
      ...(maxRequests === undefined ? {} : { maxRequests }),
    });
    this.#run.start();
  }

  /** Time of the next request; Infinity when the run is over. */
  nextTime(): number {
    while (this.#ahead.length === 0 && !this.#over) this.#over = !this.#run.step();
    return this.#ahead[0]?.atMicros ?? Infinity;
  }

  /** All requests of that time, which is not before the next one's. */
  takeAt(atMicros: number): readonly SentRequest[] {
    if (this.nextTime() !== atMicros) return [];
    while (this.#ahead.at(-1)?.atMicros === atMicros && !this.#over) this.#over = !this.#run.step();
    const end = this.#ahead.findIndex((sent) => sent.atMicros !== atMicros);
    return this.#ahead.splice(0, end < 0 ? this.#ahead.length : end);
  }

  result(): SeedResult {
    return this.#run.result();
  }
}

function sentRequest({ number, origin, atMicros, request, record }: DecisionEvent, policy: Policy): SentRequest {
  const { client, ip, method, path } = request;
  return { number, origin, atMicros, client, ip, method, path, decision: fromRecord(record, policy) };
}
