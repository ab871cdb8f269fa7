/**
 * What each aggregate reads, judged by the table of aggregates in the language reference: naive computations over a log of every event.
 * A windowed reading may be of any span between the window and 17/16 of it.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Aggregate, Policy, PolicyEngine } from "../../engine/index.ts";
import { makeRequest } from "../../engine/index.ts";
import { ENGINES } from "../helpers/engines.ts";
import { attributeOf, kindIs, makePolicy, makeRule, makeSignal } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const KEY = [{ option: 0, value: "10.0.0.1" }] as const;
const FEWEST = 8;

/** One event: its time, a number, and whether a share counts it. */
interface Event {
  readonly at: number;
  readonly value: number;
  readonly hit: boolean;
}

/** A run of events with a window, and how long after the last one the signal is read. */
interface Run {
  readonly window: number;
  readonly events: readonly Event[];
  readonly later: number;
}

const runs: fc.Arbitrary<Run> = fc.constantFrom(16, 160, 1_000, 7_000, 1_000_003).chain((window) => {
  const gap = fc.oneof(
    { weight: 6, arbitrary: fc.nat(Math.ceil(window / 8)) },
    { weight: 1, arbitrary: fc.nat(2 * window) },
  );
  const event = fc.record({
    gap,
    value: fc.oneof({ weight: 3, arbitrary: fc.nat(6) }, { weight: 1, arbitrary: fc.nat(1_000) }),
    hit: fc.boolean(),
  });
  return fc
    .record({ list: fc.array(event, { minLength: 1, maxLength: 60, size: "max" }), later: fc.nat(2 * window) })
    .map(({ list, later }) => {
      let at = window;
      return { window, later, events: list.map((each): Event => ({ ...each, at: (at += each.gap) })) };
    });
});

const number = attributeOf("size", "body.size");
const text = attributeOf("string", "header", "x-a");

