import { describe, expect, test } from "vitest";
import { networkContains } from "../../../engine/index.ts";
import { createEngine, createReference, type Outcome } from "../../../engine/index.ts";
import { EventQueue } from "../../../simulator/event-queue.ts";
import { type DecisionEvent, runSeed } from "../../../simulator/run.ts";
import { ScenarioError } from "../../../simulator/scenario-error.ts";
import { STEADY, STUFFING, type Staged, stage } from "../../helpers/scenarios.ts";

interface Event {
  readonly number: number;
  readonly origin: string;
  readonly at: number;
  readonly line: string;
  readonly ip: string;
  readonly client: string | null;
  readonly verdict: number;
}

function eventsOf({ policy, scenario }: Staged, seed: number): readonly Event[] {
  const events: Event[] = [];
  runSeed(policy, scenario, seed, {
    onDecision: ({ number, origin, atMicros, request, record }: DecisionEvent) => {
      const { method, path, ip, client } = request;
      const user = (request.body as { username?: string } | undefined)?.username ?? "";
      const line = `${method} ${path} ${user}`;
      events.push({ number, origin, at: atMicros, line, ip, client, verdict: record.verdict });
    },
  });
  return events;
}

describe("streams", () => {
  const ofOrigin = (events: readonly Event[], origin: string): unknown =>
    events.filter((one) => one.origin === origin).map(({ number: _number, verdict: _verdict, ...rest }) => rest);

  test("adding an actor shifts no other", () => {
    const alone = eventsOf(stage("", STEADY), 1);
    const crowd = eventsOf(stage("", `${STEADY}\n${STUFFING}`), 1);
    const cron = "population jobs = cron { clients [alpha] every 30s burst 3 mix thing 100% }";
    const all = eventsOf(stage("", `${cron}\n${STEADY}\n${STUFFING}`), 1);
    expect(ofOrigin(crowd, "callers")).toEqual(ofOrigin(alone, "callers"));
    expect(ofOrigin(all, "callers")).toEqual(ofOrigin(alone, "callers"));
    expect(ofOrigin(all, "crowd")).toEqual(ofOrigin(crowd, "crowd"));
    expect(all.length).toBe(crowd.length + 3 * 10);
  });

  test("another policy shifts nobody: runs are compared on common random numbers", () => {
    const free = eventsOf(stage("", STEADY), 1);
    const refused = eventsOf(stage("limit slow_down per client else ip allow 1 per 10s", STEADY), 1);
    expect(refused.filter((one) => one.verdict > 0).length).toBeGreaterThan(100);
    expect(ofOrigin(refused, "callers")).toEqual(ofOrigin(free, "callers"));
  });

  test("another seed is another run", () => {
    const staged = stage("", STEADY);
    expect(eventsOf(staged, 2)[0]).not.toEqual(eventsOf(staged, 1)[0]);
  });
});

describe("actors", () => {
  const events = eventsOf(stage("", STEADY), 7);

  test("time never runs back, and numbers count from 1", () => {
    expect(events.map((one) => one.number)).toEqual(events.map((_, i) => i + 1));
    for (let i = 1; i < events.length; i++) expect(events[i]!.at).toBeGreaterThanOrEqual(events[i - 1]!.at);
  });

  test("clients send their rate and mix, from their own networks", () => {
    expect(Math.abs(events.length - 900)).toBeLessThan(4 * 30);
    const logins = events.filter((one) => one.line.startsWith("POST /login user-")).length / events.length;
    expect(logins).toBeGreaterThan(0.14);
    expect(logins).toBeLessThan(0.26);
    const networks = { alpha: "10.1.0.0/24", beta: "10.2.0.0/24", gamma: "2001:db8:3::/64" };
    for (const [client, network] of Object.entries(networks)) {
      const own = events.filter((one) => one.client === client);
      expect(own.length).toBeGreaterThan(200);
      expect(own.every((one) => networkContains(network, one.ip))).toBe(true);
    }
  });

  test("popular things are asked for most", () => {
    const paths = new Map<string, number>();
    for (const { line } of events) if (line.startsWith("GET")) paths.set(line, (paths.get(line) ?? 0) + 1);
    const most = [...paths].sort((a, b) => b[1] - a[1]);
    expect(most[0]![0]).toBe("GET /things/10000 ");
  });
});

