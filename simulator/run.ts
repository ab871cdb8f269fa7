/**
 * One run of a scenario: a pure function of policy, scenario and seed. Requests meet the policy in the order of the virtual
 * clock; outcomes reach it after the delay it asked for and the service's latency; refusals reach their sender at once.
 */
import type { Scenario } from "../dsl/index.ts";
import {
  createEngine,
  type DecisionRecord,
  type EngineOptions,
  makeOutcome,
  type Outcome,
  type Policy,
  type PolicyEngine,
  type Request,
} from "../engine/index.ts";
import type { Actor } from "./actor.ts";
import { type Cast, castActors } from "./cast.ts";
import { START_MICROS } from "./clock.ts";
import { SharedNetworks } from "./measures/collateral.ts";
import { DecisionHash } from "./decision-hash.ts";
import { tooManyExpected } from "./expected-requests.ts";
import { EventQueue, QueueFullError } from "./event-queue.ts";
import {
  type AttackMeasures,
  measureAttack,
  measurePopulation,
  measureRules,
  type PopulationMeasures,
  type RuleMeasures,
} from "./measures/measures.ts";
import { deriveWords } from "./random.ts";
import { type Reach, ReachTally } from "./measures/reach.ts";
import { ScenarioError } from "./scenario-error.ts";
import { ActorTally, FIRST_REFUSAL, OriginTally, RuleTally } from "./measures/tally.ts";
import type { UnopposedAttack } from "./measures/unopposed.ts";

/** Makes the engine that a run drives. */
export type EngineFactory = (policy: Policy, options?: EngineOptions) => PolicyEngine;

/** One decision as it falls; everything in it is only valid during the call. */
export interface DecisionEvent {
  readonly seed: number;
  /** Counts from 1. */
  readonly number: number;
  /** Population or attack that sent it. */
  readonly origin: string;
  readonly abusive: boolean;
  readonly atMicros: number;
  readonly request: Request;
  /** Status that the service answers with, or would. */
  readonly status: number;
  readonly record: DecisionRecord;
}

/** How a run is done. */
export interface RunOptions {
  /** Engine to drive. Default: the compiled one. */
  readonly createEngine?: EngineFactory;
  /** Called for every decision, in order. */
  readonly onDecision?: (event: DecisionEvent) => void;
  /** Called now and then while a run goes on, with the virtual time it has reached since its start. */
  readonly onProgress?: (seed: number, atMicros: number) => void;
  /** Most requests in one run; more is an error, before the run where its rates tell. Default 50,000,000. */
  readonly maxRequests?: number;
}

/** What one run gave. It holds no time of the machine, so that the same inputs give the same bytes. */
export interface SeedResult {
  readonly seed: number;
  readonly requests: number;
  /** {@link DecisionHash} over all decisions. */
  readonly decisionsHash: string;
  readonly populations: readonly PopulationMeasures[];
  readonly attacks: readonly AttackMeasures[];
  readonly rules: readonly RuleMeasures[];
  readonly reach: readonly Reach[];
  /** What the same attacks achieve where nobody refuses them anything; only where that was asked for. */
  readonly unopposed?: readonly UnopposedAttack[];
}

const DEFAULT_MAX_REQUESTS = 50_000_000;
const FEWER_WAIT = "lower the rates, the service's `latency` or the number of clients";
/** Requests between two calls of `onProgress`. */
const PROGRESS_EVERY = 4096;

/** An actor, and what is counted of it. */
interface Part {
  readonly actor: Actor;
  readonly tally: ActorTally;
  /** Of all actors of its population or attack. */
  readonly originTally: OriginTally;
  readonly ofAttack: boolean;
}

const ARRIVAL = 0;
const RETRY = 1;
const OUTCOME = 2;

/**
 * Runs a scenario once.
 *
 * @param seed - Any safe integer.
 * @throws {@link ScenarioError} when the scenario asks for what cannot be run.
 */