function policyOf(aggregate: Aggregate, window: number): Policy {
  const routes = [
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
  return makePolicy({ routes, signals: [makeSignal("signal", window, { aggregate })] });
}

function record(engine: PolicyEngine, { at, value, hit }: Event): string[] {
  const headers = { "x-a": String(value), "x-kind": hit ? "hit" : "miss" };
  const request = makeRequest({ ip: "10.0.0.1", path: "/some/path", size: value, headers });
  return [...engine.decide(request, at).toDecision().labels];
}

/** The signal's reading some time after a run. */
function readingAfter(engine: PolicyEngine, { events, later }: Run): number {
  for (const event of events) record(engine, event);
  return engine.readings.signal("signal", KEY, nowOf({ events, later }));
}

function nowOf({ events, later }: Pick<Run, "events" | "later">): number {
  return (events.at(-1)?.at ?? 0) + later;
}

/** The latest events of a run, as many as may be in the window: from those surely in it to those that 17/16 of it may still hold. */
function possibleWindows(run: Run): (readonly Event[])[] {
  const now = nowOf(run);
  const sure = run.events.filter(({ at }) => at >= now - run.window).length;
  const most = run.events.filter(({ at }) => at > now - (run.window * 17) / 16).length;
  return Array.from({ length: most - sure + 1 }, (_, more) => run.events.slice(run.events.length - sure - more));
}

function percentOf(events: readonly Event[], hits: number): number {
  return events.length < FEWEST ? 0 : (100 * hits) / events.length;
}

describe.each(ENGINES)("$name", ({ make }) => {
  const windowed: readonly (readonly [string, Aggregate, (events: readonly Event[]) => number])[] = [
    ["sum", { kind: "sum", value: number }, (events) => events.reduce((sum, { value }) => sum + value, 0)],
    ["max", { kind: "max", value: number }, (events) => Math.max(0, ...events.map(({ value }) => value))],
    [
      "share",
      { kind: "share", when: kindIs("hit") },
      (events) => percentOf(events, events.filter(({ hit }) => hit).length),
    ],
  ];
  test.each(windowed)("%s is that of the events of the window", (_, aggregate, naive) => {
    check(
      fc.property(runs, (run) => {
        const reading = readingAfter(make(policyOf(aggregate, run.window)), run);
        expect(possibleWindows(run).map(naive)).toContain(reading);
      }),
      { runs: 300 },
    );
  });

  test("steps is the share of events within one of the event before, in the same window", () => {
    check(
      fc.property(runs, (run) => {
        const { events, window } = run;
        const reading = readingAfter(make(policyOf({ kind: "steps", value: text }, window)), run);
        /** Whether an event is a step, where the one before may live for `span`. */
        const isStep = (index: number, span: number): boolean => {
          const [before, event] = [events[index - 1], events[index]];
          if (before === undefined || event === undefined || event.at - before.at >= span) return false;
          return Math.abs(event.value - before.value) <= 1;
        };
        const shares = [window, (window * 17) / 16].flatMap((span) =>
          possibleWindows(run).map((list) => {
            const first = events.length - list.length;
            return percentOf(list, list.filter((_, index) => isStep(first + index, span)).length);
          }),
        );
        fc.pre(events.every(({ at }, index) => !isBetween(at - (events[index - 1]?.at ?? at), window)));
        expect(shares).toContain(reading);
      }),
      { runs: 300 },
    );
  });

  test("interval is the median gap between the latest events of the window", () => {
    check(
      fc.property(runs, fc.constantFrom(2, 3, 4, 8, 33), (run, latest) => {
        const now = nowOf(run);
        const times = run.events.map(({ at }) => at).filter((at) => at > now - run.window);
        const gaps = times
          .flatMap((at, index) => (index === 0 ? [] : [at - (times[index - 1] ?? 0)]))
          .slice(1 - latest);
        const sorted = gaps.toSorted((a, b) => a - b);
        const half = sorted.length / 2;
        const middle = Number.isInteger(half) ? sorted.slice(half - 1, half + 1) : [sorted[Math.floor(half)] ?? 0];
        const mean = middle.reduce((sum, gap) => sum + gap, 0) / middle.length;
        const expected = gaps.length === 0 ? run.window : Math.floor(mean);
        expect(readingAfter(make(policyOf({ kind: "interval", latest }, run.window)), run)).toBe(expected);
      }),
      { runs: 300 },
    );
  });

  test("elapsed is the time since the last event, at most the window", () => {
    check(
      fc.property(runs, (run) => {
        const engine = make(policyOf({ kind: "elapsed", routes: [0] }, run.window));
        expect(engine.readings.signal("signal", KEY, 0)).toBe(run.window);
        expect(readingAfter(engine, run)).toBe(Math.min(run.window, run.later));
      }),
      { runs: 100 },
    );
  });

  test("overflow is true for a window from the event that finds the bucket full", () => {
    const rate = fc.record({
      allow: fc.integer({ min: 1, max: 5 }),
      perMicros: fc.integer({ min: 1, max: 400 }),
      burst: fc.integer({ min: 1, max: 6 }),
    });
    check(
      fc.property(runs, rate, (run, bucket) => {
        const engine = make(policyOf({ kind: "overflow", rate: bucket, value: null }, run.window));
        // The level is counted in parts of an event: `perMicros` parts are one.
        let [level, last, overflow] = [0, 0, -Infinity];
        for (const event of run.events) {
          level = Math.max(0, level - (event.at - last) * bucket.allow) + bucket.perMicros;
          last = event.at;
          if (level > bucket.burst * bucket.perMicros) {
            level = 0;
            if (event.at - overflow >= run.window) overflow = event.at;
          }
          record(engine, event);
          expect(engine.readings.signal("signal", KEY, event.at)).toBe(event.at - overflow < run.window ? 1 : 0);
        }
        const now = nowOf(run);
        expect(engine.readings.signal("signal", KEY, now)).toBe(now - overflow < run.window ? 1 : 0);
      }),
      { runs: 300 },
    );
  });

  test("overflow by values counts each of them once while the bucket has not leaked empty", () => {
    const value = text;
    const rate = { allow: 1, perMicros: 1_000, burst: 3 };
    const engine = make(policyOf({ kind: "overflow", rate, value }, 1_000_000));
    const pour = (at: number, number: number): number => {
      record(engine, { at, value: number, hit: false });
      return engine.readings.signal("signal", KEY, at);
    };
    for (let at = 0; at < 100; at++) expect(pour(at, at % 3)).toBe(0);
    expect(pour(100, 3)).toBe(1);
    expect(pour(1_000_099, 4)).toBe(1);
    expect(pour(1_000_100, 5)).toBe(0);
  });

  test("novel is true of values in no earlier served event of the window, for keys older than an eighth of it", () => {
    const bool = { scalar: "bool", set: false } as const;
    const span = { file: 0, start: 0, end: 0 };
    const seen = makeRule("seen", {
      when: { kind: "signal", type: bool, span, index: 0 },
      action: { kind: "note", label: "novel" },
    });
    const refusing = makeRule("refuse", { when: kindIs("hit"), action: { kind: "block", status: 403, ban: null } });
    check(
      fc.property(runs, (run) => {
        const { signals } = policyOf({ kind: "novel", value: text }, run.window);
        const engine = make(makePolicy({ signals, rules: [seen, refusing] }));
        const served: Event[] = [];
        for (const event of run.events) {
          const alive = served.filter(({ at }) => event.at - at < run.window);
          // The key is as old as its events reach back without a pause as long as the window.
          const pause = served.findLastIndex(
            ({ at }, index) => at - (served[index - 1]?.at ?? -Infinity) >= run.window,
          );
          const young = 8 * (event.at - (served[pause]?.at ?? event.at)) < run.window;
          const known = alive.some(({ value }) => value === event.value);
          const distinct = new Set(served.map(({ value }) => value)).size;
          const labels = record(engine, event);
          if (distinct <= 32) expect(labels).toEqual(alive.length > 0 && !young && !known ? ["novel"] : []);
          if (!event.hit) served.push(event);
        }
      }),
      { runs: 300 },
    );
  });

  describe("deviation", () => {
    const window = 1_600;
    const against = 16 * window;
    const deviation: Aggregate = { kind: "deviation", againstMicros: against };
    /** Sends `rate` requests in a window, spread evenly, from `start` on; tells the reading with the last of them. */
    function send(
      engine: PolicyEngine,
      start: number,
      rate: number,
      hit: (index: number) => boolean = () => false,
    ): number {
      for (let index = 0; index < rate; index++) {
        record(engine, { at: start + Math.floor((index * window) / rate), value: 0, hit: hit(index) });
      }
      return engine.readings.signal("signal", KEY, start + window - 1);
    }

    test("is 0 until a quarter of its baseline was seen, and near 0 for a steady caller", () => {
      const engine = make(policyOf(deviation, window));
      for (let slot = 0; slot < 200; slot++) {
        const reading = send(engine, slot * window, 32);
        if (slot < 4) expect(reading).toBe(0);
        else expect(Math.abs(reading)).toBeLessThan(1);
      }
    });

    test("tells a burst at once, and a caller that falls silent", () => {
      const engine = make(policyOf(deviation, window));
      for (let slot = 0; slot < 50; slot++) send(engine, slot * window, 32);
      expect(send(engine, 50 * window, 96)).toBeGreaterThan(8);
      for (let slot = 51; slot < 100; slot++) send(engine, slot * window, 32);
      expect(engine.readings.signal("signal", KEY, 101 * window)).toBeLessThan(-2);
    });

    test("learns nothing from what was refused, and little from what was served in a flood", () => {
      const refusing = makeRule("refuse", { when: kindIs("hit"), action: { kind: "block", status: 403, ban: null } });
      const { signals } = policyOf(deviation, window);
      /** The reading at twice the usual rate, after a window of `rate` requests of which `refused` tells those that are refused. */
      const doubledAfter = (rate: number, refused: (index: number) => boolean): number => {
        const engine = make(makePolicy({ signals, rules: [refusing] }));
        for (let slot = 0; slot < 50; slot++) send(engine, slot * window, 32);
        send(engine, 50 * window, rate, refused);
        send(engine, 51 * window, 32);
        return send(engine, 52 * window, 64);
      };
      const calm = doubledAfter(32, () => false);
      expect(calm).toBeGreaterThan(5);
      expect(doubledAfter(3_200, (index) => index % 100 !== 0)).toBe(calm);
      expect(doubledAfter(3_200, () => false)).toBeGreaterThan(0.8 * calm);
    });
  });
});

/** Whether a pause is so long that the event before it may or may not still live. */
function isBetween(pause: number, window: number): boolean {
  return pause > window && pause < (window * 17) / 16 + 1;
}
