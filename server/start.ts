/** Starts the enforcement point from its options, and stops it. */
import { loadPolicy, nodeFiles, rememberClients } from "../dsl/index.ts";
import type { EngineOptions, Policy, PolicyEngine } from "../engine/index.ts";
import { ClockWatch } from "./clock-watch.ts";
import type { Config, ServerOptions } from "./config.ts";
import { invalidOption } from "./server-error.ts";
import { readConfig } from "./config.ts";
import { openDecisionLog, type OpenedLog } from "./decision-log.ts";
import { warnOfShortPeppers } from "./identity/peppers.ts";
import { tokenStateOf } from "./identity/token-state.ts";
import type { Listeners } from "./listeners.ts";
import { openListeners } from "./listeners.ts";
import { loadUws, type Uws } from "./load-uws.ts";
import { followOutcomes } from "./outcomes/follow-outcomes.ts";
import type { LoadPolicy, ReloadResult } from "./policy-loader.ts";
import { loadRunnable } from "./policy-loader.ts";
import { Reloader, stampsOfLoad } from "./reload.ts";
import type { Services } from "./services.ts";
import { makeServices } from "./services.ts";
import { Stopper } from "./stop.ts";
import { addressText, type ListenAddress } from "./transport.ts";
import { uwsAcceptor, uwsTransport } from "./transport-uws.ts";
import type { Crew } from "./workers/crew.ts";
import { checkWrittenFiles } from "./written-files.ts";

/** A server that listens. */
export interface RunningServer {
  /** Where the data listener listens, with the port really chosen. */
  readonly address: ListenAddress;
  readonly url: string;
  /** Null where the admin listener is off. */
  readonly adminUrl: string | null;
  /** Where HAProxy asks; null where it does not. */
  readonly haproxy: ListenAddress | null;
  /** Release of uWebSockets.js in use. */
  readonly transport: string;
  /** Threads that decide. */
  readonly workers: number;
  /** The policy that runs now. */
  readonly policy: Policy;
  /** Reads the policy anew; a bad one is refused and the old one goes on, as where a worker holds the state just then. */
  reload(): ReloadResult;
  /** Resolves when every worker decides by what was reloaded last; at once where there are no workers. */
  settled(): Promise<void>;
  /** Takes no new connections, answers what is in flight up to `stopTimeoutMs`, flushes the log. May be called twice. */
  stop(): Promise<void>;
  /** Resolves when the server has stopped. */
  readonly stopped: Promise<void>;
  /** Whether it stopped because a worker stood still: see `stuckExitMs`. */
  readonly gaveUp: boolean;
}

/** What may be replaced: the engine by the reference interpreter, the policy file by something in memory. */
export interface ServerParts {
  /** Makes the engine. Default: the compiled one. */
  readonly createEngine?: (policy: Policy, options: EngineOptions) => PolicyEngine;
  readonly loadPolicy?: LoadPolicy;
}

/**
 * Starts the enforcement point.
 *
 * @throws {ServerError} With a code and what to do: a bad option, a policy with errors (its diagnostics are in `load`), a
 *   missing pepper, a port in use, no uWebSockets.js for this host, a log file that cannot be written.
 */
export async function startServer(options: ServerOptions, parts: ServerParts = {}): Promise<RunningServer> {
  const config = readConfig(options);
  const load = parts.loadPolicy ?? loaderOf(config);
  const loaded = loadRunnable(load, config);
  warnOfShortPeppers(config.peppers, config.report);
  const stamps = stampsOfLoad(loaded.load);
  checkWrittenFiles(config, stamps.keys());
  const { uws, version } = await loadUws(undefined, config.headBytesMax);
  const crew = await makeCrew(config, options, parts, uws);
  const log = await openDecisionLog(config.log, { report: config.report, nowMs: wallClock(config) });
  const services = await makeServices(config, loaded, log, parts.createEngine, crew);
  const reloader = new Reloader(load, services.gate, loaded.load, stamps, (cause, result, by) =>
    services.operation?.reloaded(cause, result, by),
  );
  const stopper = new Stopper(services, reloader);
  const listeners = await openOrClose(services, () =>
    openListeners(services, reloader, stopper, uwsTransport(uws), version, crew),
  );
  stopper.take(listeners, followOutcomes(services.gate, config.outcomesFrom));
  services.operation?.started();
  if (crew !== null) await startOrStop(crew, services, stopper);
  if (config.watch) reloader.watch();
  if (config.clock === null) watchClock(services, stopper);
  if (config.signals) listenToSignals(reloader, stopper, log);
  return describeRunning(services, reloader, stopper, listeners, version, crew);
}

