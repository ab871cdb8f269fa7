/**
 * Signed requests that were accepted, each remembered until its signature is too old anyway, so that none is accepted twice. Bounded:
 * what there is no room for is refused, and no client can take the room of all others.
 */
import { hash } from "node:crypto";
import type { Config } from "../config.ts";

/** A part of the room that one client may take at most. */
const SHARE = 4;
/** What was accepted is forgotten in so many steps, each of all that ends in one span of time. */
const STEP_MICROS = 16_000_000;

/** Signatures that are good until some time within one step. */
interface Step {
  readonly marks: string[];
  readonly byClient: Map<string, number>;
}

export class Replays {
  readonly #max: number;
  readonly #marks = new Set<string>();
  /** By the number of the step in which the signatures end. */
  readonly #steps = new Map<number, Step>();
  readonly #byClient = new Map<string, number>();
  /** The step that it was when the past was last forgotten. */
  #current = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Signatures remembered. */
  get size(): number {
    return this.#marks.size;
  }

  /**
   * Remembers what a client signed, until `endMicros` at least.
   *
   * @param mark - What makes the signature one of a kind, such as its nonce or its bytes as they were computed here; what its sender
   *   could write in several ways is none.
   * @returns Why it is refused, or null.
   */
  refuse(client: string, mark: string, endMicros: number, nowMicros: number): "replayed" | "replay_unavailable" | null {
    this.#forget(Math.floor(nowMicros / STEP_MICROS));
    const digest = hash("sha256", `${client}\0${mark}`, "base64").slice(0, 22);
    if (this.#marks.has(digest)) return "replayed";
    const own = this.#byClient.get(client) ?? 0;
    if (this.#marks.size >= this.#max || own >= Math.ceil(this.#max / SHARE)) return "replay_unavailable";
    this.#add(client, digest, Math.floor(endMicros / STEP_MICROS));
    return null;
  }

  #add(client: string, digest: string, ending: number): void {
    const step = this.#steps.get(ending) ?? { marks: [], byClient: new Map<string, number>() };
    this.#steps.set(ending, step);
    step.marks.push(digest);
    step.byClient.set(client, (step.byClient.get(client) ?? 0) + 1);
    this.#byClient.set(client, (this.#byClient.get(client) ?? 0) + 1);
    this.#marks.add(digest);
  }

  #forget(current: number): void {
    if (current === this.#current) return;
    this.#current = current;
    for (const [ending, step] of this.#steps) if (ending < current) this.#drop(ending, step);
  }

  #drop(ending: number, { marks, byClient }: Step): void {
    this.#steps.delete(ending);
    for (const mark of marks) this.#marks.delete(mark);
    for (const [client, count] of byClient) {
      const left = (this.#byClient.get(client) ?? 0) - count;
      if (left > 0) this.#byClient.set(client, left);
      else this.#byClient.delete(client);
    }
  }
}

const OF_SERVERS = new WeakMap<Config, Replays>();

/** The memory of a server: one for all its sources, and the same after a reload, which would otherwise let everything in again. */
export function replaysOf(config: Config): Replays {
  const known = OF_SERVERS.get(config);
  if (known !== undefined) return known;
  const replays = new Replays(config.signedRequests.replaysMax);
  OF_SERVERS.set(config, replays);
  return replays;
}
