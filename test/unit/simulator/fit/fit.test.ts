/** Populations that are fitted to traffic: what the simulator sends is found again, and recorded traffic is told apart. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { format, loadPolicyText, type Scenario } from "../../../../dsl/index.ts";
import { makeOutcome, makeRequest, type Policy } from "../../../../engine/index.ts";
import { fitText } from "../../../../simulator/fit/fit-text.ts";
import { type FittedPopulation, type FittedTraffic, TrafficFit } from "../../../../simulator/fit/traffic-fit.ts";
import { runSeed } from "../../../../simulator/run.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";

const CLIENTS = Array.from({ length: 8 }, (_, index) => `client_${index}`);
const FILES = { "clients.yaml": inventoryOf(CLIENTS.map((client) => ({ client, key: client }))) };
const POLICY = `policy "fitted" { default allow }
clients from "clients.yaml"
route order = GET "/orders/{id}"
route orders = GET "/orders"
route login = POST "/login"
`;

function load(text: string): { readonly policy: Policy; readonly scenarios: readonly Scenario[] } {
  const { policy, scenarios, diagnostics } = loadPolicyText(POLICY + text, FILES);
  if (policy === null) throw new Error(diagnostics.map(({ message, help }) => `${message} (${help})`).join("\n"));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return { policy, scenarios };
}

/** What is fitted to a run of a scenario. */
function refitted(body: string, seed = 1): { readonly fit: FittedTraffic; readonly policy: Policy } {
  const { policy, scenarios } = load(`scenario s { ${body} }`);
  const fit = new TrafficFit(policy);
  runSeed(policy, scenarios[0]!, seed, {
    onDecision: ({ atMicros, number, request }) => {
      fit.add({ at: atMicros, log: 0, line: number, record: { request, at: atMicros, response: null } });
    },
  });
  return { fit: fit.finish(), policy };
}

function only(fit: FittedTraffic): FittedPopulation {
  expect(fit.populations).toHaveLength(1);
  return fit.populations[0]!;
}

/** Within a share of what is wanted. */
function expectNear(found: number, wanted: number, within: number): void {
  expect(found / wanted, `${found} for ${wanted}`).toBeGreaterThan(1 - within);
  expect(found / wanted, `${found} for ${wanted}`).toBeLessThan(1 + within);
}

const ALL = `clients [${CLIENTS.join(", ")}]`;

describe("traffic of the simulator", () => {
  it("that is steady is found again: rate within 5 %, mix within 2 points", () => {
    const { fit, policy } = refitted(
      `run 1h  population p = steady { ${ALL}  rate 30 per 1m each  mix order 70%, orders 25%, login 5% }`,
    );
    const population = only(fit);
    expect(population).toMatchObject({ model: "steady", markov: null });
    expectNear(population.ratePerSecond, 0.5, 0.05);
    expectNear(population.gapVariation!, 1, 0.05);
    expectNear(population.dispersion!.observed, 1, 0.25);
    for (const [name, share] of [
      ["order", 70],
      ["orders", 25],
      ["login", 5],
    ] as const) {
      const route = policy.routes.findIndex((each) => each.name === name);
      expect(Math.abs((100 * population.routes.get(route)!) / population.requests - share)).toBeLessThan(2);
    }
  });

  it.each([
    ["as `bursty` is by default", 1, 20, 3, 57],
    ["in long bursts", 2, 10, 30, 120],
    ["in rare and strong ones", 1, 200, 5, 295],
  ])(
    "that is bursty, %s, is found again: rate within 10 %%, factor and lengths within a half, dispersion within a third",
    (_, rate, factor, burst, quiet) => {
      const { fit } = refitted(
        `run 3h  population p = bursty { ${ALL}  rate ${60 * rate} per 1m each  factor ${factor}  burst ${burst}s  quiet ${quiet}s  mix orders 100% }`,
      );
      expect(new Set(fit.populations.map(({ model }) => model))).toEqual(new Set(["bursty"]));
      const population = fit.populations[0]!;
      const { markov, dispersion } = population;
      expectNear(population.ratePerSecond, rate, 0.1);
      expectNear(markov!.burstMicros, burst * 1e6, 0.5);
      expectNear(markov!.quietMicros, quiet * 1e6, 0.5);
      expectNear(markov!.factor, factor, 0.5);
      expectNear(dispersion!.fitted, dispersion!.observed, 0.33);
    },
  );

  it("that fires by the clock is found again: its period and burst exactly", () => {
    const { fit } = refitted(`run 2h  population p = cron { ${ALL}  every 5m  burst 3  mix orders 100% }`);
    const population = only(fit);
    expect(population).toMatchObject({ model: "cron", period: { periodMicros: 300e6, burst: 3 } });
    expect(population.clients).toHaveLength(CLIENTS.length);
  });

  it("that comes at equal gaps is found again, at its rate while it runs", () => {
    const { fit, policy } =
      refitted(`run 2h  population p = batch { ${ALL}  rate 17 per 1m each  from 0s to 30m  mix orders 100% }
      population q = steady { clients [${CLIENTS[0]}]  rate 1 per 1d each  mix orders 100% }`);
    const batch = fit.populations.find(({ model }) => model === "batch");
    expectNear(batch!.ratePerSecond, 17 / 60, 0.02);
    expect(fitText(fit, policy)).toContain("= batch {");
  });

  it("of several sorts is put apart", () => {
    const [a, b, c, d, e] = CLIENTS;
    const { fit } = refitted(`run 2h
      population slow = steady { clients [${a}, ${b}]  rate 10 per 1m each  mix orders 100% }
      population fast = steady { clients [${c}]  rate 10 per 1s each  mix orders 100% }
      population jobs = cron { clients [${d}, ${e}]  every 10m  burst 2  mix login 100% }`);
    const found = fit.populations.map(({ model, clients }) => [model, ...clients.map(({ id }) => id).sort()]);
    expect(found).toEqual([
      ["steady", c],
      ["steady", a, b],
      ["cron", d, e],
    ]);
  });
});

