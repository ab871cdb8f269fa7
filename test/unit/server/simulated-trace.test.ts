/** A simulated run again, through a running server: what was simulated is what is enforced, decision by decision. */
import { expect, test } from "vitest";
import { createEngine, type Decision, type DecisionRecord, type Request, VERDICTS } from "../../../engine/index.ts";
import { DecisionHash, runSeed, START_MICROS } from "../../../simulator/index.ts";
import { STEADY, STUFFING, stage, textOf } from "../../helpers/scenarios.ts";
import { serve } from "../../helpers/server.ts";

const RULES = `signal failures = count on login where no client and response.status in [401, 403] per ip.network over 2m
limit fair on all per client else ip.network allow 25 per 1m burst 5 otherwise slow up to 2s
limit gentle on thing per client else ip.network allow 40 per 1m
rule guessing on login when failures > 3 then block for 20s doubling to 1h per ip.network
rule quick on thing when has client then allow`;
const ACTORS = `${STEADY}\n${STUFFING.replace("from 1m to 4m", "from 20s to 90s")}`;

type Call = { readonly at: number } & (
  | { readonly kind: "decide"; readonly request: Request }
  | { readonly kind: "observe"; readonly number: number; readonly status: number; readonly latencyMicros: number }
);

/** Runs the scenario, and writes down what the engine was asked and told, in order. */
function recorded() {
  const { policy, scenario } = stage(RULES, ACTORS);
  const calls: Call[] = [];
  const numbers = new Map<number, number>();
  let decided = 0;
  const short = { ...scenario, runMicros: 120e6 };
  const run = runSeed(policy, short, 5, {
    createEngine: (given, options) => {
      const engine = createEngine(given, options);
      return {
        ...{ policy: given, needs: engine.needs, readings: engine.readings },
        routeOf: (request) => engine.routeOf(request),
        reload: (next) => engine.reload(next),
        setList: (name, values) => engine.setList(name, values),
        setOverlays: (overlays) => engine.setOverlays(overlays),
        decide: (request, at) => {
          calls.push({ kind: "decide", at, request: structuredClone(request) });
          const record = engine.decide(request, at);
          numbers.set(record.token, decided++);
          return record;
        },
        observe: (token, outcome, at) => {
          const { status, latencyMicros } = outcome;
          calls.push({ kind: "observe", at, number: numbers.get(token) ?? -1, status, latencyMicros });
          return engine.observe(token, outcome, at);
        },
      };
    },
  });
  return { policy, run, calls };
}

/** The line of `/authz/json` that stands for a request. */
function lineOf({ method, path, host, ip, headers, body, size, ja4, client, evidence }: Request): string {
  const known = { ...(client === null ? {} : { client, evidence }), ...(ja4 === null ? {} : { ja4 }) };
  return JSON.stringify({ method, path, host, ip, headers, body, size, ...known });
}

test("a server decides a simulated run to the same decision hash", { timeout: 60_000 }, async () => {
  const { policy, run, calls } = recorded();
  const { text, files } = textOf(RULES, ACTORS);
  let clock = START_MICROS;
  const server = await serve(text, { clock: () => clock }, files);
  const post = async (path: string, line: string): Promise<Decision & { readonly id: string }> => {
    const answer = await fetch(`${server.url}${path}`, { method: "POST", body: line });
    expect(answer.status, line).toBe(200);
    return (await answer.json()) as Decision & { readonly id: string };
  };
  const routes = createEngine(policy);
  const hash = new DecisionHash();
  const ids: string[] = [];
  const verdicts = new Map<string, number>();
  for (const call of calls) {
    clock = call.at;
    if (call.kind === "observe") {
      const latency = `${call.latencyMicros / 1000}ms`;
      await post("/authz/outcome", JSON.stringify({ id: ids[call.number], status: call.status, latency }));
      continue;
    }
    const answer = await post("/authz/json", lineOf(call.request));
    ids.push(answer.id);
    hash.add(recordOf(answer, call.request), call.at - START_MICROS);
    verdicts.set(answer.verdict, (verdicts.get(answer.verdict) ?? 0) + 1);
  }
  expect(hash.finish()).toBe(run.decisionsHash);
  expect(ids).toHaveLength(run.requests);
  expect([...verdicts.keys()].sort()).toEqual(["allow", "block", "slow", "throttle"]);
  expect(calls.filter(({ kind }) => kind === "observe").length).toBeGreaterThan(50);

  /** What the hash reads, from an answer; the caller and the route are the request's own. */
  function recordOf({ verdict, status, by, reason, delay, retryAfter }: Decision, request: Request): DecisionRecord {
    return {
      ...{ verdict: VERDICTS.indexOf(verdict), status, by, reason },
      ...{ delayMicros: Math.round(delay * 1e6), retryAfterMicros: Math.round(retryAfter * 1e6) },
      ...{ route: routes.routeOf(request), client: policy.clients.findIndex(({ id }) => id === request.client) },
      ...{
        token: 0,
        shadows: 0,
        shadowOf: () => "",
        matches: 0,
        matchOf: () => "",
        toDecision: () => ({}) as Decision,
      },
    };
  }
});
