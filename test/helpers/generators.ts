/** Generated traces: policies with requests, outcomes, reloads and clocks that reach their edges. */
import fc from "fast-check";
import type { Outcome, Overlay, Policy, Request, ScalarValue } from "../../engine/index.ts";
import { arbitraryOverlays } from "./generators-overlays.ts";
import {
  arbitraryAlikePolicyPlan,
  arbitraryPolicyPlan,
  arbitraryWidePolicyPlan,
  type PolicyPlan,
} from "./generators-plan.ts";
import { buildPolicy, listValues } from "./generators-policy.ts";
import { arbitraryOutcome, arbitraryRequest } from "./generators-requests.ts";
import type { CalendarUnit } from "../../engine/reference/wall-clock.ts";
import * as words from "./generators-vocabulary.ts";

/**
 * How far the clock goes before a step: by so many microseconds, to the edge that the last decision named (give or take), to where
 * a window's sub-window begins that is so many ahead, or to the end of a calendar unit.
 */
export type Gap =
  | { readonly kind: "by"; readonly micros: number }
  | { readonly kind: "edge"; readonly offset: number }
  | { readonly kind: "boundary"; readonly window: number; readonly ahead: number; readonly offset: number }
  | { readonly kind: "unit"; readonly unit: CalendarUnit; readonly zone: string; readonly offset: number };

/** One thing that happens to an engine. */
export type Step =
  | {
      readonly kind: "request";
      readonly gap: Gap;
      readonly request: Request;
      /** What the service answers if the request gets through, and after how many further steps that is reported. */
      readonly outcome: Outcome | null;
      readonly lag: number;
    }
  | { readonly kind: "reload"; readonly gap: Gap; readonly policy: number }
  | { readonly kind: "overlays"; readonly gap: Gap; readonly overlays: readonly Overlay[] }
  | { readonly kind: "list"; readonly gap: Gap; readonly name: string; readonly values: readonly ScalarValue[] };

/** A run: policies that replace each other, the first one first, and what happens from `start` on. */
export interface Trace {
  readonly policies: readonly Policy[];
  readonly start: number;
  readonly steps: readonly Step[];
}

/** Pauses to the ends of calendar units. */
const unitGap: fc.Arbitrary<Gap> = fc.record({
  kind: fc.constant("unit" as const),
  unit: fc.constantFrom("hour" as const, "hour" as const, "day" as const, "month" as const),
  zone: fc.constantFrom(...words.ZONES),
  offset: fc.constantFrom(0, -1, 1),
});

/** Steps of the clock, many of them to an edge. */
export const arbitraryGap: fc.Arbitrary<Gap> = fc.oneof<fc.MaybeWeightedArbitrary<Gap>[]>(
  { weight: 3, arbitrary: fc.constantFrom(...words.GAPS).map((micros): Gap => ({ kind: "by", micros })) },
  { weight: 2, arbitrary: fc.constantFrom(0, -1, 1).map((offset): Gap => ({ kind: "edge", offset })) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("boundary" as const),
      window: fc.constantFrom(...words.WINDOWS.slice(0, 4)),
      ahead: fc.constantFrom(1, 1, 16, 17),
      offset: fc.constantFrom(0, -1),
    }),
  },
  { weight: 1, arbitrary: unitGap },
);

/** Pauses within a burst, in which a limit does not recover much. */
const shortGap: fc.Arbitrary<Gap> = fc
  .constantFrom(0, 0, 1, 438, 62_500, 200_000)
  .map((micros): Gap => ({ kind: "by", micros }));

const requestStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("request" as const),
  gap: arbitraryGap,
  request: arbitraryRequest,
  outcome: fc.option<Outcome>(arbitraryOutcome, { freq: 3 }),
  lag: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat(5) },
    { weight: 1, arbitrary: fc.nat(40) },
  ),
});

/** A burst of one request, so that limits run empty and signals fill. */
const burst: fc.Arbitrary<Step[]> = fc
  .record({
    step: requestStep,
    times: fc.integer({ min: 2, max: 6 }),
    gap: fc.oneof({ weight: 2, arbitrary: shortGap }, { weight: 1, arbitrary: arbitraryGap }),
  })
  .map(({ step, times, gap: between }) => [
    step,
    ...Array.from({ length: times - 1 }, () => ({ ...step, gap: between })),
  ]);

