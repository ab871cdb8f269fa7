/** What must be true of any run: order, bounds, and that no run depends on anything but its inputs. */
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nodeFiles } from "../../dsl/index.ts";
import { createReference } from "../../engine/index.ts";
import { EventQueue } from "../../simulator/event-queue.ts";
import { runScenario, runSeed, scenarioJson, Variants } from "../../simulator/index.ts";
import { deriveStream } from "../../simulator/random.ts";
import { bootstrapRatio, pooledRatio, wilson } from "../../simulator/measures/statistics.ts";
import { literalText } from "../../simulator/sweep/literal-text.ts";
import { check } from "../helpers/property.ts";
import { stage } from "../helpers/scenarios.ts";

const ORDERS = join(import.meta.dirname, "../../examples/orders/orders.edgepolicy");

test("an event queue is a stable sort", () => {
  check(
    fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (times) => {
      const queue = new EventQueue();
      times.forEach((time, i) => queue.push(time, 0, i));
      const taken: number[] = [];
      while (queue.next()) taken.push(queue.actor);
      expect(taken).toEqual(times.map((_, i) => i).toSorted((a, b) => times[a]! - times[b]! || a - b));
    }),
  );
});

test("an event queue is a stable sort however its events are put in, and while some are taken", () => {
  const event = fc.record({ time: fc.nat(20), inOrder: fc.boolean(), take: fc.nat(2) });
  check(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      const queue = new EventQueue();
      let waiting: { readonly time: number; readonly order: number }[] = [];
      const take = (): void => {
        expect(queue.nextTime).toBe(waiting[0]?.time ?? Number.POSITIVE_INFINITY);
        expect(queue.nextFirst).toBe(waiting[0]?.order ?? 0);
        expect(queue.next()).toBe(waiting.length > 0);
        if (waiting.length > 0) expect([queue.time, queue.actor]).toEqual([waiting[0]!.time, waiting[0]!.order]);
        waiting = waiting.slice(1);
      };
      for (const [order, { time, inOrder, take: taken }] of events.entries()) {
        if (inOrder) queue.pushInOrder(time, 0, order, order);
        else queue.push(time, 0, order, order);
        waiting = [...waiting, { time, order }].toSorted((a, b) => a.time - b.time || a.order - b.order);
        expect(queue.size).toBe(waiting.length);
        if (taken === 0) take();
      }
      while (waiting.length > 0) take();
      take();
    }),
  );
});

test("Wilson's interval holds its proportion, and narrows as observations are added", () => {
  check(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(5000), (whole, drawn) => {
      const part = Math.min(drawn, whole);
      const interval = wilson(part, whole);
      const more = wilson(10 * part, 10 * whole);
      expect(interval.low).toBeLessThanOrEqual(part / whole);
      expect(interval.high).toBeGreaterThanOrEqual(part / whole);
      expect(more.high - more.low).toBeLessThan(interval.high - interval.low);
    }),
  );
});

test("a bootstrap stays within the least and the most of its samples", () => {
  const samples = fc.array(fc.nat(1000), { minLength: 1, maxLength: 30 });
  check(
    fc.property(samples, fc.nat(), (parts, seed) => {
      const all = parts.map((part) => ({ part, whole: 1 }));
      const { low, high } = bootstrapRatio(all, deriveStream(seed, "b"));
      expect(low).toBeGreaterThanOrEqual(Math.min(...parts));
      expect(high).toBeLessThanOrEqual(Math.max(...parts));
      expect(low).toBeLessThanOrEqual(pooledRatio(all) + 1e-9);
      expect(high).toBeGreaterThanOrEqual(pooledRatio(all) - 1e-9);
    }),
    { runs: 40 },
  );
});

/** A scenario of five minutes with a drawn population, attack and policy. */
const scenes = fc
  .record({
    rate: fc.integer({ min: 1, max: 4 }),
    burst: fc.integer({ min: 1, max: 15 }),
    every: fc.integer({ min: 1, max: 90 }),
    retries: fc.constantFrom("none", "fixed", "backoff", "full_jitter"),
    sources: fc.integer({ min: 1, max: 40 }),
    tries: fc.integer({ min: 1, max: 8 }),
    reaction: fc.constantFrom("if blocked rotate source", "if throttled slow down", "if blocked give up", ""),
    limit: fc.integer({ min: 1, max: 60 }),
    otherwise: fc.constantFrom("throttle", "block 403", "slow up to 1s"),
    users: fc.integer({ min: 1, max: 30 }),
    seed: fc.nat(1000),
  })
  .map((drawn) => ({
    seed: drawn.seed,
    ...stage(
      `signal users = distinct(username) on login where no client per ip.network over 2m
       limit fair on all per client else ip.network allow ${drawn.limit} per 1m otherwise ${drawn.otherwise}
       rule stuffing on login when users > ${drawn.users} then block for 1m doubling to 1h per ip.network`,
      `population callers = steady { clients [alpha, beta] rate ${drawn.rate} per 5s each retries ${drawn.retries} mix thing 80%, login 20% }
       population jobs = cron { clients [gamma] every ${drawn.every}s burst ${drawn.burst} mix thing 100% }
       attack crowd = credential_stuffing { target login sources ${drawn.sources} rate ${drawn.tries} per 4s success 10% ${drawn.reaction} }
       expect crowd.admitted < 50%`,
    ),
  }));

test("a run is a function of policy, scenario and seed, and both engines give it", { timeout: 60_000 }, () => {
  check(
    fc.property(scenes, ({ policy, scenario, seed }) => {
      const compiled = JSON.stringify(scenarioJson(runScenario(policy, scenario, { seeds: [seed] })));
      const options = { seeds: [seed], createEngine: createReference };
      expect(JSON.stringify(scenarioJson(runScenario(policy, scenario, options)))).toBe(compiled);
    }),
    { runs: 12 },
  );
});

