/** The main thread's engine: on the state that workers share, and what is done to its policy is told to them. */
import type {
  BanEntry,
  DecisionRecord,
  KeyPart,
  MemoryReading,
  Needs,
  Outcome,
  Overlay,
  Policy,
  ReloadReport,
  Request,
  ScalarValue,
  Snapshot,
  StatefulEngine,
  StateReadings,
} from "../../engine/index.ts";
import type { Broadcast } from "./broadcast.ts";

export class SpreadingEngine implements StatefulEngine {
  readonly #engine: StatefulEngine;
  readonly #broadcast: Broadcast;

  constructor(engine: StatefulEngine, broadcast: Broadcast) {
    this.#engine = engine;
    this.#broadcast = broadcast;
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
    const report = this.#engine.reload(policy);
    this.#broadcast.forget("list");
    this.#broadcast.tell("policy", policy);
    return report;
  }

  setList(name: string, values: readonly ScalarValue[]): boolean {
    const known = this.#engine.setList(name, values);
    if (known) this.#broadcast.tell("list", { name, values }, name);
    return known;
  }

  setOverlays(overlays: readonly Overlay[]): void {
    this.#engine.setOverlays(overlays);
    this.#broadcast.tell("overlays", overlays);
  }

  decide(request: Request, nowMicros: number): DecisionRecord {
    return this.#engine.decide(request, nowMicros);
  }
  observe(token: number, outcome: Outcome, nowMicros: number): boolean {
    return this.#engine.observe(token, outcome, nowMicros);
  }
  routeOf(request: Request): number {
    return this.#engine.routeOf(request);
  }
  memory(): readonly MemoryReading[] {
    return this.#engine.memory();
  }
  snapshot(): Snapshot {
    return this.#engine.snapshot();
  }
  putBan(ban: BanEntry): boolean {
    return this.#engine.putBan(ban);
  }
  liftBan(rule: string, keys: readonly KeyPart[]): BanEntry | null {
    return this.#engine.liftBan(rule, keys);
  }
}
