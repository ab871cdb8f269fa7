/** An engine whose arena is watched: every change of its state must have been told to the guard. */
import { expect } from "vitest";
import { createEngineOn } from "../../engine/engine.ts";
import type { Policy, PolicyEngine } from "../../engine/index.ts";
import { Arena } from "../../engine/state/arena.ts";
import { Recorder } from "./recorder.ts";

/** An engine that checks after each call that nothing changed unannounced. */
export function watched(policy: Policy): PolicyEngine {
  const arena = new Arena(8);
  const engine = createEngineOn(arena, policy);
  const recorder = new Recorder(arena);
  const section = <T>(run: () => T): T => {
    recorder.begin();
    const result = run();
    expect(recorder.lost()).toEqual([]);
    return result;
  };
  return {
    get policy() {
      return engine.policy;
    },
    get needs() {
      return engine.needs;
    },
    readings: {
      signal: (name, keys, now) => section(() => engine.readings.signal(name, keys, now)),
      limit: (name, keys, now) => section(() => engine.readings.limit(name, keys, now)),
      ban: (name, keys, now) => section(() => engine.readings.ban(name, keys, now)),
    },
    decide: (request, now) => section(() => engine.decide(request, now)),
    observe: (token, outcome, now) => section(() => engine.observe(token, outcome, now)),
    routeOf: (request) => engine.routeOf(request),
    reload: (next) => section(() => engine.reload(next)),
    setList: (name, values) => engine.setList(name, values),
    setOverlays: (overlays) => section(() => engine.setOverlays(overlays)),
  };
}