export function runSeed(policy: Policy, scenario: Scenario, seed: number, options: RunOptions = {}): SeedResult {
  const run = new Run(policy, scenario, seed, options);
  run.start();
  while (run.step());
  return run.result();
}

/** A run in steps: {@link start} once, then {@link step} until it says that the run is over. */
export class Run {
  readonly #policy: Policy;
  readonly #scenario: Scenario;
  readonly #seed: number;
  readonly #options: RunOptions;
  readonly #maxRequests: number;
  readonly #engine: PolicyEngine;
  readonly #cast: Cast;
  readonly #queue = new EventQueue();
  readonly #hash = new DecisionHash();
  readonly #outcome: Outcome;
  readonly #parts: readonly Part[];
  readonly #originTallies: readonly OriginTally[];
  readonly #ruleTally: RuleTally;
  readonly #reachTally: ReachTally;
  readonly #shared = new SharedNetworks();
  #requests = 0;

  constructor(policy: Policy, scenario: Scenario, seed: number, options: RunOptions) {
    this.#policy = policy;
    this.#scenario = scenario;
    this.#seed = seed;
    this.#options = options;
    this.#maxRequests = options.maxRequests ?? DEFAULT_MAX_REQUESTS;
    const problem = tooManyExpected(scenario, this.#maxRequests);
    if (problem !== null) throw new ScenarioError(problem);
    // The key of state hashes varies with the seed, so that the error of sketches varies over seeds like everything else.
    const [low, high] = deriveWords(seed, scenario.name, "state");
    this.#engine = (options.createEngine ?? createEngine)(policy, { hashKey: [low, high] });
    this.#cast = castActors(policy, scenario, seed);
    this.#outcome = makeOutcome(200, { latencyMicros: scenario.service.latencyMicros });
    this.#originTallies = [...scenario.populations, ...scenario.attacks].map(() => new OriginTally(scenario.runMicros));
    this.#parts = this.#cast.actors.map((actor): Part => {
      const ofAttack = actor.origin >= scenario.populations.length;
      return { actor, tally: new ActorTally(), originTally: this.#originTally(actor.origin), ofAttack };
    });
    this.#ruleTally = new RuleTally(policy);
    this.#reachTally = new ReachTally(policy);
  }

  /** Puts every actor's first request on the queue. */
  start(): void {
    for (const [i, actor] of this.#cast.actors.entries()) this.#push(actor.first(), ARRIVAL, i);
  }

  /**
   * Lets the next event happen; false when the run is over.
   *
   * @throws {@link ScenarioError} where more is sent, or more answers are waited for, than a run has room for.
   */
  step(): boolean {
    try {
      return this.#step();
    } catch (problem) {
      throw problem instanceof QueueFullError ? new ScenarioError(`${problem.message}; ${FEWER_WAIT}`) : problem;
    }
  }

  #step(): boolean {
    const queue = this.#queue;
    if (!queue.next()) return false;
    switch (queue.kind) {
      case ARRIVAL:
        this.#arrive(queue.actor, queue.time);
        break;
      case RETRY:
        this.#retry(queue.actor, queue.first, queue.time);
        break;
      default:
        this.#observe(queue.first, queue.second, queue.time);
    }
    return true;
  }

  result(): SeedResult {
    const { populations } = this.#scenario;
    for (const { origins } of this.#cast.attackers) for (const each of origins) this.#shared.attackedFrom(each);
    return {
      seed: this.#seed,
      requests: this.#requests,
      decisionsHash: this.#hash.finish(),
      populations: populations.map(({ name }, i) =>
        measurePopulation(name, this.#talliesOf(i), this.#originTally(i), this.#shared.collateralOf(i)),
      ),
      attacks: this.#cast.attackers.map((actor) => {
        const tally = this.#part(this.#cast.actors.indexOf(actor)).tally;
        return measureAttack(actor, tally, this.#originTally(actor.origin));
      }),
      rules: measureRules(this.#policy, this.#ruleTally),
      reach: this.#reachTally.result(),
    };
  }

  #arrive(index: number, at: number): void {
    const part = this.#part(index);
    part.actor.compose(at);
    this.#send(part, index, at);
    this.#push(part.actor.next(at), ARRIVAL, index);
  }

  #retry(index: number, parked: number, at: number): void {
    const part = this.#part(index);
    part.actor.recall(parked, at);
    this.#send(part, index, at);
  }