describe("inverse controls", () => {
  test("a policy without rules admits all", () => {
    const { policy, scenario } = stage("", `${STEADY}\n${STUFFING}`);
    const run = runSeed(policy, scenario, 1);
    expect(run.populations[0]).toMatchObject({ refused: 0, harmed: 0, lost: 0, delayedMicros: 0, worst: [] });
    expect(run.attacks[0]).toMatchObject({ admittedPercent: 100, containedMicros: null, firstRefusalMicros: null });
    expect(run.attacks[0]!.succeeded).toBeGreaterThan(0);
  });

  test("a policy that grants nothing admits none", () => {
    const { policy, scenario } = stage("", `${STEADY}\n${STUFFING}`, "default block");
    const run = runSeed(policy, scenario, 1);
    expect(run.populations[0]).toMatchObject({ refusedPercent: 100, harmed: 3 });
    expect(run.attacks[0]).toMatchObject({ admitted: 0, succeeded: 0, containedMicros: 0, firstRefusalMicros: 0 });
    expect(run.rules).toMatchObject([{ name: "no_rule_allows", kind: "built_in", decided: run.requests }]);
  });

  test("without an attack nothing that looks for one speaks", () => {
    const rules =
      "signal users = distinct(username) on login where no client per ip.network over 5m\n" +
      "rule stuffing on login when users > 3 then block for 10m per ip.network";
    const { policy, scenario } = stage(rules, STEADY);
    expect(runSeed(policy, scenario, 1).rules).toMatchObject([{ name: "stuffing", fired: 0 }]);
    const attacked = stage(rules, `${STEADY}\n${STUFFING}`);
    expect(runSeed(attacked.policy, attacked.scenario, 1).rules[0]!.refusedAttacks).toBeGreaterThan(500);
  });
});

test("the compiled engine and the reference decide a run alike", () => {
  const rules =
    "signal failures = count on login where response.status == 401 per ip.network over 1m\n" +
    "signal users = distinct(username) on login per ip.network over 5m\n" +
    "limit fair on all per client else ip.network allow 6 per 10s burst 4 otherwise slow up to 2s\n" +
    "rule stuffing on login when failures > 3 and users > 4 then block for 30s doubling to 5m per ip.network";
  const { policy, scenario } = stage(rules, `${STEADY}\n${STUFFING}`);
  const compiled = runSeed(policy, scenario, 3, { createEngine });
  expect(runSeed(policy, scenario, 3, { createEngine: createReference })).toEqual(compiled);
  expect(compiled.attacks[0]!.verdicts.block).toBeGreaterThan(100);
  expect(compiled.populations[0]!.verdicts.slow).toBeGreaterThan(0);
});

test("an outcome reaches the policy after the delay and the service's latency, and only if it was let through", () => {
  const rules =
    "signal failures = count on login where response.status == 401 per ip over 1m\n" +
    "rule hold on login when failures > 0 then block\n" +
    "rule brake on login then slow 2s";
  const { policy, scenario } = stage(rules, `service { latency 300ms }\n${STUFFING}`);
  const decided: { at: number; verdict: number }[] = [];
  const observed: { at: number; outcome: Outcome }[] = [];
  runSeed(policy, scenario, 1, {
    createEngine: (...given) => {
      const engine = createEngine(...given);
      return {
        policy: engine.policy,
        needs: engine.needs,
        readings: engine.readings,
        routeOf: (request) => engine.routeOf(request),
        reload: (next) => engine.reload(next),
        setList: (name, values) => engine.setList(name, values),
        setOverlays: (overlays) => engine.setOverlays(overlays),
        decide: (request, now) => {
          const record = engine.decide(request, now);
          decided.push({ at: now, verdict: record.verdict });
          return record;
        },
        observe: (token, outcome, now) => {
          observed.push({ at: now, outcome: { ...outcome } });
          return engine.observe(token, outcome, now);
        },
      };
    },
  });
  const through = decided.filter(({ verdict }) => verdict < 2);
  expect(through.length).toBeGreaterThan(20);
  expect(observed.map(({ at }) => at)).toEqual(through.map(({ at }) => at + 2_300_000));
  expect(observed.every(({ outcome }) => outcome.latencyMicros === 300_000)).toBe(true);
});

test("a client that may retry sends a throttled request again, the same one, and counts as served if it gets through", () => {
  const rules = "limit fair on thing per client else ip allow 1 per 2s burst 1";
  const clauses = "population callers = cron { clients [alpha] every 20s burst 2 mix thing 100% retries backoff }";
  const staged = stage(rules, clauses);
  const events = eventsOf(staged, 1);
  for (let firing = 0; firing < 14; firing++) {
    const [first, second, again] = events.slice(3 * firing, 3 * firing + 3);
    expect([first?.verdict, second?.verdict, again?.verdict]).toEqual([0, 3, 0]);
    expect(again?.line).toBe(second?.line);
    expect(again!.at - first!.at).toBe(2_100_000);
  }
  expect(runSeed(staged.policy, staged.scenario, 1).populations[0]).toMatchObject({ lost: 0, refused: 15 });
});

test("a run that would never end is an error that says what to do", () => {
  const { policy, scenario } = stage("", STUFFING.replace("if blocked", "if throttled slow down if blocked"));
  expect(() => runSeed(policy, scenario, 1, { maxRequests: 100 })).toThrow(
    new ScenarioError("more than 100 requests in one run; shorten `run` or lower the rates"),
  );
});

test("a run in which too much waits at once is an error that says what to do", () => {
  const { policy, scenario } = stage("", STEADY);
  const queue = new EventQueue(1024);
  const onDecision = (): void => {
    for (;;) queue.push(0, 0, 0);
  };
  expect(() => runSeed(policy, scenario, 1, { onDecision })).toThrow(
    new ScenarioError(
      "more than 1,024 events wait at once; lower the rates, the service's `latency` or the number of clients",
    ),
  );
});
