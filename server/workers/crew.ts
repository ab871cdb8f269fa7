/**
 * The workers of a server, on the main thread: starts them on one shared state, hands them the connections in turn, tells them what
 * changes, adds up what they count, replaces those that end, and ends them all.
 */
import { randomInt } from "node:crypto";
import {
  createEngine,
  type EngineOptions,
  type Policy,
  shareEngine,
  type SharedState,
  type StatefulEngine,
  stateHolder,
} from "../../engine/index.ts";
import type { Config, ServerOptions } from "../config.ts";
import { randomPrefix } from "../decision-ids.ts";
import type { DecisionLog } from "../decision-log.ts";
import type { RevocationRecord } from "../identity/revocation.ts";
import type { OutcomeAnswer, OutcomeRelay } from "../gate.ts";
import type { Metrics } from "../metrics.ts";
import type { DecisionFilter, DecisionShown } from "../recent-decisions.ts";
import { type SharedReplays, sharedReplaysOf } from "../replay/server-replays.ts";
import { ServerError } from "../server-error.ts";
import type { BanJournal, JournalTurns } from "../state/ban-journal.ts";
import type { Acceptor, Listener, TransportOptions } from "../transport.ts";
import { Broadcast } from "./broadcast.ts";
import { handedOptions } from "./handed-options.ts";
import type { Answer, Ask, Assignment, Questions } from "./messages.ts";
import { Moments } from "./moments.ts";
import { Recovery } from "./recovery.ts";
import { SpreadingEngine } from "./spreading-engine.ts";
import { Standstill } from "./standstill.ts";
import type { Sighted } from "./worker-watch.ts";
import { type Employer, WorkerHandle } from "./worker-handle.ts";
import { WorkerMetrics } from "./worker-metrics.ts";
import type { Report } from "../report.ts";

/** Milliseconds that the main thread waits for the state before it says that a worker does not let go of it. */
const PATIENCE_MS = 250;
/** Milliseconds until a worker that ended is replaced: the first time, and at most, when one end soon follows another. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;
/** A worker that lasted this long did not end "soon". */
const LASTED_MS = 60_000;
/** For how long a worker that ends by a fault still answers what it has in flight. */
const GRACE_MS = 1_000;
/** Milliseconds that a worker has to take what it is told: a large policy is compiled in seconds. */
const TAKE_MS = 30_000;
const OUTCOME_MS = 4_000;
const DECISIONS_MS = 1_000;
/** Milliseconds that a worker has to end, besides those for what is in flight. */
const END_MS = 1_000;

export class Crew implements Employer {
  readonly #config: Config;
  readonly #options: ServerOptions;
  readonly #accept: (options: TransportOptions) => Acceptor;
  readonly #broadcast: Broadcast;
  readonly #serverPrefix: string = randomPrefix();
  /** What networks are hashed with where they are counted, in all threads. */
  readonly seed: number = randomInt(2 ** 32);
  readonly #replays: SharedReplays;
  readonly #held: Int32Array;
  readonly #forwarded: Int32Array;
  /** Workers by their number; null where one ended and the next is not started yet. */
  readonly #workers: (WorkerHandle | null)[];
  readonly #metrics: WorkerMetrics;
  /** Waits by number, and what is still waited for. */
  readonly #waits: number[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #recovery: Recovery | null = null;
  #state: SharedState | null = null;
  #bans: JournalTurns | null = null;
  #acceptor: Acceptor | null = null;
  #log: DecisionLog | null = null;
  #started = 0;
  #ends = 0;
  /** True while all are started the first time; then the first that does not become ready ends it. */
  #starting = false;
  #ending = false;
  /** Told whenever a worker has become ready, has taken something or is gone. */
  readonly #moments = new Moments();

