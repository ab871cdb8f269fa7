/**
 * The point that every adapter passes: decides, names the decision, counts and logs it. It holds the running policy as one
 * reference, so a request sees one version of it.
 */
// Imported, because the global of the same name is a getter, which takes as long as reading the clock does.
import { performance } from "node:perf_hooks";
import type { Decision, DecisionRecord, Outcome, PolicyEngine, Request } from "../engine/index.ts";
import { VERDICTS } from "../engine/index.ts";
import { type Challenges, type Earned, NOTHING_EARNED } from "./challenge/challenges.ts";
import type { Shown } from "./challenge/headers.ts";
import type { PosedChallenge } from "./challenge/posed.ts";
import type { Config } from "./config.ts";
import type { DecisionLog } from "./decision-log.ts";
import { LogLines } from "./decision-log/log-line.ts";
import { DecisionIds } from "./decision-ids.ts";
import { type TokenState, tokenStateOf } from "./identity/token-state.ts";
import type { Metrics } from "./metrics.ts";
import { increment } from "./metrics.ts";
import type { PolicyView } from "./policy-view.ts";

/** Hands outcomes to the worker that decided. */
export interface OutcomeRelay {
  /** Whether a decision of this server may have that name. */
  knows(id: string): boolean;
  /** Resolves to whether it was ever decided and whether the outcome counted; to null where that worker does not answer. */
  report(id: string, outcome: Outcome): Promise<OutcomeAnswer | null>;
}

/** What became of an outcome. */
export interface OutcomeAnswer {
  readonly issued: boolean;
  readonly counted: boolean;
}

const STARTED_AT_MS = performance.timeOrigin;

/** Which door a request came through. */
export type Adapter =
  | "apisix"
  | "caddy"
  | "envoy"
  | "haproxy"
  | "json"
  | "library"
  | "nginx"
  | "proxy"
  | "stream"
  | "traefik";

/** Rank of the strictest verdict that lets a request through, as `DecisionRecord.verdict` gives it. */
export const SLOW: number = VERDICTS.indexOf("slow");
export const CHALLENGE: number = VERDICTS.indexOf("challenge");

/** A decision with its name. The gate's own, reused: valid until the next decision. */
export interface Ruling {
  readonly id: string;
  /** The number behind that name. */
  readonly number: number;
  /** What was decided on. */
  readonly request: Request;
  readonly record: DecisionRecord;
  /** Id of the client that was accepted, or null. */
  readonly client: string | null;
  /** The decision in full, made when it is first asked for. */
  readonly decision: Decision;
  /** A new nonce for the caller's next DPoP proof; null where proofs need none. */
  readonly proofNonce: string | null;
  /** What the caller has to answer, where the verdict is a challenge. */
  readonly challenge: PosedChallenge | null;
  /** Value of the field `Edge-Pass` of the answer; empty where the request earned none. */
  readonly pass: string;
}

/** Makes a request whose credential was revoked while the server runs nobody's, whoever has verified it. Neither waits nor throws. */
export interface RequestRevocations {
  refuse(request: Request): void;
}

/** Is told of every decision, before what it was decided on goes. */
export interface DecisionWatcher {
  decided(request: Request, ruling: Ruling, adapter: Adapter, nowMicros: number): void;
}

class ReusedRuling implements Ruling {
  number = 0;
  request!: Request;
  record!: DecisionRecord;
  client: string | null = null;
  readonly #ids: DecisionIds;
  challenge: PosedChallenge | null = null;
  pass = "";
  #decision: Decision | null = null;
  readonly #tokens: TokenState;

  constructor(ids: DecisionIds, tokens: TokenState) {
    this.#ids = ids;
    this.#tokens = tokens;
  }

  set(
    number: number,
    request: Request,
    record: DecisionRecord,
    client: string | null,
    pass: string,
    challenge: PosedChallenge | null,
  ): void {
    this.number = number;
    this.request = request;
    this.record = record;
    this.client = client;
    this.pass = pass;
    this.challenge = challenge;
    this.#decision = null;
  }
  get id(): string {
    return this.#ids.nameOf(this.number);
  }
  get decision(): Decision {
    this.#decision ??= this.record.toDecision();
    return this.#decision;
  }
  get proofNonce(): string | null {
    return this.#tokens.nextNonce();
  }
}

