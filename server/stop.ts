/** Stops a server gracefully: no new connections, answers for what is in flight, the log on disk. */
import { setTimeout as pause } from "node:timers/promises";
import { tokenStateOf } from "./identity/token-state.ts";
import type { Listeners } from "./listeners.ts";
import type { FollowedLogs } from "./outcomes/follow-outcomes.ts";
import type { Reloader } from "./reload.ts";
import type { Services } from "./services.ts";

/** How often it is looked whether requests are still in flight. */
const LOOK_MS = 10;

export class Stopper {
  /** True from the moment `stop` was called. */
  stopping = false;
  readonly stopped: Promise<void>;
  readonly #services: Services;
  readonly #reloader: Reloader;
  readonly #onSignal = (): void => void this.stop();
  #listeners: Listeners | null = null;
  #logs: FollowedLogs | null = null;
  #resolve: () => void = () => {};

  constructor(services: Services, reloader: Reloader) {
    this.#services = services;
    this.#reloader = reloader;
    this.stopped = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** What is to be closed. */
  take(listeners: Listeners, logs: FollowedLogs): void {
    this.#listeners = listeners;
    this.#logs = logs;
  }

  onSignals(): void {
    process.on("SIGTERM", this.#onSignal);
    process.on("SIGINT", this.#onSignal);
  }

  async stop(): Promise<void> {
    if (this.stopping) return this.stopped;
    this.stopping = true;
    this.#reloader.close();
    const { gate, upstream, log, state, operation } = this.#services;
    const { data, admin, haproxy } = this.#listeners ?? { data: null, admin: null, haproxy: null };
    data?.drain();
    const deadline = performance.now() + gate.config.stopTimeoutMs;
    while ((data?.inFlight ?? 0) > 0 && performance.now() < deadline) await pause(LOOK_MS);
    const keys = tokenStateOf(gate.config).close();
    await data?.close();
    await admin?.close();
    this.#logs?.close();
    await haproxy?.close();
    await upstream?.close();
    await state?.close();
    // In the data folder, which is another server's from then on.
    await keys;
    operation?.close();
    await log.close(gate.config.stopTimeoutMs);
    process.off("SIGTERM", this.#onSignal);
    process.off("SIGINT", this.#onSignal);
    this.#resolve();
  }
}
