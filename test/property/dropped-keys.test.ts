/**
 * Limits whose memory is far too small for their callers: what is admitted of any key keeps the limit's promise all the same, however
 * often the key was dropped, the engine taken up from a snapshot, or its memory changed. Judged by plain lists of what was admitted.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Amount,
  type Client,
  createEngine,
  createSharedState,
  makeRequest,
  type Policy,
  type Rate,
  restoreEngine,
  type StatefulEngine,
} from "../../engine/index.ts";
import { attributeOf, equals, literalOf, makeLimit, makePolicy, makeRule, makeSignal } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const START = 1_767_225_600 * SECOND;
const PAGE = 2 ** 14;
const COST = attributeOf("size", "body.size");

function policyOf(amount: Amount, pages: number): Policy {
  const policy = makePolicy({
    limits: [makeLimit("limit", { allow: 1, perMicros: 1, burst: 1 }, { amount, cost: COST })],
  });
  return { ...policy, settings: { ...policy.settings, memoryBytes: pages * PAGE } };
}

function bytesOf(engine: StatefulEngine): Uint8Array {
  const parts: Uint8Array[] = [];
  const snapshot = engine.snapshot();
  for (let part = snapshot.next(); part !== null; part = snapshot.next()) parts.push(part.slice());
  return new Uint8Array(Buffer.concat(parts));
}

function randomOf(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

/** A unit of time and units that were admitted at it. */
interface Admitted {
  readonly at: number;
  readonly units: number;
}

/** Whether a limit with all the memory there is would admit this, after what was admitted. */
type Judge = (admitted: readonly Admitted[], at: number, units: number) => boolean;

function unitsOf(admitted: readonly Admitted[]): number {
  return admitted.reduce((sum, { units }) => sum + units, 0);
}

/** By the arrival time in units of 1 / `allow` microseconds. */
function judgeOfRate({ allow, perMicros, burst }: Rate): Judge {
  const [n, d, b] = [BigInt(allow), BigInt(perMicros), BigInt(burst)];
  const after = (arrival: bigint, { at, units }: Admitted): bigint => {
    const now = BigInt(at) * n;
    return (arrival > now ? arrival : now) + BigInt(units) * d;
  };
  return (admitted, at, units) => after(admitted.reduce(after, 0n), { at, units }) - b * d <= BigInt(at) * n;
}

interface Case {
  readonly name: string;
  readonly amount: Amount;
  readonly judge: Judge;
  /** Keys that come, many more than find room. */
  readonly keys: number;
  /** Longest gap between two requests. */
  readonly gap: number;
  readonly most: number;
}

function caseOfRate(rate: Rate, gap: number): Case {
  const name = `${rate.allow} per ${rate.perMicros} µs burst ${rate.burst}`;
  const amount = { kind: "gcra", rate: literalOf("rate", rate) } as const;
  return { name, amount, judge: judgeOfRate(rate), keys: 3_000, gap, most: rate.burst };
}

function caseOfExact(rate: Rate, gap: number): Case {
  const judge: Judge = (admitted, at, units) =>
    unitsOf(admitted.filter((each) => each.at > at - rate.perMicros)) + units <= rate.allow;
  const amount = { kind: "exact", rate: literalOf("rate", rate) } as const;
  return { name: `${rate.allow} per ${rate.perMicros} µs exact`, amount, judge, keys: 200, gap, most: rate.allow };
}

const hourOf = (at: number): number => Math.floor(at / HOUR);
const CASES: readonly Case[] = [
  caseOfRate({ allow: 3, perMicros: HOUR, burst: 40 }, SECOND),
  caseOfRate({ allow: 7, perMicros: 10 * SECOND, burst: 5 }, 2_000),
  caseOfRate({ allow: 4_294_967_311, perMicros: 1_000 * HOUR, burst: 5 }, 1),
  caseOfExact({ allow: 12, perMicros: 60 * SECOND, burst: 12 }, SECOND / 20),
  caseOfExact({ allow: 60, perMicros: 600 * SECOND, burst: 60 }, SECOND / 4),
  {
    name: "30 per hour",
    amount: { kind: "calendar", count: 30, unit: "hour", zone: "Europe/Rome" },
    judge: (admitted, at, units) => unitsOf(admitted.filter((each) => hourOf(each.at) === hourOf(at))) + units <= 30,
    keys: 2_500,
    gap: 2 * SECOND,
    most: 30,
  },
];

