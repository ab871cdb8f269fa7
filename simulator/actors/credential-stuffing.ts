/**
 * `credential_stuffing` (OWASP OAT-008): stolen user name and password pairs are tried, one try for each, from many
 * networks, and the attacker adapts to what it is answered.
 *
 * | parameter | meaning | realistic values and their source |
 * |---|---|---|
 * | `sources` | distinct /24 (IPv6: /64) networks, one address in each | 16,600 addresses in 15 h (DataDome, cashback login); 2.2 M residential ones in 6 days (Castle, US finance); 172,000 in 21 days (DataDome, gaming) |
 * | `rate` | mean of the whole campaign, Poisson | 36 to 42 a second in the cashback case, that is 8.8 tries an address and hour |
 * | `success` | valid pairs | 0.1 to 0.2 % (Azion), up to 2 % |
 * | fingerprint | one User-Agent, one Accept-Language, one TLS fingerprint for all sources | the cashback and the gaming case; a static, outdated browser in a third (DataDome, 2025) |
 *
 * Reactions. `rotate source` lays the refused source aside until all were refused, then starts over with all of them.
 * `slow down` halves the rate, at most once in {@link SLOW_DOWN_EVERY_MICROS}, to {@link SLOWEST} of it at the least.
 * `give up` ends the campaign once {@link PATIENCE} tries in a row were answered so: attackers leave when the cost of a
 * success rises (F5 Labs, 2023: from 19.4 % to 6.0 % of the traffic after mitigation).
 */
import type { CredentialStuffing, ReactionStep, ReactionTrigger } from "../../dsl/index.ts";
import { makeRequest, type Request } from "../../engine/index.ts";
import { SECOND } from "../clock.ts";
import { exponentialMicros } from "../distributions.ts";
import { ATTACKER_NETWORKS, SourcePool } from "../networks.ts";
import type { RandomStream } from "../random.ts";
import { accountName, RequestBody } from "../request-body.ts";
import type { RouteCall } from "../route-call.ts";
import { ScenarioError } from "../scenario-error.ts";
import type { Service } from "../service.ts";
import type { Actor, Answer } from "./actor.ts";

/** Shortest time between two halvings of the rate. */
export const SLOW_DOWN_EVERY_MICROS: number = 10 * SECOND;
/** Smallest part of its rate that an attacker slows down to. */
export const SLOWEST: number = 1 / 64;
/** Refusals in a row after which an attacker gives up. */
export const PATIENCE = 100;

/** Stolen lists name accounts that no honest client of the simulation has. */
const FIRST_STOLEN_ACCOUNT = 20_000_000;
/** A tool's one face: a browser three years out of date, as in the third case above. */
const TOOL_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  accept: "application/json",
  "accept-language": "en-US",
  "user-agent":
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36",
});
/** Of the shape of a JA4 fingerprint; made up, as no honest actor has it. */
const TOOL_JA4 = "t13d1516h2_0123456789ab_ba9876543210";

const TRIGGERS: readonly (ReactionTrigger | null)[] = [null, null, "challenged", "throttled", "blocked"];

/** The streams of an attack. What it tries and when does not depend on where from, so refusals shift neither. */
export interface AttackStreams {
  readonly tries: RandomStream;
  readonly sources: RandomStream;
}

/** One campaign. */
export class CredentialStuffingActor implements Actor {
  readonly origin: number;
  readonly name: string;
  readonly request: Request;
  status = 401;
  abusive = false;

  readonly #attack: CredentialStuffing;
  readonly #streams: AttackStreams;
  readonly #service: Service;
  readonly #body: RequestBody;
  readonly #addresses: readonly string[];
  /** A permutation of the sources: the first `#fresh` of them are in use, the rest is laid aside. */
  readonly #order: Int32Array;
  readonly #used: Uint8Array;
  #fresh: number;
  #place = 0;
  #tried = 0;
  #pace = 1;
  #slowedAt = Number.NEGATIVE_INFINITY;
  #refusedInRow = 0;
  #gaveUp = false;

