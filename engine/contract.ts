/**
 * What every engine offers, compiled or reference: decide, observe, and readings of its state. Tests, `--engine both` and the
 * simulator speak to this interface alone.
 */
import type { Decision } from "./decision.ts";
import type { Overlay } from "./overlay.ts";
import type { Policy, ScalarValue } from "./policy.ts";
import type { Outcome, Request } from "./request.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";
import type { BanEntry } from "./state/bans.ts";
import type { SharedState } from "./state/shared/shared-state.ts";

/**
 * The engine's own, reused record of its latest decision: valid until the next call of `decide` or `observe`. Reading it allocates
 * nothing; {@link DecisionRecord.toDecision} makes the plain copy.
 */
export interface DecisionRecord {
  /** Handle for {@link PolicyEngine.observe}; 0 when no signal or limit waits for this request's outcome. */
  readonly token: number;
  /** Index into `VERDICTS`. */
  readonly verdict: number;
  readonly status: number;
  readonly by: string | null;
  readonly reason: string;
  readonly delayMicros: number;
  readonly retryAfterMicros: number;
  /** Index into `Policy.routes` of the matched route, or -1. */
  readonly route: number;
  /** Index into `Policy.clients` of the accepted caller, or -1. */
  readonly client: number;
  /** How many names `shadow` of the decision has. */
  readonly shadows: number;
  /** One of these names, from 0 on, in no particular order. */
  shadowOf(index: number): string;
  /** How many names `matched` of the decision has. */
  readonly matches: number;
  /** One of these names, from 0 on. */
  matchOf(index: number): string;
  /** Adds the decision to counters. The compiled engine's alone: the others have no use for it. */
  tally?(counters: Counters): void;
  /**
   * A plain copy that stays as it is. Scores that no rule read are computed for it, from the request: it must still be as it was
   * decided.
   *
   * @throws After a later `decide` or `observe`, where a score was not computed yet: it cannot be had any more.
   */
  toDecision(): Decision;
}

/** Counters of decisions, by place in `Policy.rules` and `Policy.limits`. */
export interface Counters {
  /** Rules that took effect. */
  readonly matched: Float64Array;
  /** Enforced limits that were asked. */
  readonly asked: Float64Array;
  /** Enforced limits that were asked, of which four fifths or more are used. */
  readonly near: Float64Array;
  /** Enforced limits that did not admit. */
  readonly over: Float64Array;
}

/** A value of one key part, as `Key.options` evaluates it; `null` stands for a part without any present option. */
export type KeyValue = string | number | boolean | null;

/**
 * Looks into state without changing it. `option` numbers say which of a part's options the value belongs to
 * (0 for the first), because values of different options never share state.
 */
export interface StateReadings {
  /**
   * Value of a signal on these keys. Without events it is 0, and the window's length for `interval` and `elapsed`. Of `novel`,
   * how many values live; of `overflow`, 1 or 0.
   */
  signal(name: string, keys: readonly KeyPart[], nowMicros: number): number;
  /** State of a limit on these keys. */
  limit(name: string, keys: readonly KeyPart[], nowMicros: number): LimitState;
  /** Microseconds until the ban that `rule` set on these keys ends; 0 if there is none. */
  ban(rule: string, keys: readonly KeyPart[], nowMicros: number): number;
}

/** One part of a key: which of its options, and that option's value. */
export interface KeyPart {
  readonly option: number;
  readonly value: KeyValue;
}

/** When a limit is full (again at its whole amount), exactly, or of a key that was dropped for want of memory no sooner than that: `fullInMicros + numerator / denominator` microseconds after the time asked about. */
export interface LimitState {
  readonly fullInMicros: number;
  readonly numerator: number;
  readonly denominator: number;
}

/** What a policy can read of a request, so that a transport fetches that and nothing else. */
export interface Needs {
  /** Lower-case names of request headers, identity sources and `cookie` included. */
  readonly headers: readonly string[];
  /** Whether `header.count` is read. */
  readonly headerCount: boolean;
  /** Whether `body.size` is read, which a body in chunks does not declare. */
  readonly bodySize: boolean;
  /** Indices of routes with body fields that something reads. */
  readonly bodyRoutes: readonly number[];
  /** Indices of the policy's facts that something reads. */
  readonly facts: readonly number[];
  /** Whether any outcome must be reported. */
  readonly outcomes: boolean;
  readonly responseHeaders: readonly string[];
}

/** What became of state when one policy replaced another. */
export interface ReloadReport {
  readonly kept: readonly string[];
  readonly fresh: readonly string[];
  readonly dropped: readonly string[];
}