/** What happens to the engine on the way. */
type Turn = (engine: StatefulEngine, amount: Amount, random: (below: number) => number) => StatefulEngine;

const taken: Turn = (engine) => {
  const restored = restoreEngine(bytesOf(engine), engine.policy);
  if (!restored.ok) throw new Error(restored.message);
  return restored.engine;
};
const resized: Turn = (engine, amount, random) => {
  engine.reload(policyOf(amount, 4 + random(4)));
  return engine;
};

/** Runs a trace; whatever is admitted must be what the judge admits. */
function run(
  { amount, judge, keys, gap, most }: Case,
  first: StatefulEngine,
  seed: number,
  turns: readonly Turn[],
): StatefulEngine {
  const random = randomOf(seed);
  const admitted = new Map<number, Admitted[]>();
  let engine = first;
  let at = START;
  for (let step = 0; step < 6_000; step++) {
    at += random(gap + 1);
    if (step % 1_000 === 999) for (const turn of turns) engine = turn(engine, amount, random);
    // A few come again and again, most are strangers.
    const key = random(4) === 0 ? random(10) : random(keys);
    const units = 1 + (random(6) === 0 ? random(most) : 0);
    const record = engine.decide(makeRequest({ ip: `10.0.${key >> 8}.${key & 255}`, size: units }), at);
    if (record.status !== 200) continue;
    const before = admitted.get(key) ?? [];
    expect(judge(before, at, units), `${key} at ${at}`).toBe(true);
    admitted.set(key, [...before, { at, units }]);
  }
  return engine;
}

function memoryOf(engine: StatefulEngine): ReturnType<StatefulEngine["memory"]>[number] {
  const reading = engine.memory().find(({ kind }) => kind === "limit");
  if (reading === undefined) throw new Error("there is no limit");
  return reading;
}

describe.each(CASES)("$name", (each) => {
  const engineOf = (): StatefulEngine => createEngine(policyOf(each.amount, 4));

  test("no key is admitted more than its limit says, whatever was dropped", () => {
    check(
      fc.property(fc.nat(), (seed) => {
        const engine = run(each, engineOf(), seed, []);
        const { dropped, sketched, bytes } = memoryOf(engine);
        expect(dropped).toBeGreaterThan(0);
        expect(sketched).toBeGreaterThan(0);
        expect(bytes).toBeLessThanOrEqual(4 * PAGE);
      }),
      { runs: 6 },
    );
  });

  test("nor over snapshots and changes of memory", () => {
    check(
      fc.property(fc.nat(), (seed) => {
        const engine = run(each, engineOf(), seed, [taken, resized]);
        expect(memoryOf(engine).dropped).toBeGreaterThan(0);
      }),
      { runs: 6 },
    );
  });

  test("nor in state that workers share", () => {
    check(
      fc.property(fc.nat(), (seed) => {
        const state = createSharedState({ memoryBytes: 8 * PAGE });
        const workers = [0, 1].map((worker) => createEngine(policyOf(each.amount, 4), { shared: { state, worker } }));
        const other: Turn = (engine) => workers.find((worker) => worker !== engine) ?? engine;
        const engine = run(each, workers[0] as StatefulEngine, seed, [other]);
        expect(memoryOf(engine).dropped).toBeGreaterThan(0);
      }),
      { runs: 4 },
    );
  });
});

const flooded = (amount: Amount): Policy => policyOf(amount, 4);
const NOBODY_ELSE = "198.51.100.7";