  /** @param options - Those that `config` was read from. */
  constructor(config: Config, options: ServerOptions, accept: (options: TransportOptions) => Acceptor) {
    this.#config = config;
    this.#options = handedOptions(options, config);
    this.#accept = accept;
    this.#replays = sharedReplaysOf(config);
    this.#metrics = new WorkerMetrics(config.report);
    this.standstill = new Standstill({
      report: config.report,
      stuckExitMs: config.stuckExitMs,
      ask: (workers) => this.#metrics.ask(workers),
      hand: (worker, connections) => this.#hand(worker, connections),
      holder: () => (this.#state === null ? null : stateHolder(this.#state)),
    });
    this.#workers = Array.from({ length: config.workers }, () => null);
    this.#waits = this.#workers.map(() => FIRST_WAIT_MS);
    const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(4 * (config.workers + 1)));
    this.#held = words();
    this.#forwarded = words();
    this.#broadcast = new Broadcast((told) => {
      for (const worker of this.#present) worker.tell(told);
    });
  }

  readonly standstill: Standstill;

  /** Hears what workers saw; set once, at the start. */
  onSighted: (sighted: Sighted) => void = () => {};

  sighted(sighted: Sighted): void {
    this.onSighted(sighted);
  }

  /** Hears of key sets that workers fetched; set once, at the start. */
  onFetched: (url: string, bytes: Uint8Array) => void = () => {};

  fetched(url: string, bytes: Uint8Array): void {
    this.onFetched(url, bytes);
  }

  /** The latest decisions of all workers that answer, in no order. */
  async decisions(filter: DecisionFilter): Promise<readonly DecisionShown[]> {
    const asked = this.#present.filter(({ silentSinceMs }) => silentSinceMs === null);
    const answers = await Promise.all(asked.map(({ asks }) => asks.ask("decisions", filter, DECISIONS_MS)));
    return answers.flatMap((answer) => answer ?? []);
  }

  /** Where outcomes of workers' decisions go that the main thread hears of. */
  readonly relay: OutcomeRelay = {
    knows: (id) => id.startsWith(this.#serverPrefix),
    report: (id, outcome) => this.#observe({ id, outcome }),
  };

  /** Puts what is revoked in force in every worker. */
  readonly tellRevocations = (records: readonly RevocationRecord[]): void => {
    this.#broadcast.tell("revocations", records);
  };

  /** How many there are to be. */
  get size(): number {
    return this.#workers.length;
  }

  /** How many take connections now. */
  get up(): number {
    return this.#present.filter(({ serves }) => serves).length;
  }

  /** Why too few take connections now; null where enough do. */
  get unready(): string | null {
    return this.standstill.unready(this.#present, this.size);
  }

  /** How many ended and were, or are to be, replaced. */
  get ends(): number {
    return this.#ends;
  }

  get #present(): readonly WorkerHandle[] {
    return this.#workers.filter((worker) => worker !== null);
  }

  /**
   * Makes the state of an engine that of all workers.
   *
   * @param engine - Not to be used any more.
   * @param options - Of the main thread's engine.
   * @param journal - Where bans are noted; null where they are not.
   * @returns The main thread's engine on that state; workers are told what is done to its policy.
   */
  share(engine: StatefulEngine, policy: Policy, options: EngineOptions, journal: BanJournal | null): StatefulEngine {
    this.#state = shareEngine(engine, { memoryBytes: policy.settings.memoryBytes, snapshots: journal !== null });
    this.#recovery = new Recovery(this.#state, this.#config.report);
    this.#bans = journal?.turns ?? null;
    this.#broadcast.tell("policy", policy);
    const shared = { state: this.#state, worker: 0, patienceMs: PATIENCE_MS };
    const { state } = shared;
    return new SpreadingEngine(createEngine(policy, { ...options, shared }), this.#broadcast, () => stateHolder(state));
  }

  /**
   * Opens the data listener, which takes connections when the workers are up. Where none is up later, it answers by its own routes.
   *
   * @throws {ServerError} As `Listen` does.
   */
  open(options: TransportOptions): Listener {
    const acceptor = this.#accept(options);
    this.#acceptor = acceptor;
    const inFlight = (): number => this.#present.reduce((sum, worker) => sum + worker.inFlight, acceptor.inFlight);
    return {
      host: acceptor.host,
      port: acceptor.port,
      get inFlight() {
        return inFlight();
      },
      drain: () => this.#drain(acceptor),
      close: () => this.#close(acceptor),
    };
  }

  /**
   * Starts all workers, and then takes connections: who asks before is not answered but refused, so that it asks another server.
   *
   * @param log - Where their decisions are logged.
   * @param metrics - Gets what there is to tell of them.
   * @throws {ServerError} `worker_failed`, when one of them does not become ready; `address_in_use`, when something else has begun to
   *   listen there meanwhile.
   */
  async start(log: DecisionLog, metrics: Metrics): Promise<void> {
    this.#log = log;
    this.#addGauges(metrics);
    this.#starting = true;
    for (let number = 1; number <= this.size; number++) this.#startOne(number);
    await this.#moments.until(() => this.up === this.size || this.#ends > 0, Number.POSITIVE_INFINITY);
    this.#starting = false;
    if (this.#ends > 0) throw new ServerError("worker_failed", "a worker did not start; its fault is reported above");
    this.#acceptor?.listen();
    this.standstill.start(() => this.#present);
  }

  /** Resolves when every worker that does not stand still has taken what was told before the call, or after half a minute. */
  async settled(): Promise<void> {
    const { version } = this.#broadcast;
    const all = (): boolean => this.#present.every(({ took, aside }) => aside || took >= version);
    if (await this.#moments.until(all, TAKE_MS)) return;
    const late = this.#present.filter(({ took, aside }) => !aside && took < version).map(({ number }) => number);
    this.#config.report(
      `worker ${late.join(", ")} has not taken what was changed ${TAKE_MS / 1_000} s ago`,
      "worker.late",
    );
  }

  /** @param own - Metrics of the main thread, as text. */
  metrics(own: string): Promise<string> {
    return this.#metrics.total(own, this.#present);
  }

  // ── for the workers ───────────────────────────────────────────────────────

  ready(worker: WorkerHandle): void {
    if (!this.#ending) this.#hand(worker, true);
    if (!this.#starting && !this.#ending) this.report(`worker ${worker.number} is up`, "worker.up");
    this.#moments.tell();
  }

  leaving(worker: WorkerHandle): void {
    this.#retire(worker);
    worker.end(Math.min(GRACE_MS, this.#config.stopTimeoutMs));
  }

  ended(worker: WorkerHandle): void {
    this.#retire(worker);
    this.#workers[worker.number - 1] = null;
    this.#metrics.keep(worker);
    Atomics.store(this.#held, worker.number, 0);
    Atomics.store(this.#forwarded, worker.number, 0);
    this.#recovery?.add(worker.number);
    this.#recover();
    if (!this.#ending) this.#ends++;
    if (!this.#ending && !this.#starting) this.#replace(worker);
    this.#moments.tell();
  }

  took(): void {
    this.#moments.tell();
  }

  answersAgain(worker: WorkerHandle): void {
    this.standstill.over(worker);
  }

  asked(worker: WorkerHandle, { number, of, question }: Ask): void {
    const post = (answer: unknown): void => worker.post({ kind: "answer", number, answer } satisfies Answer);
    if (of !== "outcome") return post(null);
    void this.#observe(question).then(post);
  }

  async #observe(question: Questions["outcome"]["question"]): Promise<OutcomeAnswer | null> {
    const owner = this.#present.find(({ prefix }) => question.id.startsWith(prefix));
    // Who decided is gone, and with it what waited for the outcome.
    return owner === undefined ? { issued: true, counted: false } : owner.asks.ask("outcome", question, OUTCOME_MS);
  }

  log(lines: readonly string[]): void {
    for (const line of lines) this.#log?.write(line);
  }

  get report(): Report {
    return this.#config.report;
  }

  // ── starting, replacing, ending ───────────────────────────────────────────

  #startOne(number: number): void {
    this.#workers[number - 1] = new WorkerHandle(this.#assignment(number), this);
  }

  #addGauges(metrics: Metrics): void {
    metrics.addGauge({ name: "workers", help: "Workers that take connections.", type: "gauge", read: () => this.up });
    const help = "Workers that ended and were replaced.";
    metrics.addGauge({ name: "worker_ends_total", help, type: "counter", read: () => this.ends });
  }

  #assignment(worker: number): Assignment {
    if (this.#state === null) throw new Error("workers need shared state");
    this.#started++;
    return {
      options: this.#options,
      worker,
      workers: this.size,
      serverPrefix: this.#serverPrefix,
      prefix: `${this.#serverPrefix}${this.#started.toString(36)}-`,
      told: this.#broadcast.latest,
      state: this.#state,
      replays: this.#replays,
      seed: this.seed,
      held: this.#held,
      forwarded: this.#forwarded,
      logs: this.#log?.enabled === true,
      bans: this.#bans,
    };
  }

  #hand({ descriptor }: WorkerHandle, connections: boolean): void {
    if (descriptor === null) return;
    if (connections) this.#acceptor?.add(descriptor);
    else this.#acceptor?.remove(descriptor);
  }

  /** Hands no more connections to a worker. */
  #retire(worker: WorkerHandle): void {
    if (worker.serves) this.#hand(worker, false);
    worker.descriptor = null;
  }

  #replace({ number, startedAtMs, wasReady, farewell }: WorkerHandle): void {
    const lasted = wasReady && performance.now() - startedAtMs >= LASTED_MS;
    const waitMs = lasted ? FIRST_WAIT_MS : (this.#waits[number - 1] ?? FIRST_WAIT_MS);
    this.#waits[number - 1] = Math.min(2 * waitMs, LONGEST_WAIT_MS);
    const lost = farewell ? "" : "; what it counted in its last seconds is lost";
    this.report(`worker ${number} ended; another takes its place in ${waitMs} ms${lost}`, "worker.ended");
    this.#later(waitMs, () => this.#startAgain(number));
  }

  /** A number is used again when nothing is left of who had it. */
  #startAgain(number: number): void {
    if (this.#recovery?.has(number) === true) this.#later(FIRST_WAIT_MS, () => this.#startAgain(number));
    else this.#startOne(number);
  }

  #recover(): void {
    const waitMs = this.#recovery?.run() ?? null;
    if (waitMs !== null) this.#later(waitMs, () => this.#recover());
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#ending) run();
    }, ms);
    this.#timers.add(timer);
  }

  #drain(acceptor: Acceptor): void {
    this.#stopReplacing();
    acceptor.drain();
    for (const worker of this.#present) {
      // Until it says how many there are; one that stands still would be waited for in vain.
      worker.inFlight = worker.aside ? 0 : 1;
      worker.post({ kind: "drain" });
    }
  }

  #stopReplacing(): void {
    this.#ending = true;
    this.standstill.stop();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Resolves when the threads are gone: a process that ends before them is aborted. */
  async #close(acceptor: Acceptor): Promise<void> {
    this.#stopReplacing();
    for (const worker of this.#present) {
      this.#retire(worker);
      worker.end(0);
    }
    await this.#moments.until(() => this.#present.length === 0, this.#config.stopTimeoutMs + END_MS);
    for (const worker of this.#present) {
      this.report(`worker ${worker.number} does not end: the process is aborted when all else is done`, "worker.late");
      worker.abandon();
    }
    void acceptor.close();
  }
}
