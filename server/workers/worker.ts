/**
 * A worker: decides on the shared state, and serves the connections that the main thread's listener hands it. It tells the main thread what
 * the server has once: log lines, reports, outcomes of others' decisions, metrics.
 *
 * A thread that ends while uWebSockets.js has open handles takes the whole process with it (libuv aborts), so a worker always
 * closes what it serves first, also when something went wrong in it.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { MessagePort } from "node:worker_threads";
import { loadBundle, nodeFiles } from "../../dsl/index.ts";
import { createEngine, type Policy, type StatefulEngine } from "../../engine/index.ts";
import { type Config, readConfig } from "../config.ts";
import { DecisionIds } from "../decision-ids.ts";
import type { Gate, OutcomeAnswer, OutcomeRelay } from "../gate.ts";
import { Holds } from "../hold.ts";
import { tokenStateOf } from "../identity/token-state.ts";
import { makeVerifiers } from "../identity/verifiers.ts";
import { dataServed } from "../listeners.ts";
import { loadUws } from "../load-uws.ts";
import { makeView } from "../policy-view.ts";
import { describeFault } from "../report.ts";
import { joinReplays } from "../replay/server-replays.ts";
import { openUpstream, type Services, servicesAround } from "../services.ts";
import type { Adopter } from "../transport.ts";
import { uwsAdopter } from "../transport-uws.ts";
import { Asks } from "./asks.ts";
import { take, type Takers } from "./broadcast.ts";
import type { Answer, Ask, Assignment, Questions, ToMain, ToWorker } from "./messages.ts";
import { watchHeap } from "./heap-watch.ts";
import { PostedLog } from "./posted-log.ts";
import { SharedRoom } from "./shared-room.ts";
import { WorkerBans } from "./worker-bans.ts";
import { WorkerWatch } from "./worker-watch.ts";

/** Milliseconds that another worker has to say what became of an outcome. */
const OUTCOME_MS = 5_000;
/** How often it is looked whether requests are still in flight. */
const LOOK_MS = 10;
/** By then, connections that were handed over just before the last moment have been taken up. */
const SETTLE_MS = 20;

/** Serves until the main thread says that it ends. */
export async function serveAsWorker(port: MessagePort, task: Assignment): Promise<void> {
  const post = (message: ToMain): void => port.postMessage(message);
  const worker = await Worker.start(task, post);
  port.on("message", (message: ToWorker) => worker.hear(message));
  process.on("uncaughtException", (fault) => worker.leave(fault));
  watchHeap(({ used, limit }) => worker.leave(`its heap is nearly full, ${megabytes(used)} of ${megabytes(limit)} MB`));
  post({ kind: "ready", descriptor: worker.descriptor });
}

class Worker {
  readonly #post: (message: ToMain) => void;
  readonly #services: Services;
  readonly #log: PostedLog;
  readonly #bans: WorkerBans | null;
  readonly #asks: Asks;
  readonly #takers: Takers;
  readonly #adopter: Adopter;
  readonly #watch: WorkerWatch;
  #leaving = false;

  static async start(task: Assignment, post: (message: ToMain) => void): Promise<Worker> {
    const config = configOf(task, post);
    joinReplays(config, task.replays);
    tokenStateOf(config).keys.onChange = (url, bytes) => post({ kind: "keys", url, bytes });
    const { uws } = await loadUws();
    const upstream = await openUpstream(config, roomOf(task.forwarded, task, config.forwardedMax));
    return new Worker(task, config, post, upstream, uwsAdopter(uws));
  }

  private constructor(
    task: Assignment,
    config: Config,
    post: (message: ToMain) => void,
    upstream: Services["upstream"],
    adopt: ReturnType<typeof uwsAdopter>,
  ) {
    const { worker, workers, bans, logs } = task;
    this.#post = post;
    this.#asks = new Asks(post);
    this.#log = new PostedLog(logs, share(config.log.queueBytes, workers), (lines, length) =>
      post({ kind: "log", lines, length }),
    );
    this.#bans = bans === null ? null : new WorkerBans(bans, workers, config.report);
    const [policy, ...later] = policyFirst(task);
    let watch: WorkerWatch | null = null;
    const engine = createEngine(policy, {
      shared: { state: task.state, worker },
      pendingOutcomes: config.outcomesMax,
      onBan: (ban) => {
        this.#bans?.note(ban);
        watch?.bans.note(ban);
      },
    });
    this.#services = servicesAround(
      engine,
      config,
      { policy, verifiers: verifiersOf(policy, config) },
      this.#log,
      { state: null, upstream },
      {
        ids: new DecisionIds(config.outcomesMax, task.prefix),
        others: relay(task.serverPrefix, this.#asks),
        holds: new Holds(config.heldMax, roomOf(task.held, task, config.heldMax)),
      },
    );
    const { gate } = this.#services;
    watch = new WorkerWatch(gate, config, task.seed, (sighted) => post({ kind: "sighted", sighted }));
    gate.watcher = watch;
    this.#watch = watch;
    this.#takers = takersOf(this.#services.gate, engine);
    for (const told of later) take(told, this.#takers);
    this.#adopter = adopt(dataServed(this.#services));
  }

