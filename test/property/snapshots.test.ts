/**
 * A snapshot is the state as it was when it began, whatever was decided while it was written; and an engine that takes it up goes on
 * from there.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createEngine,
  createSharedState,
  makeRequest,
  type Policy,
  restoreEngine,
  shareEngine,
  type SharedState,
  type Snapshot,
  type StatefulEngine,
  type TouchedState,
  touchedState,
} from "../../engine/index.ts";
import type { Trace } from "../helpers/generators.ts";
import { arbitraryStateTrace } from "../helpers/generators-state.ts";
import { check, scaled } from "../helpers/property.ts";

type Touched = ReadonlyMap<string, TouchedState>;

function readAll({ readings }: StatefulEngine, touched: Touched, now: number): readonly unknown[] {
  return [...touched.values()].map(({ kind, name, keys }) => [name, keys, readings[kind](name, keys, now)]);
}

function restored(parts: readonly Uint8Array[], policy: Policy): StatefulEngine {
  const read = restoreEngine(Buffer.concat(parts), policy);
  if (!read.ok) throw new Error(read.message);
  return read.engine;
}

interface Taking {
  readonly snapshot: Snapshot;
  readonly parts: Uint8Array[];
  readonly before: readonly unknown[];
  readonly touched: Touched;
  readonly at: number;
}

/** Who decides, in turn, and who takes snapshots of the state. */
interface Engines {
  readonly deciders: readonly StatefulEngine[];
  readonly taker: StatefulEngine;
}

function alone(policy: Policy): Engines {
  const engine = createEngine(policy, { hashKey: [7, 9] });
  return { deciders: [engine], taker: engine };
}

function workersOf(policy: Policy, state: SharedState): Engines {
  const [taker, ...deciders] = [0, 1, 2].map((worker) => createEngine(policy, { shared: { state, worker } }));
  if (taker === undefined) throw new Error("no worker");
  return { deciders, taker };
}

function workers(policy: Policy): Engines {
  return workersOf(policy, createSharedState({ memoryBytes: 1 << 20, hashKey: [7, 9], snapshots: true }));
}

/** Runs the requests of a trace; takes one snapshot after the other, one part after each request. */
function run({ policies: [policy], start, steps }: Trace, make: (policy: Policy) => Engines): number {
  if (policy === undefined) return 0;
  const { deciders, taker } = make(policy);
  const touched = new Map<string, TouchedState>();
  let now = start;
  let taking: Taking | null = null;
  let compared = 0;
  for (const [index, step] of steps.entries()) {
    const engine = deciders[index % deciders.length];
    if (step.kind !== "request" || engine === undefined) continue;
    now += step.gap.kind === "by" ? step.gap.micros : 1_000;
    const request = makeRequest(step.request);
    const record = engine.decide(request, now);
    if (step.outcome !== null) engine.observe(record.token, step.outcome, now);
    for (const each of touchedState(policy, request, now)) touched.set(JSON.stringify(each), each);
    taking ??= {
      snapshot: taker.snapshot(),
      parts: [],
      before: readAll(taker, touched, now),
      touched: new Map(touched),
      at: now,
    };
    const part = taking.snapshot.next();
    if (part !== null) {
      taking.parts.push(part.slice());
      continue;
    }
    expect(readAll(restored(taking.parts, policy), taking.touched, taking.at)).toEqual(taking.before);
    compared += taking.before.length;
    taking = null;
  }
  return compared;
}

test.each([
  ["of an engine", alone],
  ["of workers", workers],
])("the state is as it was when the snapshot began: %s", { timeout: 60_000 }, (_, make) => {
  let compared = 0;
  check(
    fc.property(arbitraryStateTrace, (trace) => {
      compared += run(trace, make);
    }),
    { runs: 150 },
  );
  expect(compared).toBeGreaterThan(scaled(5_000));
});

test("an engine that takes a snapshot up decides as the one that goes on", { timeout: 60_000 }, () => {
  check(
    fc.property(arbitraryStateTrace, ({ policies: [policy], start, steps }) => {
      if (policy === undefined) return;
      const engine = createEngine(policy, { hashKey: [7, 9] });
      let other: StatefulEngine | null = null;
      let now = start;
      for (const [index, step] of steps.entries()) {
        if (step.kind !== "request") continue;
        now += step.gap.kind === "by" ? step.gap.micros : 1_000;
        const request = makeRequest(step.request);
        const decided = engine.decide(request, now).toDecision();
        if (other !== null) expect(other.decide(request, now).toDecision()).toEqual(decided);
        if (index !== steps.length >> 1) continue;
        const snapshot = engine.snapshot();
        const parts: Uint8Array[] = [];
        for (let part = snapshot.next(); part !== null; part = snapshot.next()) parts.push(part.slice());
        other = restored(parts, policy);
      }
    }),
    { runs: 150 },
  );
});

test("workers that take over the state of an engine decide as the one that goes on", { timeout: 60_000 }, () => {
  check(
    fc.property(arbitraryStateTrace, ({ policies: [policy], start, steps }) => {
      if (policy === undefined) return;
      const engine = createEngine(policy, { hashKey: [7, 9] });
      const former = createEngine(policy, { hashKey: [7, 9] });
      let others: readonly StatefulEngine[] = [former];
      let now = start;
      for (const [index, step] of steps.entries()) {
        if (step.kind !== "request") continue;
        now += step.gap.kind === "by" ? step.gap.micros : 1_000;
        const request = makeRequest(step.request);
        const decided = engine.decide(request, now).toDecision();
        expect(others[index % others.length]?.decide(request, now).toDecision()).toEqual(decided);
        if (others.length > 1 || index < steps.length >> 1) continue;
        const { deciders, taker } = workersOf(policy, shareEngine(former, { memoryBytes: 1 << 20 }));
        others = [taker, ...deciders];
      }
    }),
    { runs: 150 },
  );
});