  /** Decides the request that an actor composed last, counts it, and sets what follows from it on the queue. */
  #send(part: Part, index: number, at: number): void {
    if (++this.#requests > this.#maxRequests) throw new ScenarioError(tooMany(this.#maxRequests));
    const { actor } = part;
    const record = this.#engine.decide(actor.request, START_MICROS + at);
    this.#hash.add(record, at);
    this.#count(part, record, at);
    if (this.#requests % PROGRESS_EVERY === 0) this.#options.onProgress?.(this.#seed, at);
    if (this.#options.onDecision !== undefined) this.#tell(this.#options.onDecision, actor, record, at);
    if (record.verdict < FIRST_REFUSAL) this.#serve(actor, index, record, at);
    this.#answer(part, index, record, at);
  }

  #count({ actor, tally, originTally, ofAttack }: Part, record: DecisionRecord, at: number): void {
    const refused = record.verdict >= FIRST_REFUSAL;
    tally.add(record, at);
    originTally.add(record, at);
    this.#reachTally.add(record);
    this.#ruleTally.add(record, ofAttack);
    if (refused && !ofAttack) this.#shared.refused(actor.request, actor.origin, actor.name);
    if (actor.abusive && !refused) tally.succeeded++;
  }

  #serve(actor: Actor, index: number, record: DecisionRecord, at: number): void {
    if (record.token === 0) return;
    const answered = at + record.delayMicros + this.#scenario.service.latencyMicros;
    if (answered >= this.#scenario.runMicros) return;
    this.#queue.pushInOrder(answered, OUTCOME, index, record.token, actor.status);
  }

  #answer({ actor, tally }: Part, index: number, record: DecisionRecord, at: number): void {
    const wait = actor.hear(record, at);
    if (record.verdict < FIRST_REFUSAL) return;
    if (wait < 0 || at + wait >= this.#scenario.runMicros) tally.lost++;
    else this.#push(at + wait, RETRY, index, actor.park());
  }

  #observe(token: number, status: number, at: number): void {
    this.#outcome.status = status;
    this.#engine.observe(token, this.#outcome, START_MICROS + at);
  }

  #tell(
    onDecision: (event: DecisionEvent) => void,
    { origin, request, status, abusive }: Actor,
    record: DecisionRecord,
    at: number,
  ): void {
    const { populations, attacks } = this.#scenario;
    const name = (populations[origin] ?? attacks[origin - populations.length])?.name ?? "";
    const atMicros = START_MICROS + at;
    const number = this.#requests;
    onDecision({ seed: this.#seed, number, origin: name, abusive, atMicros, request, status, record });
  }

  /** What would happen after the run's end does not happen. */
  #push(at: number, kind: number, actor: number, first = 0): void {
    if (at < this.#scenario.runMicros) this.#queue.push(at, kind, actor, first);
  }

  #part(index: number): Part {
    const part = this.#parts[index];
    if (part === undefined) throw new RangeError(`no actor ${index}`);
    return part;
  }

  #originTally(index: number): OriginTally {
    return this.#originTallies[index] ?? new OriginTally(this.#scenario.runMicros);
  }

  #talliesOf(origin: number): readonly (readonly [string, ActorTally])[] {
    return this.#parts.flatMap(({ actor, tally }): readonly (readonly [string, ActorTally])[] =>
      actor.origin === origin ? [[actor.name, tally]] : [],
    );
  }
}

function tooMany(most: number): string {
  return `more than ${most.toLocaleString("en-US")} requests in one run; shorten \`run\` or lower the rates`;
}
