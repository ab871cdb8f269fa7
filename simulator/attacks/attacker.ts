/**
 * What all attackers share: a pace, sources, credentials, and how they adapt to the answers. A model says what is sent.
 *
 * Reactions. `rotate source` lays the refused source aside until all were refused, then starts over with all of them;
 * `rotate credential` goes on with the next credential, and after the last with the first. `solve` answers a challenge that a machine can
 * answer and sends the request again. `slow down` halves the rate, at most once in {@link SLOW_DOWN_EVERY_MICROS}, to
 * {@link SLOWEST} of it at the least. `give up` ends the campaign once {@link PATIENCE} requests in a row were answered so:
 * attackers leave when the cost of a success rises (F5 Labs, 2023: from 19.4 % to 6.0 % of the traffic after mitigation).
 */
import type { Attack, ReactionStep, ReactionTrigger } from "../../dsl/index.ts";
import { makeRequest, type Policy, type Request } from "../../engine/index.ts";
import type { Actor, Answer } from "../actor.ts";
import type { AutonomousSystems } from "../autonomous-systems.ts";
import { SECOND } from "../clock.ts";
import { exponentialMicros, type WeightedChoice } from "../distributions.ts";
import { type Parked, Parking } from "../parking.ts";
import type { RandomStream } from "../random.ts";
import { RequestBody } from "../request-body.ts";
import type { RouteCall } from "../route-call.ts";
import { ScenarioError } from "../scenario-error.ts";
import type { Service } from "../service.ts";
import { AttackCredentials } from "./credentials.ts";
import { type Face, TOOL } from "./faces.ts";
import type { AttackHome } from "./homes.ts";
import { AttackPasses } from "./passes.ts";
import { AttackSources, type Origin } from "./sources.ts";

/** Shortest time between two halvings of the rate. */
export const SLOW_DOWN_EVERY_MICROS: number = 10 * SECOND;
/** Smallest part of its rate that an attacker slows down to. */
export const SLOWEST: number = 1 / 64;
/** Refusals in a row after which an attacker gives up. */
export const PATIENCE = 100;

const TRIGGERS: readonly (ReactionTrigger | null)[] = [null, null, "challenged", "throttled", "blocked"];
const FIRST_REFUSAL = 2;
/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

/** What an attacker is made of. */
export interface AttackSetup {
  /** Index among the run's populations and attacks. */
  readonly origin: number;
  readonly attack: Attack;
  readonly home: AttackHome;
  readonly systems: AutonomousSystems;
  readonly policy: Policy;
  /** How each route of the policy is called. */
  readonly calls: readonly RouteCall[];
  /** Popularity of objects. */
  readonly objects: WeightedChoice;
  readonly service: Service;
  /** A random stream of this attack's own. */
  readonly stream: (use: string) => RandomStream;
}

/** A route that requests go to. */
export interface Aim {
  readonly call: RouteCall;
  readonly body: RequestBody;
  /** Its first method that changes something, where there is one, else its first. */
  readonly writing: string | undefined;
}

interface Waiting extends Parked {
  readonly mark: number;
  readonly source: number;
}

/** One campaign. */
export abstract class Attacker implements Actor {
  readonly origin: number;
  readonly name: string;
  readonly request: Request = makeRequest(TOOL);
  status = 200;
  abusive = false;
  /** Whether the attacker ended the campaign itself. */
  gaveUp = false;

  /** What the model has to know of the request composed last, such as which unit it holds; it is kept with one that is sent again. */
  protected mark = 0;
  protected readonly attack: Attack;
  protected readonly setup: AttackSetup;
  /** What is tried and when. Where from has a stream of its own, so that refusals shift neither. */
  protected readonly tries: RandomStream;
  protected readonly sources: AttackSources;
  protected readonly credentials: AttackCredentials;
  readonly #passes: AttackPasses;
  readonly #parking = new Parking<Waiting>();
  readonly #aims: Map<number, Aim> = new Map();
  #pace = 1;
  #slowedAt = Number.NEGATIVE_INFINITY;
  #refusedInRow = 0;

  /** @throws {@link ScenarioError} when the scenario asks for what cannot be run. */
  constructor(setup: AttackSetup) {
    const { attack } = setup;
    this.setup = setup;
    this.attack = attack;
    this.origin = setup.origin;
    this.name = attack.name;
    this.tries = setup.stream("tries");
    this.sources = new AttackSources(attack, setup.home, setup.systems, setup.stream("sources"));
    this.credentials = new AttackCredentials(attack, setup.policy);
    this.#passes = new AttackPasses(setup.policy);
  }

  /** Fills the request with what is tried now, and says in `abusive` and `status` what it would gain and be answered. */
  protected abstract fill(at: number): void;