export class Gate {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly ids: DecisionIds;
  readonly engine: PolicyEngine;
  readonly challenges: Challenges;
  /** The running policy. Only `reload.ts` sets it. */
  view: PolicyView;
  /** Where outcomes of other workers' decisions go; null where there are no others. */
  readonly others: OutcomeRelay | null;
  /** Null where nobody watches. Set once, at the start. */
  watcher: DecisionWatcher | null = null;
  /** What is revoked while the server runs; null where nothing can be. Set once, at the start. */
  revocations: RequestRevocations | null = null;
  readonly #log: DecisionLog;
  readonly #lines: LogLines;
  readonly #ruling: ReusedRuling;

  constructor(
    config: Config,
    engine: PolicyEngine,
    view: PolicyView,
    challenges: Challenges,
    metrics: Metrics,
    log: DecisionLog,
    { ids = new DecisionIds(config.outcomesMax), others = null }: Partial<Pick<Gate, "ids" | "others">> = {},
  ) {
    this.config = config;
    this.engine = engine;
    this.view = view;
    this.challenges = challenges;
    this.metrics = metrics;
    this.ids = ids;
    this.others = others;
    this.#log = log;
    this.#lines = new LogLines(config.log);
    this.#ruling = new ReusedRuling(this.ids, tokenStateOf(config));
  }

  /** Takes what a request shows of challenges answered before. To be called once its caller is identified, and its result decided with. */
  admit(request: Request, shown: Shown | null): Earned {
    const plan = this.view.challenges;
    if (shown === null || plan === null) return NOTHING_EARNED;
    // Before the answer is read, because a refused caller is another caller than the client would be.
    this.revocations?.refuse(request);
    const now = this.now();
    return this.challenges.admit(request, shown, plan, this.engine.routeOf(request), now);
  }

  /** Decides `request`; the caller reads what it needs of the ruling before it returns. */
  decide(request: Request, adapter: Adapter, earned: Earned = NOTHING_EARNED): Ruling {
    const before = performance.now();
    const ruling = this.decideAt(request, adapter, this.now(before), earned);
    this.metrics.decideSeconds.observe((performance.now() - before) / 1_000);
    return ruling;
  }

  /** Decides one of several requests that came together, for which the clock is read once. The caller sees to `decideSeconds`. */
  decideAt(request: Request, adapter: Adapter, nowMicros: number, earned: Earned = NOTHING_EARNED): Ruling {
    const ruling = this.#ruling;
    if (this.revocations !== null && request.client !== null) this.revocations.refuse(request);
    const record = this.engine.decide(request, nowMicros);
    const posed = record.verdict === CHALLENGE ? this.#pose(request, record, nowMicros, earned) : null;
    // The accepted client is the stated one, so its id is taken from there: the inventory's own record is large, and seldom in the
    // processor's caches.
    const client = record.client < 0 ? null : request.client;
    ruling.set(this.ids.next(record.token), request, record, client, earned.pass, posed);
    this.#count(ruling);
    if (this.watcher !== null) this.watcher.decided(request, ruling, adapter, nowMicros);
    if (this.#log.enabled) this.#write(request, ruling, adapter);
    return ruling;
  }

  /** Reports the outcome of a request that was let through; false if its decision is not, or no longer, waiting. */
  observe(id: string, outcome: Outcome): boolean {
    return this.observeAt(id, outcome, this.now());
  }

  /** One of several outcomes that came together, by its decision's name or number. */
  observeAt(decision: string | number, outcome: Outcome, nowMicros: number): boolean {
    const token = this.ids.take(decision);
    return token !== 0 && this.engine.observe(token, outcome, nowMicros);
  }

  #pose(request: Request, { by }: DecisionRecord, now: number, earned: Earned): PosedChallenge | null {
    const plan = this.view.challenges;
    return plan === null || by === null ? null : this.challenges.pose(plan, by, request, now, earned);
  }

  /**
   * Microseconds since the Unix epoch: wall time at the start of the process plus the monotonic clock since, so that it never steps back.
   *
   * @param sinceStartMs - The monotonic clock, where it was just read.
   */
  now(sinceStartMs: number = performance.now()): number {
    return this.config.clock === null ? Math.round((STARTED_AT_MS + sinceStartMs) * 1_000) : this.config.clock();
  }

  #count(ruling: Ruling): void {
    const { record } = ruling;
    const { verdict, by, shadows } = record;
    const counts = this.metrics.verdicts;
    counts[verdict] = (counts[verdict] ?? 0) + 1;
    if (by !== null) increment(this.metrics.deciders, by);
    for (let index = 0; index < shadows; index++) increment(this.metrics.shadows, record.shadowOf(index));
  }

  #write(request: Request, ruling: Ruling, adapter: Adapter): void {
    if (this.#lines.has(ruling)) this.#log.write(this.#lines.lineOf(request, ruling, adapter, this.view, this.now()));
  }
}