/** An engine that decides by one policy at a time and keeps its state. */
export interface PolicyEngine {
  readonly policy: Policy;
  readonly needs: Needs;
  readonly readings: StateReadings;
  /**
   * Decides one request and records its events.
   *
   * @param nowMicros - Integer microseconds since the Unix epoch; a step back is held at the last value, and so is what is past 2^53 − 1
   * or no number.
   * @returns The engine's own record, valid until the next call. Never throws on any request.
   */
  decide(request: Request, nowMicros: number): DecisionRecord;
  /**
   * Reports what the service answered to a request that was let through.
   *
   * @returns Whether the token was still known; each counts once, and the oldest are dropped when too many wait.
   */
  observe(token: number, outcome: Outcome, nowMicros: number): boolean;
  /** Index into `Policy.routes` of the route that `request` takes, or -1; for transports that read bodies by route. */
  routeOf(request: Request): number;
  /** Replaces the policy; state whose `stateId` (or `wasStateId`) stands in both is kept. Overlays and replaced lists stay in force. */
  reload(policy: Policy): ReloadReport;
  /**
   * Replaces the values of a list that comes from a file, without compiling anew.
   *
   * @returns Whether the policy has such a list.
   */
  setList(name: string, values: readonly ScalarValue[]): boolean;
  /**
   * Replaces all overlays.
   *
   * @throws RangeError where there are more than `MAX_OVERLAYS`, or a factor is out of its range.
   */
  setOverlays(overlays: readonly Overlay[]): void;
}

/** What a declaration's state takes, and what became of it for want of memory. Counts are of the state: they outlive a snapshot. */
export interface MemoryReading {
  /** All bans are in one table. */
  readonly kind: "signal" | "limit" | "bans";
  /** The signal's or limit's; `bans` for all bans. */
  readonly name: string;
  readonly mode: "on" | "shadow";
  /** Keys that have an entry; of bans, keys and rules that banned them. */
  readonly keys: number;
  readonly bytes: number;
  /** Entries dropped to make room that were not as good as new. */
  readonly dropped: number;
  /** Answers of a limit that rested on what is remembered of dropped keys. */
  readonly sketched: number;
}

/** The compiled engine: its state can be written down and taken up again. */
export interface StatefulEngine extends PolicyEngine {
  /** What the state of each signal, limit and ban takes, in order of declaration. */
  memory(): readonly MemoryReading[];
  /**
   * Begins a snapshot of the state as it is now, while decisions go on. One that was begun before and is not all taken is given up. Of
   * shared state, which must have been made for it, one worker takes them.
   */
  snapshot(): Snapshot;
  /**
   * Puts a ban that was told to `onBan`, after the state before it was restored; ends the key's ban where `untilMicros` is 0.
   *
   * @returns Whether the policy still has the rule that set it.
   */
  putBan(ban: BanEntry): boolean;
  /**
   * Ends the live ban that an enforced rule has set on these keys.
   *
   * @returns What {@link StatefulEngine.putBan} takes to end it again; null where there is none.
   */
  liftBan(rule: string, keys: readonly KeyPart[]): BanEntry | null;
}

/** What an engine can be told apart from its policy. */
export interface EngineOptions {
  /** Key of the state hash, two 32-bit words; a server draws it at random so that no caller can aim at collisions. Default [0, 0]. */
  readonly hashKey?: readonly [number, number];
  /** How many requests may wait for their outcome; past that the oldest is forgotten. Default 65,536. */
  readonly pendingOutcomes?: number;
  /**
   * Whether the policy's memory is taken from the system at once and not in four steps, of which the last can stall a decision for
   * some milliseconds. What is not touched yet costs nothing. Default false.
   */
  readonly reserve?: boolean;
  /**
   * State that other workers use too, and this one's number among them. All of them decide by the same limits, signals and bans, as one
   * would. Its key of the state hash is the one that counts. Where the others do not let it in for `patienceMs` (default: for as long as it
   * takes), calls throw a `StateHeldError`.
   */
  readonly shared?: { readonly state: SharedState; readonly worker: number; readonly patienceMs?: number };
  /**
   * Whether steps of a decision are written out as functions of the policy's own, which is faster, where the host makes functions of texts
   * (`new Function`). What is decided is the same. Default true.
   */
  readonly generate?: boolean;
  /** Is told of every ban when it is set, so that none is lost between two snapshots. */
  readonly onBan?: (ban: BanEntry) => void;
}
