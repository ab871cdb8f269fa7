/** The least trace that still refutes, by predicates that say what is needed. */
import { expect, test } from "vitest";
import { makeRequest } from "../../../../engine/index.ts";
import { minimizeTrace } from "../../../../simulator/prove/minimize.ts";
import { requestsOf, span, type Trace, type TraceStep } from "../../../../simulator/prove/trace.ts";

const START = Date.UTC(2026, 0, 1) * 1_000;

function step(parts: Partial<TraceStep> = {}): TraceStep {
  const request = makeRequest({
    path: "/x?a=1",
    ip: "192.0.2.1",
    headers: { "user-agent": "curl", "x-tenant": "t" },
    body: { username: "u", amount: 5 },
    country: "XX",
  });
  return {
    gap: span(1_500_000),
    times: 3,
    everyMicros: 250_000,
    request,
    respond: { status: 401, afterMicros: 0 },
    ...parts,
  };
}

function trace(...steps: readonly TraceStep[]): Trace {
  return { clockMicros: START + 86_400_000_000, steps };
}

test("repetitions and steps that are not needed go", () => {
  const least = minimizeTrace(trace(step(), step({ times: 40 }), step()), (each) => requestsOf(each) >= 7);
  expect(requestsOf(least)).toBe(7);
  expect(least.steps.length).toBe(1);
});

test("everything that is not needed goes from a request, and its waits and answers", () => {
  const least = minimizeTrace(trace(step(), step()), ({ steps }) =>
    steps.some(
      ({ request }) => request.headers["x-tenant"] === "t" && JSON.stringify(request.body ?? {}).includes("5"),
    ),
  );
  const [only] = least.steps;
  expect(least).toMatchObject({
    clockMicros: START,
    steps: [{ gap: span(0), times: 1, everyMicros: 0, respond: null }],
  });
  expect(only?.request).toMatchObject({ path: "/x", headers: { "x-tenant": "t" }, body: { amount: 5 }, country: null });
  expect(Object.keys(only?.request.headers ?? {})).toEqual(["x-tenant"]);
});

test("steps that are alike and come at one pace are one", () => {
  const once = step({ times: 1, everyMicros: 0, gap: span(1_000_000) });
  const least = minimizeTrace(trace(once, once, once, once), ({ steps }) => {
    const waits = steps.reduce(
      (sum, { gap, times, everyMicros }) => sum + (gap.kind === "span" ? gap.micros : 0) + (times - 1) * everyMicros,
      0,
    );
    return requestsOf({ clockMicros: 0, steps }) >= 4 && waits >= 3_000_000;
  });
  expect(least.steps).toMatchObject([{ times: 4, everyMicros: 1_000_000 }]);
});

test("what already is as small as it can be stays", () => {
  const bare: TraceStep = {
    gap: span(0),
    times: 1,
    everyMicros: 0,
    request: makeRequest({ ip: "192.0.2.1" }),
    respond: null,
  };
  const smallest = { clockMicros: START, steps: [bare] };
  expect(minimizeTrace(smallest, () => false)).toBe(smallest);
});