  /** @throws {@link ScenarioError} when the networks hold fewer sources than the attack asks for. */
  constructor(origin: number, attack: CredentialStuffing, call: RouteCall, service: Service, streams: AttackStreams) {
    this.origin = origin;
    this.name = attack.name;
    this.#attack = attack;
    this.#streams = streams;
    this.#service = service;
    this.#body = new RequestBody(call.route);
    this.#addresses = drawSources(attack, streams.sources);
    this.#order = Int32Array.from(this.#addresses, (_, i) => i);
    this.#used = new Uint8Array(this.#addresses.length);
    this.#fresh = this.#addresses.length;
    this.request = makeRequest({
      method: call.methods[0] ?? "POST",
      path: call.paths[0] ?? "/",
      host: call.host,
      headers: TOOL_HEADERS,
      ja4: TOOL_JA4,
      body: this.#body.value,
      size: this.#body.size,
    });
  }

  /** How many of its networks the attack has sent from. */
  get sourcesUsed(): number {
    return this.#used.reduce((sum, flag) => sum + flag, 0);
  }

  /** Whether the attacker ended the campaign itself. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  first(): number {
    return this.next(this.#attack.fromMicros);
  }

  compose(): void {
    this.#place = this.#streams.sources.below(this.#fresh);
    const source = this.#order[this.#place] ?? 0;
    this.#used[source] = 1;
    this.request.ip = this.#addresses[source] ?? "";
    this.#body.setAccount(accountName(FIRST_STOLEN_ACCOUNT + this.#tried++));
    this.abusive = this.#streams.tries.unit() * 100 < this.#attack.success;
    this.status = this.#service.signIn(this.abusive);
  }

  next(at: number): number {
    const { rate, toMicros } = this.#attack;
    const next = at + exponentialMicros(this.#streams.tries, rate.perMicros / rate.count / this.#pace);
    return this.#gaveUp || next >= toMicros ? Number.POSITIVE_INFINITY : next;
  }

  hear(answer: Answer, at: number): number {
    const trigger = TRIGGERS[answer.verdict] ?? null;
    this.#refusedInRow = trigger === null ? 0 : this.#refusedInRow + 1;
    if (trigger === null) return -1;
    for (const reaction of this.#attack.reactions) if (reaction.on === trigger) this.#react(reaction.action, at);
    return -1;
  }

  /** An attacker does not try a pair again: the next one is as good. */
  park(): number {
    return 0;
  }

  recall(_parked: number): void {}

  #react(step: ReactionStep, at: number): void {
    switch (step) {
      case "rotate_source":
        return this.#layAside();
      case "slow_down":
        return this.#slowDown(at);
      case "give_up":
        this.#gaveUp ||= this.#refusedInRow >= PATIENCE;
    }
  }

  #layAside(): void {
    const last = --this.#fresh;
    const refused = this.#order[this.#place] ?? 0;
    this.#order[this.#place] = this.#order[last] ?? 0;
    this.#order[last] = refused;
    if (this.#fresh === 0) this.#fresh = this.#order.length;
  }

  #slowDown(at: number): void {
    if (at - this.#slowedAt < SLOW_DOWN_EVERY_MICROS) return;
    this.#slowedAt = at;
    this.#pace = Math.max(SLOWEST, this.#pace / 2);
  }
}

/** As many distinct networks as the attack asks for, drawn without replacement, and one address in each. */
function drawSources(attack: CredentialStuffing, stream: RandomStream): readonly string[] {
  const pool = new SourcePool(attack.networks.length > 0 ? attack.networks : ATTACKER_NETWORKS);
  if (pool.size < attack.sources || attack.sources < 1) {
    throw new ScenarioError(
      `attack \`${attack.name}\` asks for ${attack.sources} sources, and its networks hold ${pool.size} ` +
        "(/24 of IPv4, /64 of IPv6); add networks with `from`, or ask for fewer sources",
    );
  }
  const first = firstPoolOf(attack, pool);
  const taken = new Map<number, number>();
  return Array.from({ length: attack.sources }, (_, i) => {
    const pick = i + stream.below(first - i);
    const source = taken.get(pick) ?? pick;
    taken.set(pick, taken.get(i) ?? i);
    return pool.address(source, stream.below(65_536));
  });
}

/** The default ranges are used in their order: the IPv6 one, which is huge, only as far as the IPv4 one does not suffice. */
function firstPoolOf(attack: CredentialStuffing, pool: SourcePool): number {
  if (attack.networks.length > 0) return pool.size;
  return Math.max(attack.sources, new SourcePool(ATTACKER_NETWORKS.slice(0, 1)).size);
}
