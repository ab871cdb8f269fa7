/** A gate over a policy given as text, without sockets. */
import { loadPolicyText } from "../../dsl/index.ts";
import { createEngine } from "../../engine/index.ts";
import type { ServerOptions } from "../../server/index.ts";
import { readConfig } from "../../server/config.ts";
import type { DecisionLog } from "../../server/decision-log.ts";
import type { Gate } from "../../server/gate.ts";
import { type LoadPolicy, loadRunnable } from "../../server/policy-loader.ts";
import { servicesAround } from "../../server/services.ts";

export interface GateSetup {
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: Partial<ServerOptions>;
  /** Loads the policy instead. */
  readonly load?: LoadPolicy;
  /** Gets each line of the decision log. */
  readonly onLine?: (line: string) => void;
}

export function makeGate(policy: string, { files = {}, options = {}, load, onLine }: GateSetup = {}): Gate {
  const config = readConfig({ policy: "policy.edgepolicy", ...options });
  const log: DecisionLog = {
    enabled: onLine !== undefined,
    dropped: 0,
    write: (line) => onLine?.(line),
    close: async () => {},
  };
  const loaded = loadRunnable(load ?? (() => loadPolicyText(policy, files)), config);
  return servicesAround(createEngine(loaded.policy), config, loaded, log, { state: null, upstream: null }).gate;
}