  get descriptor(): number {
    return this.#adopter.descriptor;
  }

  hear(message: ToWorker): void {
    if (message.kind === "told") {
      take(message.told, this.#takers);
      this.#post({ kind: "took", version: message.told.version });
    } else if (message.kind === "ask") this.#answer(message);
    else if (message.kind === "answer") this.#asks.answered(message.number, message.answer);
    else if (message.kind === "logged") this.#log.taken(message.length);
    else if (message.kind === "drain") void this.#drain();
    else void this.#end(message.graceMs);
  }

  #answer({ number, of, question }: Ask): void {
    const { gate } = this.#services;
    let answer: Questions[keyof Questions]["answer"];
    if (of === "metrics") answer = gate.metrics.render(true);
    else if (of === "decisions") answer = this.#watch.recent.find(question);
    else {
      const issued = gate.ids.issued(question.id);
      answer = { issued, counted: issued && gate.observe(question.id, question.outcome) };
    }
    this.#post({ kind: "answer", number, answer } satisfies Answer);
  }

  async #drain(): Promise<void> {
    this.#adopter.drain();
    for (; this.#adopter.inFlight > 0; await pause(LOOK_MS)) {
      this.#post({ kind: "inFlight", count: this.#adopter.inFlight });
    }
    this.#post({ kind: "inFlight", count: 0 });
  }

  /** After an uncaught fault: what is in flight is answered, and then another worker begins anew. */
  leave(fault: unknown): void {
    this.#services.gate.config.report(`ends by a fault: ${describeFault(fault)}`, "fault");
    if (this.#leaving) return;
    this.#leaving = true;
    this.#adopter.drain();
    this.#post({ kind: "leaving" });
  }

  async #end(graceMs: number): Promise<void> {
    const deadline = performance.now() + graceMs;
    await pause(SETTLE_MS);
    while (this.#adopter.inFlight > 0 && performance.now() < deadline) await pause(LOOK_MS);
    const { gate } = this.#services;
    this.#adopter.close();
    await this.#close().catch((fault: unknown) =>
      gate.config.report(`fault while it ends: ${describeFault(fault)}`, "fault"),
    );
    await pause(SETTLE_MS);
    process.exit(0);
  }

  /** Nothing is served any more. */
  async #close(): Promise<void> {
    const { gate, upstream } = this.#services;
    await upstream?.close();
    await this.#log.close();
    this.#bans?.close();
    this.#watch.close();
    this.#post({ kind: "farewell", metrics: gate.metrics.render(true) });
  }
}

/**
 * The server's options as a worker has them: of what is divided among workers it has its share, and what it reports goes to the main
 * thread.
 */
function configOf({ options, workers }: Assignment, post: (message: ToMain) => void): Config {
  const config = readConfig({ ...options, report: (line, event) => post({ kind: "report", line, event }) });
  return {
    ...config,
    outcomesMax: share(config.outcomesMax, workers),
    upstreamConnections: share(config.upstreamConnections, workers),
  };
}

function share(whole: number, workers: number): number {
  return Math.ceil(whole / workers);
}

function roomOf(words: Int32Array, { worker }: Assignment, max: number): SharedRoom {
  return new SharedRoom(max, words, worker);
}

/** The policy, and what was told since. */
function policyFirst({ told }: Assignment): readonly [Policy, ...Assignment["told"]] {
  const [first, ...later] = told;
  if (first?.what !== "policy") throw new Error("a worker begins with a policy");
  return [first.value, ...later];
}

/** The main thread has made sure that there are verifiers for everything, and reported where there are none. */
function verifiersOf(policy: Policy, config: Config): ReturnType<typeof makeVerifiers> {
  const bundle = loadBundle(config.policy, nodeFiles)?.bundle;
  const sources = policy.files.map((path) => ({ path }));
  return makeVerifiers(policy, config, () => "the policy", { sources, bundle });
}

/** What this worker does with what all are told. */
function takersOf(gate: Gate, engine: StatefulEngine): Takers {
  return {
    policy: (policy) => {
      const verifiers = verifiersOf(policy, gate.config);
      engine.reload(policy);
      gate.view = makeView(policy, engine.needs, verifiers, gate.config);
      tokenStateOf(gate.config).keepFor(policy);
    },
    list: ({ name, values }) => void engine.setList(name, values),
    overlays: (overlays) => engine.setOverlays(overlays),
    revocations: (records) => {
      const { revocations } = tokenStateOf(gate.config);
      revocations.replace(records);
      gate.revocations = revocations;
    },
  };
}

/** Outcomes of what other workers decided go to them by way of the main thread. */
function relay(serverPrefix: string, asks: Asks): OutcomeRelay {
  return {
    knows: (id) => id.startsWith(serverPrefix),
    report: (id, outcome): Promise<OutcomeAnswer | null> => asks.ask("outcome", { id, outcome }, OUTCOME_MS),
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}