  /** Time from a request at `at` to the one after it, at the attack's full pace; at least 1. */
  protected gap(_at: number): number {
    return exponentialMicros(this.tries, this.meanGap);
  }

  /** Learns what became of the request composed last. */
  protected learn(_admitted: boolean, _at: number): void {}

  /** Where the attack has sent from, each address once. */
  get origins(): readonly Origin[] {
    return this.sources.used;
  }

  /** How many clients' credentials it has used. */
  get credentialsUsed(): number {
    return this.credentials.used;
  }

  /** How many challenges it has answered. */
  get solved(): number {
    return this.#passes.solved;
  }

  first(): number {
    return this.next(this.attack.fromMicros);
  }

  compose(at: number): void {
    this.pickSource();
    this.request.ip = this.sources.address;
    this.request.asn = this.sources.asn;
    this.request.passes = this.#passes.of(this.sources.current, at);
    this.presentCredential();
    this.fill(at);
  }

  next(at: number): number {
    const next = at + Math.max(1, Math.round(this.gap(at) / this.#pace));
    return this.gaveUp || next >= this.attack.toMicros ? Number.POSITIVE_INFINITY : next;
  }

  hear(answer: Answer, at: number): number {
    this.learn(answer.verdict < FIRST_REFUSAL, at);
    const trigger = TRIGGERS[answer.verdict] ?? null;
    this.#refusedInRow = trigger === null ? 0 : this.#refusedInRow + 1;
    if (trigger === null) return -1;
    let again = -1;
    for (const reaction of this.attack.reactions) {
      if (reaction.on === trigger) again = Math.max(again, this.#react(reaction.action, answer, at));
    }
    return again;
  }

  park(): number {
    const { request, status, abusive, mark } = this;
    return this.#parking.park({ request, status, abusive, mark, source: this.sources.current });
  }

  recall(parked: number, at: number): void {
    const kept = this.#parking.recall(parked, this.request);
    if (kept === null) return;
    this.status = kept.status;
    this.abusive = kept.abusive;
    this.mark = kept.mark;
    this.sources.resume(kept.source);
    this.request.passes = this.#passes.of(this.sources.current, at);
  }

  /** Chooses where the next request comes from. */
  protected pickSource(): void {
    this.sources.pick();
  }

  /** Shows the credential in use, where there is one. */
  protected presentCredential(): void {
    this.credentials.present(this.request);
  }

  /** Makes the request look as if this tool had sent it. */
  protected wear({ headers, ja4 }: Face): void {
    this.request.headers = headers;
    this.request.ja4 = ja4;
  }

  /** Mean time between two requests of the campaign. */
  protected get meanGap(): number {
    const { rate } = this.attack;
    return rate.perMicros / rate.count;
  }

  /**
   * Turns the request to a route: its first path, and a body that fits.
   *
   * @param writes - Whether the call changes something: then it has the {@link Aim.writing} method, else the route's first.
   * @returns The body, to put accounts and the like into.
   */
  protected aim(route: number, writes = false): Aim {
    let aim = this.#aims.get(route);
    if (aim === undefined) {
      const call = this.callOf(route);
      const writing = call.methods.find((method) => !SAFE.has(method)) ?? call.methods[0];
      aim = { call, body: new RequestBody(call.route), writing };
      this.#aims.set(route, aim);
    }
    const { call, body, writing } = aim;
    this.request.method = (writes ? writing : call.methods[0]) ?? "GET";
    this.request.path = call.paths[0] ?? "/";
    this.request.host = call.host;
    this.request.body = body.value;
    this.request.size = body.size;
    return aim;
  }

  /** How the route of index `route` is called. */
  protected callOf(route: number): RouteCall {
    const call = this.setup.calls[route];
    if (call === undefined)
      throw new ScenarioError(`\`${this.name}\` sends to a route that the policy does not declare`);
    return call;
  }

  /** Takes a step; microseconds after which the request is sent again, or -1. */
  #react(step: ReactionStep, { by }: Answer, at: number): number {
    switch (step) {
      case "rotate_source":
        this.sources.layAside();
        return -1;
      case "rotate_credential":
        this.credentials.rotate();
        return -1;
      case "solve":
        return this.#passes.solve(by, this.sources.current, at);
      case "slow_down":
        this.#slowDown(at);
        return -1;
      case "give_up":
        this.gaveUp ||= this.#refusedInRow >= PATIENCE;
        return -1;
    }
  }

  #slowDown(at: number): void {
    if (at - this.#slowedAt < SLOW_DOWN_EVERY_MICROS) return;
    this.#slowedAt = at;
    this.#pace = Math.max(SLOWEST, this.#pace / 2);
  }
}
