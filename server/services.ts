/** What the data listener's handlers work with, made once at start, and what of it shows in the metrics. */
import { randomBytes } from "node:crypto";
import { createEngine } from "../engine/index.ts";
import type { EngineOptions, MemoryReading, Policy, PolicyEngine, StatefulEngine } from "../engine/index.ts";
import { Challenges } from "./challenge/challenges.ts";
import type { Config } from "./config.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { DecisionIds } from "./decision-ids.ts";
import { Gate, type OutcomeRelay } from "./gate.ts";
import { Holds } from "./hold.ts";
import { tokenStateOf } from "./identity/token-state.ts";
import { Metrics } from "./metrics.ts";
import type { Loaded } from "./policy-loader.ts";
import { Operation, openParts, type OperationParts } from "./operation.ts";
import { addOperationMetrics } from "./operation-metrics.ts";
import { makeView } from "./policy-view.ts";
import type { Upstream } from "./proxy/upstream.ts";
import { replaysOf } from "./replay/server-replays.ts";
import type { Room } from "./room.ts";
import { StateFile } from "./state/state-file.ts";
import type { Crew } from "./workers/crew.ts";

export interface Services {
  readonly gate: Gate;
  readonly holds: Holds;
  /** Null without an upstream: only `/authz/*` is served. */
  readonly upstream: Upstream | null;
  readonly log: DecisionLog;
  /** Null where state is not kept. */
  readonly state: StateFile | null;
  /** Null where there is nobody to operate it: in a gate of its own. */
  readonly operation: Operation | null;
}

/** Makes the services; where state is kept in a file, with the state that is there. */
export async function makeServices(
  config: Config,
  loaded: Loaded,
  log: DecisionLog,
  engineOf: (policy: Policy, options: EngineOptions) => PolicyEngine = createEngine,
  crew: Crew | null = null,
): Promise<Services> {
  const parts = openParts(config);
  try {
    const services = await servicesOn(parts, config, loaded, log, engineOf, crew);
    try {
      return operated(services, parts, crew);
    } catch (problem) {
      await services.state?.close();
      throw problem;
    }
  } catch (problem) {
    parts.database.close();
    throw problem;
  }
}

async function servicesOn(
  parts: OperationParts,
  config: Config,
  loaded: Loaded,
  log: DecisionLog,
  engineOf: (policy: Policy, options: EngineOptions) => PolicyEngine,
  crew: Crew | null,
): Promise<Services> {
  const { policy } = loaded;
  const options = {
    hashKey: randomHashKey(),
    pendingOutcomes: config.outcomesMax,
    reserve: crew === null,
    onBan: parts.bans.note,
  };
  const state = config.state === null ? null : await StateFile.open(config.state, policy, options, config, crew);
  if (crew !== null) {
    const engine = state?.engine ?? crew.share(createEngine(policy, options), policy, options, null);
    return servicesAround(engine, config, loaded, log, { state, upstream: null }, { others: crew.relay });
  }
  const engine = state === null ? engineOf(policy, options) : state.engine;
  return servicesAround(engine, config, loaded, log, { state, upstream: await openUpstream(config) });
}

function operated(services: Services, parts: OperationParts, crew: Crew | null): Services {
  const { gate, state } = services;
  const operation = new Operation(parts, gate, state, crew);
  addOperationMetrics(gate.metrics, operation);
  return { ...services, operation };
}

/** Loaded here, because its HTTP client is large and a server that only answers proxies has no use for it. */
export async function openUpstream(config: Config, room?: Room): Promise<Upstream | null> {
  if (config.upstream === null) return null;
  const { Upstream } = await import("./proxy/upstream.ts");
  return new Upstream(config.upstream, config, room);
}

/** What a worker has in the place of what a server without workers makes for itself. */
export interface WorkerServices {
  readonly ids: DecisionIds;
  readonly others: OutcomeRelay;
  readonly holds: Holds;
}

/** The services around an engine. */
export function servicesAround(
  engine: PolicyEngine,
  config: Config,
  { policy, verifiers }: Pick<Loaded, "policy" | "verifiers">,
  log: DecisionLog,
  { state, upstream }: Pick<Services, "state" | "upstream">,
  worker: Partial<WorkerServices> = {},
): Services {
  const view = makeView(policy, engine.needs, verifiers, config);
  const challenges = new Challenges(config.challenges, config.report, replaysOf(config));
  challenges.warn(view.challenges);
  const gate = new Gate(config, engine, view, challenges, new Metrics(), log, worker);
  const holds = worker.holds ?? new Holds(config.heldMax);
  const services = { gate, holds, upstream, log, state, operation: null };
  addGauges(services);
  return services;
}

/** Unknown outside, so that nobody can choose keys that fall together in the engine's tables. */
function randomHashKey(): readonly [number, number] {
  const bytes = randomBytes(8);
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
}

function addStateGauges({ metrics }: Gate, state: StateFile): void {
  metrics.addGauge({
    whole: true,
    name: "state_age_seconds",
    help: "Age of the state in the file.",
    type: "gauge",
    read: () => (performance.now() - state.savedAtMs) / 1_000,
  });
  metrics.addGauge({
    whole: true,
    name: "state_write_failures_total",
    help: "Times that the state could not be written.",
    type: "counter",
    read: () => state.failures,
  });
}

/** What is kept of keys, of an engine that tells: the reference interpreter keeps everything. */
export function memoryOf(engine: PolicyEngine): readonly MemoryReading[] {
  return "memory" in engine ? (engine as StatefulEngine).memory() : [];
}

function addMemorySeries({ metrics, engine }: Gate): void {
  const add = (field: "keys" | "bytes" | "dropped" | "sketched", type: "gauge" | "counter", help: string): void =>
    metrics.addSeries({
      whole: true,
      name: `state_${field}${type === "counter" ? "_total" : ""}`,
      help,
      type,
      read: () => memoryOf(engine).map(({ kind, name, mode, [field]: value }) => [{ kind, name, mode }, value]),
    });
  add("keys", "gauge", "Keys that have state, by signal and limit, and bans.");
  add("bytes", "gauge", "Bytes of state in use.");
  add("dropped", "counter", "Keys dropped for want of memory that were not as good as new.");
  add("sketched", "counter", "Answers of a limit that rested on what is remembered of dropped keys.");
}

function addGauges({ gate, holds, upstream, log, state }: Omit<Services, "operation">): void {
  const { metrics } = gate;
  if (state !== null) addStateGauges(gate, state);
  addMemorySeries(gate);
  tokenStateOf(gate.config).addMetrics(metrics);
  for (const each of gate.challenges.series()) metrics.addSeries(each);
  metrics.addGauge({ name: "held_requests", help: "Requests held by slow.", type: "gauge", read: () => holds.current });
  metrics.addGauge({
    name: "held_refused_total",
    help: "Requests throttled because too many were held.",
    type: "counter",
    read: () => holds.refused,
  });
  metrics.addGauge({
    name: "log_dropped_total",
    help: "Decision log lines dropped.",
    type: "counter",
    read: () => log.dropped,
  });
  metrics.addGauge({
    name: "unread_answers_total",
    help: "Answers cut because their callers took nothing of them for too long.",
    type: "counter",
    read: () => metrics.unreadAnswers,
  });
  if (upstream === null) return;
  metrics.addGauge({
    name: "forwarded_requests",
    help: "Requests forwarded and not ended.",
    type: "gauge",
    read: () => upstream.current,
  });
  metrics.addGauge({
    name: "upstream_retries_total",
    help: "Requests sent again because the upstream closed a connection that was kept.",
    type: "counter",
    read: () => upstream.retries,
  });
}
