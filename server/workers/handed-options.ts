/**
 * The options in a form that can be cloned: functions stay with the main thread, and a secret that was made at random is the same for all
 * workers.
 */
import type { Config, ServerOptions } from "../config.ts";

export function handedOptions(options: ServerOptions, { log, challenges: { secrets } }: Config): ServerOptions {
  const plain = Object.fromEntries(Object.entries(options).filter(([, value]) => typeof value !== "function"));
  return {
    ...plain,
    policy: options.policy,
    // A worker has no sink of its own, but knows whether there is one.
    log: { ...options.log, sink: log.sink === "off" ? "off" : { file: "" } },
    challenges: { ...options.challenges, secrets },
  };
}
