/** What an engine drops when its memory is full is equal to fresh as long as anything is: no answer tells that it was dropped. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Policy } from "../../engine/index.ts";
import { createEngine, createReference, makeRequest } from "../../engine/index.ts";
import { makeLimit, makePolicy, makeSignal } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const WINDOW = 16_000;
const BATCH = 120;

function policyOf(memoryBytes: number): Policy {
  const plain = makePolicy({
    signals: [makeSignal("hits", WINDOW)],
    limits: [makeLimit("limit", { allow: 2, perMicros: WINDOW, burst: 2 })],
  });
  return { ...plain, settings: { ...plain.settings, memoryBytes } };
}

test("keys that come in waves, each over before the next, are answered as if nothing were ever dropped", {
  timeout: 60_000,
}, () => {
  check(
    fc.property(fc.integer({ min: 8, max: 30 }), fc.integer({ min: 0, max: 255 }), (waves, from) => {
      // Some hundred keys fit into each table; thousands come.
      const engines = [createEngine(policyOf(2 ** 17)), createReference(policyOf(2 ** 17))] as const;
      for (let wave = 0; wave < waves; wave++) {
        const start = wave * 2 * WINDOW;
        for (let visit = 0; visit < 2 * BATCH; visit++) {
          const ip = `10.${(from + wave) % 256}.${visit % 7}.${visit % BATCH}`;
          const [compiled, reference] = engines.map((engine) =>
            JSON.stringify(engine.decide(makeRequest({ ip }), start + visit).toDecision()),
          );
          expect(compiled).toBe(reference);
        }
      }
    }),
    { runs: 6 },
  );
});
