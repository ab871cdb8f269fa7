/** Engines in which something goes wrong. */
import { createEngine, type EngineOptions, type Policy, type PolicyEngine } from "../../engine/index.ts";

/** Makes engines whose methods throw where `throws` says so. */
export function faultyWhere(
  throws: (name: string | symbol, given: readonly unknown[]) => boolean,
): (policy: Policy, options: EngineOptions) => PolicyEngine {
  return (policy, options) =>
    new Proxy<PolicyEngine>(createEngine(policy, options), {
      get: (engine, name) => {
        const member = Reflect.get(engine, name, engine) as unknown;
        if (typeof member !== "function") return member;
        return (...given: unknown[]): unknown => {
          if (throws(name, given)) throw new Error("planted");
          return Reflect.apply(member, engine, given) as unknown;
        };
      },
    });
}
