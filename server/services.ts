/** What the data listener's handlers work with, made once at start, and what of it shows in the metrics. */
import { randomBytes } from "node:crypto";
import { createEngine } from "../engine/index.ts";
import type { EngineOptions, Policy, PolicyEngine } from "../engine/index.ts";
import type { Config } from "./config.ts";
import type { DecisionLog } from "./decision-log.ts";
import { Gate } from "./gate.ts";
import { Holds } from "./hold.ts";
import { Metrics } from "./metrics.ts";
import type { Loaded } from "./policy-loader.ts";
import { makeView } from "./policy-view.ts";
import { Upstream } from "./proxy/upstream.ts";

export interface Services {
  readonly gate: Gate;
  readonly holds: Holds;
  /** Null without an upstream: only `/authz/*` is served. */
  readonly upstream: Upstream | null;
  readonly log: DecisionLog;
}

export function makeServices(
  config: Config,
  { policy, keys }: Loaded,
  log: DecisionLog,
  engineOf: (policy: Policy, options: EngineOptions) => PolicyEngine = createEngine,
): Services {
  const engine = engineOf(policy, { hashKey: randomHashKey(), pendingOutcomes: config.outcomesMax, reserve: true });
  const gate = new Gate(config, engine, makeView(policy, engine.needs, keys, config), new Metrics(), log);
  const upstream = config.upstream === null ? null : new Upstream(config.upstream, config);
  const services = { gate, holds: new Holds(config.heldMax), upstream, log };
  addGauges(services);
  return services;
}

/** Unknown outside, so that nobody can choose keys that fall together in the engine's tables. */
function randomHashKey(): readonly [number, number] {
  const bytes = randomBytes(8);
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
}

function addGauges({ gate, holds, upstream, log }: Services): void {
  const { metrics } = gate;
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
  if (upstream === null) return;
  metrics.addGauge({
    name: "forwarded_requests",
    help: "Requests forwarded and not ended.",
    type: "gauge",
    read: () => upstream.current,
  });
}
