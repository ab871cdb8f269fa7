/** A worker as the main thread sees it, and for how long it waits for it. */
import { Worker } from "node:worker_threads";
import { Asks } from "./asks.ts";
import type { Told } from "./broadcast.ts";
import type { Ask, Assignment, ToMain, ToWorker } from "./messages.ts";
import { type MetricSums, readMetrics } from "./sum-metrics.ts";
import type { Sighted } from "./worker-watch.ts";
import type { Report } from "../report.ts";

/** What the main thread does for its workers. */
export interface Employer {
  ready(worker: WorkerHandle): void;
  leaving(worker: WorkerHandle): void;
  /** It is gone, whatever the reason. */
  ended(worker: WorkerHandle): void;
  /** It was silent, and says something. */
  answersAgain(worker: WorkerHandle): void;
  /** Something was taken that was told: see `took`. */
  took(): void;
  asked(worker: WorkerHandle, ask: Ask): void;
  log(lines: readonly string[]): void;
  readonly report: Report;
  sighted(sighted: Sighted): void;
  /** It fetched a key set with other keys. */
  fetched(url: string, bytes: Uint8Array): void;
}

/** The thread's file has the ending that this one has, before and after the build. */
const THREAD = new URL(`./thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/** Milliseconds that a worker has to become ready, and to end besides those for what is in flight. */
export interface Patience {
  readonly startMs: number;
  readonly endMs: number;
}

/** A large policy is compiled in seconds. */
const PATIENCE: Patience = { startMs: 60_000, endMs: 10_000 };

export class WorkerHandle {
  readonly number: number;
  readonly prefix: string;
  readonly asks: Asks;
  readonly startedAtMs: number = performance.now();
  /** Where connections are handed to; null while none are. */
  descriptor: number | null = null;
  /** Whether it was ready once: it may have connections open. */
  wasReady = false;
  /** Version of what it was told that is in force. */
  took: number;
  /** Requests in flight, told while it drains. */
  inFlight = 0;
  /** What it said of its metrics last. */
  metrics: MetricSums = new Map();
  /** Whether those were its last words. */
  farewell = false;
  /** Since when it does not answer; null where it does. */
  silentSinceMs: number | null = null;
  /** Whether connections go to others until it answers. */
  aside = false;
  /** Whether it is gone. */
  gone = false;
  readonly #worker: Worker;
  readonly #employer: Employer;
  readonly #patience: Patience;
  #wait: NodeJS.Timeout;
  readonly #untold = new Map<string, Told>();
  /** Since when it should have ended. */
  #lateSinceMs: number | null = null;

  constructor(task: Assignment, employer: Employer, patience: Patience = PATIENCE) {
    this.number = task.worker;
    this.prefix = task.prefix;
    this.took = task.told.at(-1)?.version ?? 0;
    this.asks = new Asks((ask) => this.post(ask));
    this.#employer = employer;
    this.#patience = patience;
    this.#worker = new Worker(THREAD, { workerData: task, name: `edgepolicy worker ${task.worker}` });
    this.#worker.on("message", (message: ToMain) => this.#hear(message));
    this.#worker.on("error", (fault) =>
      employer.report(`worker ${this.number}: ${fault.stack ?? fault.message}`, "fault"),
    );
    this.#wait = setTimeout(() => this.#giveUp(), patience.startMs);
    this.#worker.on("exit", () => {
      clearTimeout(this.#wait);
      this.gone = true;
      this.asks.giveUp();
      employer.ended(this);
    });
  }

  /** Whether connections are handed to it. */
  get serves(): boolean {
    return this.descriptor !== null && !this.aside;
  }

  /** Milliseconds since it should have answered, or ended; 0 where it does what it should. */
  get stillMs(): number {
    const sinceMs = this.#lateSinceMs ?? this.silentSinceMs;
    return sinceMs === null ? 0 : performance.now() - sinceMs;
  }

  post(message: ToWorker): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage(message);
  }

  /** Tells it what changed. What is large waits here while it stands still, the latest alone: behind what it was told before, all would. */
  tell(told: Told): void {
    if (!this.aside || (told.what !== "policy" && told.what !== "list")) return this.post({ kind: "told", told });
    if (told.what === "policy") this.#untold.clear();
    this.#untold.set(`${told.what} ${told.key}`, told);
  }

  /** It answers again, and gets connections again. */
  catchUp(): void {
    this.aside = false;
    for (const told of this.#untold.values()) this.post({ kind: "told", told });
    this.#untold.clear();
  }

  /** Tells it to end, and says so where it does not. Nobody else can end it: see `abandon`. */
  end(graceMs: number): void {
    this.post({ kind: "end", graceMs });
    clearTimeout(this.#wait);
    this.#wait = setTimeout(() => this.#isLate(), graceMs + this.#patience.endMs);
  }

  /** Lets the process end without it. Whoever ends a thread that has connections open, or a process with one, aborts the process. */
  abandon(): void {
    clearTimeout(this.#wait);
    this.#worker.unref();
  }

  /** Nothing is open in one that is not ready, so it can be ended from here. */
  #giveUp(): void {
    const { startMs } = this.#patience;
    this.#employer.report(`worker ${this.number} is not ready after ${startMs} ms and is ended`, "worker.late");
    void this.#worker.terminate();
  }

  #isLate(): void {
    this.#lateSinceMs = performance.now();
    const line = `worker ${this.number} was told to end and does not; nobody takes its place until the server is restarted`;
    this.#employer.report(line, "worker.late");
  }

  #hear(message: ToMain): void {
    const employer = this.#employer;
    if (this.silentSinceMs !== null) {
      this.silentSinceMs = null;
      employer.answersAgain(this);
    }
    if (message.kind === "log") {
      employer.log(message.lines);
      this.post({ kind: "logged", length: message.length });
    } else if (message.kind === "ask") employer.asked(this, message);
    else if (message.kind === "answer") this.asks.answered(message.number, message.answer);
    else if (message.kind === "report") employer.report(`worker ${this.number}: ${message.line}`, message.event);
    else if (message.kind === "sighted") employer.sighted(message.sighted);
    else if (message.kind === "keys") employer.fetched(message.url, message.bytes);
    else if (message.kind === "inFlight") this.inFlight = message.count;
    else if (message.kind === "took") {
      this.took = Math.max(this.took, message.version);
      employer.took();
    } else if (message.kind === "ready") {
      clearTimeout(this.#wait);
      this.descriptor = message.descriptor;
      this.wasReady = true;
      employer.ready(this);
    } else if (message.kind === "leaving") employer.leaving(this);
    else {
      this.metrics = readMetrics(message.metrics);
      this.farewell = true;
    }
  }
}
