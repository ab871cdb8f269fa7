/**
 * What an engine drops when its memory is full, of every kind of state: what is equal to fresh as long as anything is, so that no
 * answer tells that it was dropped; then rather what was not seen for long.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Aggregate, Amount, Policy } from "../../engine/index.ts";
import { createEngine, createReference, makeRequest } from "../../engine/index.ts";
import { attributeOf, literalOf, makeLimit, makePolicy, makeSignal } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const WINDOW = 16_000;
const HOUR = 3_600_000_000;
/** Some hundred keys of each declaration fit in. */
const MEMORY = 2 ** 16;
const BATCH = 80;

const number = attributeOf("size", "body.size");
const rate = { allow: 2, perMicros: WINDOW, burst: 2 };
const everything = [
  {
    name: "everything",
    doc: "",
    span: { file: 0, start: 0, end: 0 },
    methods: ["GET" as const],
    host: null,
    segments: [{ kind: "rest" as const }],
    scopes: [],
    minEvidence: null,
    body: [],
  },
];

function withMemory(policy: Policy): Policy {
  return { ...policy, settings: { ...policy.settings, memoryBytes: MEMORY } };
}

function policyOf(aggregate: Aggregate): Policy {
  return withMemory(makePolicy({ routes: everything, signals: [makeSignal("signal", WINDOW, { aggregate })] }));
}

const AGGREGATES: readonly Aggregate[] = [
  { kind: "count" },
  { kind: "sum", value: number },
  { kind: "max", value: number },
  { kind: "distinct", value: number },
  { kind: "share", when: { ...literalOf("bool", true) } },
  { kind: "steps", value: number },
  { kind: "interval", latest: 33 },
  { kind: "novel", value: number },
  { kind: "elapsed", routes: [0] },
  { kind: "overflow", rate, value: null },
];

const AMOUNTS: readonly (readonly [Amount, micros: number])[] = [
  [{ kind: "gcra", rate: literalOf("rate", rate) }, WINDOW],
  [{ kind: "exact", rate: literalOf("rate", rate) }, WINDOW],
  [{ kind: "calendar", count: 2, unit: "hour", zone: "UTC" }, HOUR],
  [{ kind: "leases", count: 2 }, 60_000_000],
];

/** Waves of keys, each over before the next: whatever a key is asked for, both engines say the same. */
function agreeInWaves(policy: Policy, length: number, from: number): void {
  const engines = [createEngine(policy), createReference(policy)] as const;
  for (let wave = 0; wave < 24; wave++) {
    const start = 3 * wave * length;
    for (let visit = 0; visit < 2 * BATCH; visit++) {
      const ip = `10.${(from + wave) % 256}.0.${visit % BATCH}`;
      const request = makeRequest({ ip, path: "/some/path", size: visit % 5 });
      const [compiled, reference] = engines.map((engine) => {
        const decision = engine.decide(request, start + visit).toDecision();
        const key = [{ option: 0, value: ip }];
        const reading = policy.signals.map(({ name }) => engine.readings.signal(name, key, start + visit));
        return JSON.stringify([decision, reading]);
      });
      expect(compiled).toBe(reference);
    }
  }
}

describe("keys that come in waves are answered as if nothing were ever dropped", () => {
  test.each(AGGREGATES)("$kind", (aggregate) => {
    check(
      fc.property(fc.nat(255), (from) => agreeInWaves(policyOf(aggregate), WINDOW, from)),
      { runs: 1 },
    );
  });

  test.each(AMOUNTS)("$kind", (amount, length) => {
    check(
      fc.property(fc.nat(255), (from) => {
        agreeInWaves(withMemory(makePolicy({ limits: [makeLimit("limit", rate, { amount })] })), length, from);
      }),
      { runs: 1 },
    );
  });
});

/** Keys of one byte's worth: which, and when they were seen. */
function address(group: number, index: number): string {
  return `10.${group}.${index >> 8}.${index & 255}`;
}

describe("when all that lives does not fit, what was seen of late is kept before what was not", () => {
  const KEYS = 600;
  test.each(AGGREGATES.filter(({ kind }) => kind !== "novel"))("$kind", (aggregate) => {
    const policy = policyOf(aggregate);
    const engine = createEngine(policy);
    const fresh = engine.readings.signal("signal", [{ option: 0, value: address(9, 0) }], 0);
    // Enough of each key that a share is told, a bucket overflows, and a gap is known.
    const visit = (group: number, start: number): void => {
      for (let index = 0; index < KEYS; index++) {
        for (let time = 0; time < 9; time++) {
          engine.decide(
            makeRequest({ ip: address(group, index), path: "/some/path", size: 1 + (time % 2) }),
            start + index,
          );
        }
      }
    };
    for (let group = 0; group < 4; group++) visit(group, (group * WINDOW) / 8);
    const now = WINDOW / 2;
    const kept = [0, 1, 2, 3].map((group) => {
      const readings = Array.from({ length: KEYS }, (_, index) =>
        engine.readings.signal("signal", [{ option: 0, value: address(group, index) }], now),
      );
      return readings.filter((reading) => reading !== fresh).length;
    });
    expect(kept.reduce((sum, each) => sum + each, 0)).toBeLessThan(4 * KEYS);
    expect(kept[3]).toBeGreaterThan(kept[0] ?? 0);
  });
});