/** Requests of so many callers that were never seen, one each. */
function flood(engine: StatefulEngine, callers: number, at: number): number {
  let admitted = 0;
  for (let caller = 0; caller < callers; caller++) {
    const ip = `10.${caller >> 16}.${(caller >> 8) & 255}.${caller & 255}`;
    if (engine.decide(makeRequest({ ip, size: 1 }), at).status === 200) admitted++;
  }
  return admitted;
}

describe("a flood of callers that were never seen", () => {
  const rate = { allow: 100, perMicros: HOUR, burst: 100 };
  const amounts: readonly Amount[] = [
    { kind: "gcra", rate: literalOf("rate", rate) },
    { kind: "exact", rate: literalOf("rate", rate) },
    { kind: "calendar", count: 100, unit: "hour", zone: "UTC" },
  ];

  test.each(amounts)("lifts nobody's own limit: $kind", (amount) => {
    const engine = createEngine(flooded(amount));
    const call = (at: number): number => engine.decide(makeRequest({ ip: NOBODY_ELSE, size: 1 }), at).status;
    for (let count = 0; count < 100; count++) expect(call(START)).toBe(200);
    for (let wave = 0; wave < 3; wave++) {
      flood(engine, 20_000, START + SECOND);
      expect(call(START + 2 * SECOND)).toBe(429);
    }
  });

  test.each(amounts)("is over when its hour is: $kind", (amount) => {
    const engine = createEngine(flooded(amount));
    flood(engine, 20_000, START);
    const { sketched } = memoryOf(engine);
    expect(sketched).toBeGreaterThan(0);
    const later = START + 101 * HOUR;
    const decision = engine.decide(makeRequest({ ip: NOBODY_ELSE, size: 1 }), later).toDecision();
    expect(decision.limits).toEqual([{ name: "limit", remaining: 99, resetAfter: expect.any(Number) as number }]);
    expect(memoryOf(engine).sketched).toBe(sketched);
  });

  test.each(amounts)("marks the decisions that rest on what was dropped: $kind", (amount) => {
    const engine = createEngine(flooded(amount));
    let marked = 0;
    for (let caller = 0; caller < 5_000; caller++) {
      const request = makeRequest({ ip: `10.0.${caller >> 8}.${caller & 255}`, size: 1 });
      const { limits } = engine.decide(request, START).toDecision();
      if (limits[0]?.sketched === true) marked++;
    }
    expect(marked).toBeGreaterThan(0);
    expect(marked).toBe(memoryOf(engine).sketched);
  });
});

/** Requests of random callers, at every tenth of which the state has no more pages than the memory; returns the fewest keys dropped of anything. */
function spray(declared: Partial<Policy>, callers: number): number {
  const base = makePolicy(declared);
  const memoryBytes = 60 * PAGE;
  const engine = createEngine({ ...base, settings: { ...base.settings, memoryBytes } });
  const random = randomOf(7);
  for (let step = 1; step <= callers; step++) {
    const ip = `${1 + random(200)}.${random(256)}.${random(256)}.${random(256)}`;
    engine.decide(makeRequest({ ip, size: random(100) }), START + step);
    if (step % (callers / 10) !== 0) continue;
    const bytes = engine.memory().reduce((sum, reading) => sum + reading.bytes, 0);
    expect(bytes).toBeLessThanOrEqual(memoryBytes);
    expect(bytes).toBeGreaterThan(memoryBytes / 4);
  }
  const readings = engine.memory().filter(({ kind }) => kind !== "bans");
  return readings.reduce((least, { dropped }) => Math.min(least, dropped), callers);
}

