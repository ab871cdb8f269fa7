/** Watches the state that two engines share by its meaning, and tells when it first reads differently. */
import { type Policy, type PolicyEngine, type Request, touchedState, type TouchedState } from "../../engine/index.ts";
import { stateText } from "../touched-keys.ts";
import type { StateComparison } from "./diff-result.ts";
import { withoutSpans } from "./without-spans.ts";

/** The first time at which one declaration's state reads differently. */
export interface StateDivergence {
  readonly kind: TouchedState["kind"];
  readonly name: string;
  /** Values of the key; null for a part that the request did not have. */
  readonly key: readonly (string | number | boolean | null)[];
  /** Since the Unix epoch: of the request after which it was seen. */
  readonly at: number;
  readonly line: number;
  /** As engines read it: a signal's value, microseconds until a limit is full or a ban ends. */
  readonly old: string;
  readonly new: string;
}

/** Requests after which state is compared; it takes as long as an interpreted decision. */
const MOST_COMPARED = 1_000_000;

interface Engines {
  readonly old: PolicyEngine;
  readonly new: PolicyEngine;
}

/**
 * Compares the keys that each request touches, of signals, limits and bans whose state means the same in both policies: as a reload would
 * keep it, and with the same amount and length.
 */
export class StateWatch {
  readonly #engines: Engines;
  readonly #compared: number;
  /** Declarations that have not come to differ yet. */
  readonly #alike: Set<string>;
  readonly #divergences: StateDivergence[] = [];
  #requests = 0;

  constructor(engines: Engines) {
    this.#engines = engines;
    const before = stateIds(engines.old.policy);
    const after = stateIds(engines.new.policy);
    this.#alike = new Set([...after].filter(([id, state]) => before.get(id) === state).map(([id]) => id));
    this.#compared = this.#alike.size;
  }

  /** Looks at the state after both engines decided a request. */
  note(request: Request, at: number, line: number): void {
    if (this.#alike.size === 0 || this.#requests >= MOST_COMPARED) return;
    this.#requests++;
    for (const state of touchedState(this.#engines.new.policy, request, at)) {
      const id = `${state.kind} ${state.name}`;
      if (this.#alike.has(id)) this.#compare(id, state, at, line);
    }
  }

  finish(): StateComparison {
    return { compared: this.#compared, requests: this.#requests, divergences: this.#divergences };
  }

  #compare(id: string, state: TouchedState, at: number, line: number): void {
    const old = stateText(this.#engines.old, state, at);
    const now = stateText(this.#engines.new, state, at);
    if (old === now) return;
    const { kind, name, keys } = state;
    this.#alike.delete(id);
    this.#divergences.push({ kind, name, key: keys.map(({ value }) => value), at, line, old, new: now });
  }
}

/** What the state of each declaration means, by kind and name. */
function stateIds({ signals, limits, rules }: Policy): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const { name, stateId } of signals) ids.set(`signal ${name}`, stateId);
  for (const { name, stateId, amount } of limits) ids.set(`limit ${name}`, `${stateId} ${withoutSpans(amount)}`);
  for (const { name, action } of rules) {
    if (action.kind !== "block" || action.ban === null) continue;
    const { stateId, forMicros, doublingToMicros } = action.ban;
    ids.set(`ban ${name}`, `${stateId} ${forMicros} ${doublingToMicros}`);
  }
  return ids;
}