/** Requests that differ in one value alone, so that `distinct` passes 16, `steps` sees counters, and `novel` what it does not know. */
const spray: fc.Arbitrary<Step[]> = fc
  .record({
    step: requestStep,
    times: fc.integer({ min: 14, max: 24 }),
    vary: fc.constantFrom("username", "header", "param", "counter"),
    pause: fc.constantFrom(100_000, 100_000, 500, 1_000_000, 8_000_000),
  })
  .map(({ step, times, vary, pause }) =>
    Array.from({ length: times }, (_, index) => varied(step, vary, index, index % 3 === 0 ? pause : 0)),
  );

function varied(step: Step, vary: string, index: number, pause: number): Step {
  if (step.kind !== "request") return step;
  const gap = index === 0 ? step.gap : ({ kind: "by", micros: pause } as const);
  return { ...step, gap, request: { ...step.request, ...variation(vary, index, step.request) } };
}

/** What differs in the request of an index. */
function variation(vary: string, index: number, { headers }: Request): Partial<Request> {
  switch (vary) {
    case "username":
      return { method: "POST", path: "/v1/login", body: { username: `u${index}`, order: { amount: index } } };
    case "header":
      return { headers: { ...headers, "x-a": `v${index}` } };
    case "counter": {
      const next = index % 5 === 4 ? 3 * index : index;
      const body = { order: { amount: next } };
      return { method: "GET", path: `/v1/orders/${next}`, headers: { ...headers, "x-a": String(next) }, body };
    }
    default:
      return { method: "GET", path: `/v1/orders/${index}`, ip: `203.0.113.${index}` };
  }
}

const overlaysStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("overlays" as const),
  gap: arbitraryGap,
  overlays: arbitraryOverlays,
});

const listStep: fc.Arbitrary<Step> = fc
  .record({ gap: arbitraryGap, index: fc.nat(5), picks: fc.array(fc.nat(99), { maxLength: 4 }) })
  .map(({ gap, index, picks }) => ({ kind: "list", gap, name: `list_${index}`, values: listValues(index, picks) }));

/** What operators do while a policy runs. */
const operation: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: overlaysStep },
  { weight: 1, arbitrary: listStep },
);

const steps = (policies: number): fc.Arbitrary<Step[]> =>
  fc
    .array(
      fc.oneof(
        { weight: 10, arbitrary: requestStep.map((step) => [step]) },
        { weight: 5, arbitrary: burst },
        { weight: 2, arbitrary: spray },
        { weight: 2, arbitrary: operation.map((step) => [step]) },
        {
          weight: 1,
          arbitrary: fc
            .record({ kind: fc.constant("reload" as const), gap: arbitraryGap, policy: fc.nat(policies - 1) })
            .map((step): Step[] => [step]),
        },
      ),
      { minLength: 4, maxLength: 24, size: "max" },
    )
    .map((groups) => groups.flat());

/** A second policy near the first: it keeps some declarations' state and changes conditions, thresholds and rollouts. */
function edited(first: PolicyPlan, second: PolicyPlan, keep: number): PolicyPlan {
  const kept = { ...second, routes: first.routes, clients: keep % 2 === 0 ? first.clients : second.clients };
  if (keep % 3 === 0) return { ...kept, signals: first.signals, limits: first.limits };
  if (keep % 3 === 1) return { ...kept, signals: first.signals, rules: first.rules };
  return { ...second, limits: first.limits, rules: first.rules, routes: keep % 2 === 0 ? first.routes : second.routes };
}

const startOfTrace: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...words.STARTS) },
  { weight: 1, arbitrary: fc.constantFrom(...words.CALENDAR_STARTS) },
);

function traces(plan: fc.Arbitrary<PolicyPlan>): fc.Arbitrary<Trace> {
  return fc
    .record({ first: plan, second: plan, keep: fc.nat(5), start: startOfTrace, steps: steps(2) })
    .map(({ first, second, keep, start, steps: happening }) => ({
      policies: [buildPolicy(first), buildPolicy(edited(first, second, keep))],
      start,
      steps: happening,
    }));
}

/** Policies with what happens to them. */
export const arbitraryTrace: fc.Arbitrary<Trace> = traces(arbitraryPolicyPlan);

/** The same with policies of many rules. */
export const arbitraryWideTrace: fc.Arbitrary<Trace> = traces(arbitraryWidePolicyPlan);

/** The same with policies of many rules, limits and terms that differ from each other in operators and values alone. */
export const arbitraryAlikeTrace: fc.Arbitrary<Trace> = traces(arbitraryAlikePolicyPlan);