function loaderOf({ policy }: Config): LoadPolicy {
  const readClients = rememberClients();
  return () => loadPolicy(policy, nodeFiles, { readClients });
}

/** Null where the main thread does everything. */
async function makeCrew(config: Config, options: ServerOptions, parts: ServerParts, uws: Uws): Promise<Crew | null> {
  if (config.workers === 1) return null;
  const { Crew } = await import("./workers/crew.ts");
  if (parts.createEngine === undefined) return new Crew(config, options, uwsAcceptor(uws));
  throw invalidOption("workers", "an engine of your own runs on one thread only");
}

async function startOrStop(crew: Crew, { log, gate }: Services, stopper: Stopper): Promise<void> {
  try {
    crew.standstill.onGivenUp = () => void stopper.stop();
    await crew.start(log, gate.metrics);
  } catch (problem) {
    await stopper.stop();
    throw problem;
  }
}

/** Leaves nothing open where a listener cannot be opened. */
async function openOrClose(
  { gate, upstream, log, state, operation }: Services,
  open: () => Promise<Listeners>,
): Promise<Listeners> {
  try {
    return await open();
  } catch (problem) {
    await tokenStateOf(gate.config).close();
    await upstream?.close();
    await log.close(0);
    await state?.close();
    operation?.close();
    throw problem;
  }
}

/** Programs that move logs away send SIGHUP, or SIGUSR1 where that means more than the log. */
function listenToSignals(reloader: Reloader, stopper: Stopper, log: OpenedLog): void {
  const reopen = (): void => log.reopen();
  for (const signal of LOG_SIGNALS) process.on(signal, reopen);
  reloader.onHangup();
  stopper.onSignals();
  void stopper.stopped.then(() => LOG_SIGNALS.forEach((signal) => process.off(signal, reopen)));
}

const LOG_SIGNALS = ["SIGHUP", "SIGUSR1"] as const;

function watchClock({ gate }: Services, stopper: Stopper): void {
  const watch = new ClockWatch({ decisions: () => gate.now() / 1_000, wall: Date.now }, gate.config.report);
  watch.start(gate.metrics);
  void stopper.stopped.then(() => watch.close());
}

function wallClock({ clock }: Config): () => number {
  return clock === null ? Date.now : () => Math.floor(clock() / 1_000);
}

function describeRunning(
  { gate }: Services,
  reloader: Reloader,
  stopper: Stopper,
  { data, admin, haproxy }: Listeners,
  transport: string,
  crew: Crew | null,
): RunningServer {
  return {
    address: { host: data.host, port: data.port },
    url: urlOf(data),
    adminUrl: admin === null ? null : urlOf(admin),
    haproxy: haproxy === null ? null : { host: haproxy.host, port: haproxy.port },
    transport,
    workers: gate.config.workers,
    get policy() {
      return gate.view.policy;
    },
    reload: () => reloader.reload("asked for"),
    settled: async () => crew?.settled(),
    stop: () => stopper.stop(),
    stopped: stopper.stopped,
    get gaveUp() {
      return crew?.standstill.givenUp === true;
    },
  };
}

function urlOf(address: ListenAddress): string {
  return `http://${addressText(address)}`;
}
