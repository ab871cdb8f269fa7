/**
 * What the main thread tells all workers, in versions: each takes them in order, and one that is started later begins with what still
 * holds. A part of the server that has something to tell adds its kind here and what a worker does with it in `worker.ts`.
 */
import type { Overlay, Policy, ScalarValue } from "../../engine/index.ts";
import type { RevocationRecord } from "../identity/revocation.ts";

/** What is told, by kind. Values are cloned, so they hold no functions. */
export interface BroadcastKinds {
  policy: Policy;
  /** Entries of a list that comes from a file. */
  list: { readonly name: string; readonly values: readonly ScalarValue[] };
  overlays: readonly Overlay[];
  /** All of them. */
  revocations: readonly RevocationRecord[];
}

/** One thing that was told. */
export type Told = {
  [K in keyof BroadcastKinds]: {
    readonly version: number;
    readonly what: K;
    /** Tells apart things of one kind that hold side by side; the latest of each counts. */
    readonly key: string;
    readonly value: BroadcastKinds[K];
  };
}[keyof BroadcastKinds];

/** What a worker does with each kind. An exception ends the worker, and another begins with what has been told by then. */
export type Takers = { readonly [K in keyof BroadcastKinds]: (value: BroadcastKinds[K]) => void };

export class Broadcast {
  readonly #send: (told: Told) => void;
  readonly #latest = new Map<string, Told>();
  #version = 0;

  /** @param send - Hands something to every worker. */
  constructor(send: (told: Told) => void) {
    this.#send = send;
  }

  /** Version of what was told last; 0 before anything was. */
  get version(): number {
    return this.#version;
  }

  /** What holds, in the order it was told. */
  get latest(): readonly Told[] {
    return [...this.#latest.values()].toSorted((left, right) => left.version - right.version);
  }

  tell<K extends keyof BroadcastKinds>(what: K, value: BroadcastKinds[K], key = ""): void {
    const told = { version: ++this.#version, what, key, value } as Told;
    this.#latest.set(`${what} ${key}`, told);
    this.#send(told);
  }

  /** Workers that are started later are not told what was told of a kind. */
  forget(what: keyof BroadcastKinds): void {
    for (const [name, told] of this.#latest) if (told.what === what) this.#latest.delete(name);
  }
}

export function take(told: Told, takers: Takers): void {
  const taker = takers[told.what] as (value: Told["value"]) => void;
  taker(told.value);
}