test("what is counted adds up", () => {
  check(
    fc.property(scenes, ({ policy, scenario, seed }) => {
      const { populations, attacks, requests, rules, runs } = runScenario(policy, scenario, { seeds: [seed] });
      const offered = [...populations.map((one) => one.requests), ...attacks.map((one) => one.offered)];
      expect(offered.reduce((a, b) => a + b, 0)).toBe(requests);
      const refused = populations.reduce((sum, one) => sum + one.refused, 0);
      expect(rules.reduce((sum, rule) => sum + rule.refusedPopulations, 0)).toBe(refused);
      for (const run of runs)
        for (const one of run.populations) {
          expect(Object.values(one.verdicts).reduce((a, b) => a + b)).toBe(one.requests);
          expect(one.lost).toBeLessThanOrEqual(one.refused);
          expect(one.harmed).toBeLessThanOrEqual(one.clients);
        }
      for (const { admitted, offered: tries, succeeded, timeline } of attacks) {
        expect(succeeded.most).toBeLessThanOrEqual(admitted);
        expect(timeline.offered.reduce((a, b) => a + b, 0)).toBe(tries);
        expect(timeline.admitted.reduce((a, b) => a + b, 0)).toBe(admitted);
      }
    }),
    { runs: 25 },
  );
});

const ACTORS = [
  "population callers = steady { clients [alpha, beta] rate 1 per 4s each retries full_jitter mix thing 80%, login 20% }",
  "population jobs = cron { clients [gamma] every 20s burst 6 retries backoff mix thing 100% }",
  "population others = steady { clients [gamma] rate 1 per 3s each mix login 100% }",
  "attack crowd = credential_stuffing { target login sources 12 rate 2 per 1s from 30s to 4m success 10% if blocked rotate source }",
  "population backlog = batch { clients [beta] rate 1 per 7s each from 1m to 3m mix thing 100% }",
  "population gusts = bursty { clients [alpha] rate 1 per 5s each mix thing 60%, login 40% }",
  "attack grabber = scraping { target thing sources 4 rate 1 per 3s }",
  "attack trickle = credential_stuffing { target login sources 3 rate 1 per 9s success 1% if throttled slow down }",
];

/** What each actor sends in a run in which nobody is refused anything. */
function offered(actors: readonly string[], seed: number): ReadonlyMap<string, readonly string[]> {
  const { policy, scenario } = stage("signal tries = count on login per ip over 5m", actors.join("\n"));
  const sent = new Map<string, string[]>();
  runSeed(policy, scenario, seed, {
    onDecision: ({ origin, atMicros, request: { method, path, ip, client, body } }) => {
      const lines = sent.get(origin) ?? [];
      lines.push(JSON.stringify([atMicros, method, path, ip, client, body]));
      sent.set(origin, lines);
    },
  });
  return sent;
}

test("adding actors shifts what no other sends, wherever they stand", { timeout: 60_000 }, () => {
  const subsets = fc.shuffledSubarray(ACTORS, { minLength: 1 });
  check(
    fc.property(subsets, fc.nat(1000), (actors, seed) => {
      const all = offered(ACTORS, seed);
      for (const [origin, sent] of offered(actors, seed)) expect(sent).toEqual(all.get(origin));
    }),
    { runs: 20 },
  );
});

test("what a policy refuses shifts nothing that is sent but retries and what adapts", { timeout: 60_000 }, () => {
  const calm = ACTORS.filter((actor) => !/retries|if /.test(actor));
  check(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(1000), (allowed, seed) => {
      const strict = stage(`limit fair on all per client else ip.network allow ${allowed} per 1m`, calm.join("\n"));
      const counts = new Map<string, number>();
      runSeed(strict.policy, strict.scenario, seed, {
        onDecision: ({ origin }) => counts.set(origin, (counts.get(origin) ?? 0) + 1),
      });
      for (const [origin, sent] of offered(calm, seed)) expect(counts.get(origin)).toBe(sent.length);
    }),
    { runs: 10 },
  );
});

const variants = new Variants(ORDERS, nodeFiles);
const { literals } = variants;

test("a variant differs from its policy in the bytes of the numbers that were changed, and in no other", () => {
  const change = fc.record({ at: fc.nat(literals.length - 1), factor: fc.double({ min: 0.2, max: 9, noNaN: true }) });
  check(
    fc.property(fc.uniqueArray(change, { selector: ({ at }) => at, minLength: 1, maxLength: 2 }), (drawn) => {
      const changes = drawn.map(({ at, factor }) => {
        const literal = literals[at]!;
        return { literal, text: literalText(literal.kind, literal.value * factor) };
      });
      for (const [file, { text }] of variants.sources.entries()) {
        const here = changes.filter(({ literal }) => literal.span.file === file);
        let [rest, kept, removed] = [variants.edit(file, changes), text, 0];
        for (const { literal, text: put } of here.toSorted((a, b) => a.literal.span.start - b.literal.span.start)) {
          const at = literal.span.start - removed;
          const length = literal.span.end - literal.span.start;
          expect(rest.slice(at, at + put.length)).toBe(put);
          rest = rest.slice(0, at) + rest.slice(at + put.length);
          kept = kept.slice(0, at) + kept.slice(at + length);
          removed += length;
        }
        expect(rest).toBe(kept);
      }
      const variant = variants.load(changes);
      if (variant.ok) expect(variant.scenarios.map(({ name }) => name)).toEqual(["stuffing_campaign"]);
    }),
    { runs: 40 },
  );
});