describe("the scenario that is printed", () => {
  const [a, b, c, d] = CLIENTS;
  const { fit, policy } = refitted(`run 2h
    population steady = steady { clients [${a}, ${b}]  rate 7 per 1h each  mix order 33%, orders 33%, login 34% }
    population bursty = bursty { clients [${c}]  rate 60 per 1m each  mix orders 99.9%, login 0.1% }
    population jobs = cron { clients [${d}]  every 1m  burst 2  mix login 100% }`);
  const text = fitText(fit, policy);

  it("is in canonical form, checks, and runs to much the same traffic", () => {
    const { scenarios } = load(text);
    expect(format(text).text).toBe(text);
    const again = refitted(scenarioBody(text));
    expect(scenarios[0]).toMatchObject({ name: "fitted", runMicros: 3_600e6 });
    expect(again.fit.populations.map(({ model }) => model)).toEqual(fit.populations.map(({ model }) => model));
    for (const [index, population] of again.fit.populations.entries()) {
      if (population.requests > 500) expectNear(population.ratePerSecond, fit.populations[index]!.ratePerSecond, 0.35);
    }
  });

  it("says how well it fits", () => {
    expect(text).toMatch(
      /\/\/ Fitted to [\d,]+ recorded requests from 2026-01-01 00:00:\d\d to 2026-01-01 01:59:\d\d UTC, of 4 clients\./,
    );
    expect(text).toMatch(
      /\/\/ Variation of gaps \d\.\d\d \(1 for Poisson arrivals\); index of dispersion over 60 s [\d.]+ observed, [\d.]+ fitted\./,
    );
    expect(text).toMatch(/every +1m\n +burst +2/);
  });

  it("leaves out whom no client and no route is known of, and says so", () => {
    const strange = new TrafficFit(policy);
    const requests = [{ client: a! }, { client: a!, path: "/elsewhere" }, {}];
    for (const [line, fields] of requests.entries()) {
      const request = makeRequest({ path: "/orders", ip: "192.0.2.1", ...fields });
      strange.add({ at: line * 1e6, log: 0, line, record: { request, at: null, response: null } });
    }
    const found = strange.finish();
    expect(found).toMatchObject({ requests: 3, strangers: 1, unrouted: 1 });
    expect(fitText(found, policy)).toMatch(/\/\/ 1 request of callers .*\n\/\/ 1 request on no route/);
    expect(fitText(found, policy)).not.toContain("had been answered");
    load(fitText(found, policy));
  });

  it("says how many requests had been refused, where any had", () => {
    const guarded = new TrafficFit(policy);
    for (const [line, status] of [200, 403, 429, 401].entries()) {
      const request = makeRequest({ path: "/orders", ip: "192.0.2.1", client: a! });
      const response = { outcome: makeOutcome(status), afterMicros: null };
      guarded.add({ at: line * 1e6, log: 0, line, record: { request, at: null, response } });
    }
    const found = guarded.finish();
    expect(found.refusedThen).toBe(2);
    expect(fitText(found, policy)).toMatch(
      /\/\/ 2 requests had been answered 403 or 429: whoever was refused may have/,
    );
  });
});

/** What stands in a scenario's braces. */
function scenarioBody(text: string): string {
  return text.slice(text.indexOf("{") + 1, text.lastIndexOf("}"));
}

describe("recorded arrivals", () => {
  const arrivals = join(import.meta.dirname, "../../../../../shared/data/arrivals");
  const missing = !existsSync(arrivals);

  function recorded(name: string): FittedPopulation {
    const { policy } = load("");
    const fit = new TrafficFit(policy);
    const [, ...lines] = readFileSync(join(arrivals, name), "utf8").split(/\r?\n/);
    for (const [line, text] of lines.filter((each) => each !== "").entries()) {
      const at = Date.parse(`${text.slice(0, 23).replace(" ", "T")}Z`) * 1_000 + Number(text.slice(23, 26));
      const request = makeRequest({ path: "/orders", client: CLIENTS[0]!, ip: "192.0.2.1" });
      fit.add({ at, log: 0, line, record: { request, at, response: null } });
    }
    return only(fit.finish());
  }

  it.skipIf(missing)("of code completion are bursty, by far (skipped without the trace)", () => {
    const { model, gapVariation, dispersion, markov } = recorded("azure-llm-code.csv");
    expect(model).toBe("bursty");
    expectNear(gapVariation!, 13.2, 0.02);
    expectNear(dispersion!.observed, 164, 0.1);
    expectNear(dispersion!.fitted, dispersion!.observed, 0.5);
    expect(markov!.factor).toBeGreaterThan(5);
  });

  it.skipIf(missing)("of chats are near to steady, with a rate that drifts (skipped without the trace)", () => {
    const population = recorded("azure-llm-conv.csv");
    expect(population.model).toBe("steady");
    expectNear(population.gapVariation!, 1.09, 0.02);
    expectNear(population.dispersion!.observed, 16.1, 0.15);
  });
});
