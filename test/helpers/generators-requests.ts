/** Generated requests of the small world, and the answers of the service. */
import fc from "fast-check";
import type { Outcome, Request } from "../../engine/index.ts";
import { CHALLENGES, EVIDENCE, makeOutcome, makeRequest } from "../../engine/index.ts";
import * as words from "./generators-vocabulary.ts";

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

/** Sometimes nothing. */
export function maybe<T>(arbitrary: fc.Arbitrary<T>, freq = 3): fc.Arbitrary<T | null> {
  return fc.option(arbitrary, { freq });
}

const headers: fc.Arbitrary<Record<string, string>> = fc
  .record({
    "x-a": maybe(text([...words.TEXTS, ...words.MANY_TEXTS])),
    "x-b": maybe(text(words.TEXTS)),
    cookie: maybe(text(["sid=a", "sid=a|b; t=1", "t=1;sid=203.0.113.9", "sid"])),
  })
  .map((given) =>
    Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null)),
  );

/** What a proxy states: some of the facts, and one that nobody declares. */
const stated: fc.Arbitrary<Record<string, unknown>> = fc
  .array(
    fc.oneof(
      ...words.FACT_VALUES.map(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const)),
      fc.constant(["undeclared", 1] as const),
    ),
    { maxLength: 5 },
  )
  .map((entries) => Object.fromEntries(entries));

/** A verified token's claims; null where there was no token. */
function claimsOf(tenant: string | null, more: Readonly<Record<string, unknown>> | null): Request["claims"] {
  if (tenant === null) return more;
  return { tenant, ...more };
}

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
    evidence: fc.option(fc.constantFrom(...EVIDENCE), { freq: 2 }),
    identityError: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: text(words.ERRORS) }),
    scopes: maybe(fc.subarray([...words.SCOPES])),
    tenant: maybe(text(words.TEXTS)),
    claims: maybe(fc.constantFrom(...words.CLAIMS)),
    facts: stated,
    credential: maybe(
      fc.record({
        id: maybe(text(["k1", "k2"])),
        issued: maybe(time(words.EPOCH - 60_000_000)),
        expires: maybe(time(words.EPOCH)),
      }),
    ),
    passes: fc.subarray([...CHALLENGES], { maxLength: 2 }),
  })
  .map(({ query, path, tenant, claims, ...fields }) =>
    makeRequest({ ...fields, path: path + query, claims: claimsOf(tenant, claims) }),
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
