/** The main thread's engine: on the state that workers share, and what is done to its policy is told to them. */
import {
  type BanEntry,
  type DecisionRecord,
  type KeyPart,
  type MemoryReading,
  type Needs,
  type Outcome,
  type Overlay,
  type Policy,
  type ReloadReport,
  type Request,
  type ScalarValue,
  type Snapshot,
  StateHeldError,
  type StatefulEngine,
  type StateReadings,
} from "../../engine/index.ts";
import type { Broadcast } from "./broadcast.ts";

/** How often it is tried again to do what the state was held against. */
const RETRY_MS = 100;
/** For how long a worker that was waited for in vain is not waited for again, unless it lets go: each wait keeps this whole thread. */
const NO_WAIT_MS = 10_000;

export class SpreadingEngine implements StatefulEngine {
  readonly #engine: StatefulEngine;
  readonly #broadcast: Broadcast;
  #memory: readonly MemoryReading[] = [];
  #retry: NodeJS.Timeout | null = null;
  readonly #holder: () => number | null;
  /** Who was waited for in vain, and until when it is not waited for again. */
  #heldBy: number | null = null;
  #waitsFromMs = 0;

  /** @param holder - Number of the thread that is inside the state now. */
  constructor(engine: StatefulEngine, broadcast: Broadcast, holder: () => number | null) {
    this.#engine = engine;
    this.#broadcast = broadcast;
    this.#holder = holder;
  }

  get policy(): Policy {
    return this.#engine.policy;
  }
  get needs(): Needs {
    return this.#engine.needs;
  }
  get readings(): StateReadings {
    return this.#engine.readings;
  }

  /**
   * After a reload, lists that were replaced before are put into the new policy by `setList`, so what was told of them before no longer
   * counts.
   */
  reload(policy: Policy): ReloadReport {
    const report = this.#waiting(() => this.#engine.reload(policy));
    this.#broadcast.forget("list");
    this.#broadcast.tell("policy", policy);
    return report;
  }

  setList(name: string, values: readonly ScalarValue[]): boolean {
    const known = this.#engine.setList(name, values);
    if (known) this.#broadcast.tell("list", { name, values }, name);
    return known;
  }

  /** A worker that holds the state keeps nobody from being contained: the others wait for it, and are told meanwhile. */
  setOverlays(overlays: readonly Overlay[]): void {
    this.#putOverlays(overlays);
    this.#broadcast.tell("overlays", overlays);
  }

  #putOverlays(overlays: readonly Overlay[]): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    try {
      this.#waiting(() => this.#engine.setOverlays(overlays));
    } catch (problem) {
      if (!(problem instanceof StateHeldError)) throw problem;
      this.#retry = setTimeout(() => this.#putOverlays(overlays), RETRY_MS).unref();
    }
  }

  decide(request: Request, nowMicros: number): DecisionRecord {
    if (this.#heldBy !== null) this.#mayWait();
    try {
      return this.#engine.decide(request, nowMicros);
    } catch (problem) {
      throw this.#noted(problem);
    }
  }
  observe(token: number, outcome: Outcome, nowMicros: number): boolean {
    if (this.#heldBy !== null) this.#mayWait();
    try {
      return this.#engine.observe(token, outcome, nowMicros);
    } catch (problem) {
      throw this.#noted(problem);
    }
  }

  /** As {@link decide} does it, for what may make a closure. */
  #waiting<T>(run: () => T): T {
    if (this.#heldBy !== null) this.#mayWait();
    try {
      return run();
    } catch (problem) {
      throw this.#noted(problem);
    }
  }

  /** @throws {StateHeldError} Where the same worker still holds the state. */
  #mayWait(): void {
    const heldBy = this.#heldBy;
    if (heldBy !== null && performance.now() < this.#waitsFromMs && this.#holder() === heldBy)
      throw new StateHeldError(heldBy, false);
    this.#heldBy = null;
  }

  #noted(problem: unknown): unknown {
    if (problem instanceof StateHeldError) {
      this.#heldBy = problem.worker;
      this.#waitsFromMs = performance.now() + NO_WAIT_MS;
    }
    return problem;
  }
  routeOf(request: Request): number {
    return this.#engine.routeOf(request);
  }
  /** What was read last where a worker holds the state: whoever looks at the metrics then needs the rest of them. */
  memory(): readonly MemoryReading[] {
    try {
      this.#memory = this.#waiting(() => this.#engine.memory());
    } catch (problem) {
      if (!(problem instanceof StateHeldError)) throw problem;
    }
    return this.#memory;
  }
  snapshot(): Snapshot {
    return this.#waiting(() => this.#engine.snapshot());
  }
  putBan(ban: BanEntry): boolean {
    return this.#engine.putBan(ban);
  }
  liftBan(rule: string, keys: readonly KeyPart[]): BanEntry | null {
    return this.#engine.liftBan(rule, keys);
  }
}