describe("random callers take no more pages than the memory has", () => {
  // Enough that what is remembered of those that were dropped refuses few: a refused caller is charged nothing.
  const rate = { allow: 1_000, perMicros: HOUR, burst: 1_000 };
  const limits = (amount: Amount): Partial<Policy> => ({ limits: [makeLimit("limit", rate, { amount })] });

  test("a million of them, of a signal and a limit", () => {
    const declared = { signals: [makeSignal("count", HOUR)], limits: [makeLimit("pace", rate)] };
    expect(spray(declared, 1_000_000)).toBeGreaterThan(900_000);
  }, 120_000);

  test.each<readonly [string, Partial<Policy>]>([
    ["distinct", { signals: [makeSignal("sizes", HOUR, { aggregate: { kind: "distinct", value: COST } })] }],
    ["exact", limits({ kind: "exact", rate: literalOf("rate", rate) })],
    ["calendar", limits({ kind: "calendar", count: 1_000, unit: "day", zone: "UTC" })],
    ["at once", limits({ kind: "leases", count: 3 })],
  ])("a hundred thousand, of %s", (_, declared) => {
    expect(spray(declared, 100_000)).toBeGreaterThan(80_000);
  });
});

function makeClient(id: string): Client {
  return {
    id,
    kind: "partner",
    purpose: "",
    owner: { team: "core", accountable: null },
    environment: "prod",
    status: "active",
    plan: "",
    expires: null,
    reviewBy: null,
    rate: null,
    operations: ["*"],
    scopes: [],
    networks: [],
    tags: [],
    labels: {},
    expect: {},
    credentials: [],
  };
}

describe("keys of clients of the inventory", () => {
  const CLIENTS = Array.from({ length: 100 }, (_, index) => `client-${index}`);
  const keys = [{ options: [attributeOf("string", "client.id"), attributeOf("ip", "ip")] }];
  const rate = { allow: 50, perMicros: HOUR, burst: 50 };
  const declared: Partial<Policy> = {
    clients: CLIENTS.map((id) => makeClient(id)),
    signals: [
      makeSignal("calls", HOUR, { keys }),
      makeSignal("sizes", HOUR, { keys, aggregate: { kind: "distinct", value: COST } }),
    ],
    limits: [
      makeLimit("pace", rate, { keys }),
      makeLimit("log", rate, { keys, amount: { kind: "exact", rate: literalOf("rate", rate) } }),
      makeLimit("quota", rate, { keys, amount: { kind: "calendar", count: 900, unit: "day", zone: "UTC" } }),
      makeLimit("slots", rate, { keys, amount: { kind: "leases", count: 9 } }),
    ],
    rules: [
      makeRule("greedy", {
        when: equals(attributeOf("number", "body.size"), literalOf("number", 1)),
        action: {
          kind: "block",
          status: 403,
          ban: { forMicros: 600 * SECOND, doublingToMicros: null, keys, on: null, stateId: "greedy" },
        },
      }),
    ],
  };

  test("are not dropped for those of strangers", () => {
    const base = makePolicy(declared);
    const memoryBytes = 160 * PAGE;
    const engine = createEngine({ ...base, settings: { ...base.settings, memoryBytes } });
    const roomy = createEngine(base);
    const both = [engine, roomy] as const;
    for (const [index, client] of CLIENTS.entries()) {
      for (let call = 0; call < 4; call++) {
        // A few are banned by their last call.
        const size = call === 3 && index % 7 === 0 ? 1 : 2 + call;
        for (const each of both) each.decide(makeRequest({ ip: "192.0.2.1", client, size }), START + call);
      }
    }
    for (let caller = 0; caller < 40_000; caller++) {
      const ip = `10.${caller >> 16}.${(caller >> 8) & 255}.${caller & 255}`;
      engine.decide(makeRequest({ ip, size: 1 + (caller % 2) }), START + SECOND);
    }
    for (const { kind, dropped } of engine.memory()) expect([kind, dropped > 0]).toEqual([kind, true]);
    const now = START + 2 * SECOND;
    for (const client of CLIENTS) {
      const key = [{ option: 0, value: client }];
      const [kept, all] = both.map(({ readings }) => [
        ...base.signals.map(({ name }) => readings.signal(name, key, now)),
        ...base.limits.map(({ name }) => readings.limit(name, key, now)),
        readings.ban("greedy", key, now),
      ]);
      expect(kept).toEqual(all);
    }
  });
});
