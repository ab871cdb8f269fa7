/** Generated traces: policies with requests, outcomes, reloads and clocks that reach their edges. */
import fc from "fast-check";
import type { Outcome, Policy, Request } from "../../engine/index.ts";
import { CHALLENGES, EVIDENCE, makeOutcome, makeRequest } from "../../engine/index.ts";
import { arbitraryPolicyPlan, arbitraryWidePolicyPlan, type PolicyPlan } from "./generators-plan.ts";
import { buildPolicy } from "./generators-policy.ts";
import * as words from "./generators-vocabulary.ts";

/**
 * How far the clock goes before a step: by so many microseconds, to the edge that the last decision named (give or take), or
 * to where a window's sub-window begins that is so many ahead.
 */
export type Gap =
  | { readonly kind: "by"; readonly micros: number }
  | { readonly kind: "edge"; readonly offset: number }
  | { readonly kind: "boundary"; readonly window: number; readonly ahead: number; readonly offset: number };

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
  | { readonly kind: "reload"; readonly gap: Gap; readonly policy: number };

/** A run: policies that replace each other, the first one first, and what happens from `start` on. */
export interface Trace {
  readonly policies: readonly Policy[];
  readonly start: number;
  readonly steps: readonly Step[];
}

function text(values: readonly string[]): fc.Arbitrary<string> {
  return fc.constantFrom(...values);
}

/** Mostly the first few of the values, so that keys come back. */
function mostly<T>(values: readonly T[], often: number): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...values.slice(0, often)) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  );
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 3): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq });

const headers: fc.Arbitrary<Record<string, string>> = fc
  .record({
    "x-a": maybe(text([...words.TEXTS, ...words.MANY_TEXTS])),
    "x-b": maybe(text(words.TEXTS)),
    cookie: maybe(text(["sid=a", "sid=a|b; t=1", "t=1;sid=203.0.113.9", "sid"])),
  })
  .map((given) =>
    Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null)),
  );

const time = (base: number): fc.Arbitrary<number> =>
  fc.constantFrom(0, 1, 60_000_000, 3_600_000_000).map((offset) => base + offset);

/** Requests of the small world. */
export const arbitraryRequest: fc.Arbitrary<Request> = fc
  .record({
    method: mostly(words.METHOD_TEXTS, 3),
    path: mostly(words.PATHS, 6),
    query: mostly(words.QUERIES, 3),
    host: mostly(words.HOSTS, 2),
    ip: mostly([...words.IPS, ...words.NO_IPS], 3),
    headers,
    body: fc.constantFrom(...words.BODIES),
    size: fc.constantFrom(0, 63, 64, 1_024, 65_537),
    asn: maybe(fc.constantFrom(64_500, 64_501)),
    country: maybe(text(words.COUNTRIES)),
    ja4: maybe(text(words.TEXTS)),
    client: fc.option(mostly([...words.CLIENT_IDS], 1), { freq: 2 }),
    evidence: fc.option(fc.constantFrom(...EVIDENCE), { freq: 1 }),
    identityError: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: text(words.ERRORS) }),
    scopes: maybe(fc.subarray([...words.SCOPES])),
    claims: maybe(text(words.TEXTS)),
    credential: maybe(
      fc.record({
        id: maybe(text(["k1", "k2"])),
        issued: maybe(time(words.EPOCH - 60_000_000)),
        expires: maybe(time(words.EPOCH)),
      }),
    ),
    passes: fc.subarray([...CHALLENGES], { maxLength: 2 }),
  })
  .map(({ query, path, claims, ...fields }) =>
    makeRequest({ ...fields, path: path + query, claims: claims === null ? null : { tenant: claims } }),
  );

/** Answers of the service. */
export const arbitraryOutcome: fc.Arbitrary<Outcome> = fc
  .record({
    status: fc.constantFrom(200, 401, 500, 404),
    size: fc.constantFrom(0, 100, 101),
    latencyMicros: fc.constantFrom(0, 35_000, 35_001),
    header: maybe(text(words.TEXTS)),
  })
  .map(({ status, header, ...fields }) =>
    makeOutcome(status, { ...fields, headers: header === null ? {} : { "x-r": header } }),
  );

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
  lag: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) }),
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

/** Requests that differ in their address or body alone, so that `distinct` passes 16 and turns to its sketch. */
const spray: fc.Arbitrary<Step[]> = fc
  .record({
    step: requestStep,
    times: fc.integer({ min: 14, max: 24 }),
    vary: fc.constantFrom("username", "header", "param"),
  })
  .map(({ step, times, vary }) => Array.from({ length: times }, (_, index) => varied(step, vary, index)));

function varied(step: Step, vary: string, index: number): Step {
  if (step.kind !== "request") return step;
  const { request } = step;
  const gapped = {
    ...step,
    gap: index === 0 ? step.gap : ({ kind: "by", micros: index % 3 === 0 ? 100_000 : 0 } as const),
  };
  if (vary === "username") {
    return {
      ...gapped,
      request: {
        ...request,
        method: "POST",
        path: "/v1/login",
        body: { username: `u${index}`, order: { amount: index } },
      },
    };
  }
  if (vary === "header")
    return { ...gapped, request: { ...request, headers: { ...request.headers, "x-a": `v${index}` } } };
  return { ...gapped, request: { ...request, method: "GET", path: `/v1/orders/${index}`, ip: `203.0.113.${index}` } };
}

const steps = (policies: number): fc.Arbitrary<Step[]> =>
  fc
    .array(
      fc.oneof(
        { weight: 10, arbitrary: requestStep.map((step) => [step]) },
        { weight: 5, arbitrary: burst },
        { weight: 1, arbitrary: spray },
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

function traces(plan: fc.Arbitrary<PolicyPlan>): fc.Arbitrary<Trace> {
  return fc
    .record({ first: plan, second: plan, keep: fc.nat(5), start: fc.constantFrom(...words.STARTS), steps: steps(2) })
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
