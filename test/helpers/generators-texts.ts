/**
 * Traces of policies that look through two headers in many ways, so that the index finds texts in them and tests left over share a
 * pass: rules by one test, by several together, by their negations and by one of very many; scores and signals besides.
 */
import fc from "fast-check";
import type { Expr, Outcome, Policy, Signal } from "../../engine/index.ts";
import { makeRequest } from "../../engine/index.ts";
import { arbitraryGap, type Step, type Trace } from "./generators.ts";
import { arbitraryOutcome } from "./generators-requests.ts";
import { attributeOf, literalOf, makePolicy, makeRule, makeSignal } from "./policies.ts";
import { arbitrarySource, patternOf } from "./patterns.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const BOOL = { scalar: "bool", set: false } as const;
const TEXT = { scalar: "string", set: false } as const;

/** Pieces that begin, end and contain each other; `K` has a third case. */
const PIECES = [
  "a",
  "ab",
  "aba",
  "ba",
  "bab",
  "k",
  "bk",
  "K-",
  "-",
  "é",
  "abab",
  "b-a",
  "",
  "\u212a",
  "1a",
  "aa",
  "aaa",
  "aaaa",
];

const piece = fc.constantFrom(...PIECES);
const joined = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(""));

function textOf(header: string): Expr {
  return {
    kind: "default",
    type: TEXT,
    span: SPAN,
    options: [attributeOf("string", "header", header), literalOf("string", "")],
  };
}

const left = fc.constantFrom("x-a", "x-a", "x-b").map(textOf);
const glob = fc.array(fc.oneof(piece, fc.constant("*")), { maxLength: 5 }).map((parts) => parts.join(""));
/** Mostly with a text that every match contains. */
const source = fc.oneof(
  arbitrarySource,
  fc.tuple(joined, arbitrarySource, joined).map(([before, inner, after]) => `${before}(?:${inner})${after}`),
  fc.tuple(joined, joined).map(([first, second]) => `(?:${first}|${second}).b`),
);
const letters = fc
  .array(fc.constantFrom("a", "b", "k", "aB", "K"), { minLength: 2, maxLength: 4 })
  .map((parts) => parts.join(""));
const pattern = fc
  .oneof(
    fc.tuple(source, fc.boolean()),
    fc.tuple(
      letters.map((text) => `${text}.*b`),
      fc.constant(true),
    ),
  )
  .map(([text, ignoreCase]) => ({ source: text, ignoreCase, root: patternOf(text, ignoreCase) }));

const simple: fc.Arbitrary<Expr> = fc.oneof(
  fc.record({ kind: fc.constantFrom("contains" as const, "starts_with" as const), left, text: joined }).map(typed),
  fc.record({ kind: fc.constant("contains" as const), left, text: joined }).map(typed),
  fc.record({ kind: fc.constant("like" as const), left, text: glob }).map(typed),
  fc.record({ kind: fc.constant("matches" as const), left, pattern }).map(typed),
  fc.record({ kind: fc.constant("matches" as const), left, pattern }).map(typed),
);

function typed<T extends object>(parts: T): T & { readonly type: typeof BOOL; readonly span: typeof SPAN } {
  return { ...parts, type: BOOL, span: SPAN };
}

function together(kind: "and" | "or", least: number, most: number): fc.Arbitrary<Expr> {
  return fc.array(simple, { minLength: least, maxLength: most, size: "max" }).map((items) => typed({ kind, items }));
}

const condition: fc.Arbitrary<Expr> = fc.oneof(
  { weight: 8, arbitrary: simple },
  { weight: 2, arbitrary: together("and", 2, 3) },
  { weight: 2, arbitrary: simple.map((item) => typed({ kind: "not" as const, item })) },
  { weight: 1, arbitrary: together("or", 2, 5) },
  // Past the cap of the index, so that it is tested as a whole.
  { weight: 1, arbitrary: together("or", 17, 30) },
  { weight: 1, arbitrary: together("or", 17, 30).map((item) => typed({ kind: "not" as const, item })) },
);

const conditions = (most: number): fc.Arbitrary<Expr[]> =>
  fc.array(condition, { minLength: 1, maxLength: most, size: "max" });

function signalOf(phase: Signal["phase"], where: Expr, index: number): Signal {
  return makeSignal(`seen_${index}`, 16_000, { phase, where });
}

/** Policies of tests of text. */
export const arbitraryTextPolicy: fc.Arbitrary<Policy> = fc
  .record({ rules: conditions(40), terms: conditions(6), requests: conditions(4), outcomes: conditions(4) })
  .map(({ rules, terms, requests, outcomes }) =>
    makePolicy({
      rules: rules.map((when, index) =>
        makeRule(`rule_${index}`, { when, action: { kind: "note", label: `l${index}` } }),
      ),
      scores: [
        {
          name: "risk",
          doc: "",
          span: SPAN,
          terms: terms.map((when, index) => ({ points: 1 << index, when, span: SPAN })),
        },
      ],
      signals: [
        ...requests.map((where, index) => signalOf("request", where, index)),
        ...outcomes.map((where, index) => signalOf("outcome", where, requests.length + index)),
      ],
    }),
  );

const header = fc.option(
  fc.oneof(
    joined,
    fc.array(piece, { maxLength: 12, size: "max" }).map((pieces) => pieces.join("")),
  ),
  { freq: 6 },
);

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("request" as const),
  gap: arbitraryGap,
  request: fc.record({ "x-a": header, "x-b": header }).map((given) =>
    makeRequest({
      ip: "10.0.0.1",
      headers: Object.fromEntries(
        Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null),
      ),
    }),
  ),
  outcome: fc.option<Outcome>(arbitraryOutcome),
  lag: fc.nat(2),
});

/** Traces of such policies. */
export const arbitraryTextTrace: fc.Arbitrary<Trace> = fc
  .record({ policy: arbitraryTextPolicy, steps: fc.array(step, { minLength: 3, maxLength: 16, size: "max" }) })
  .map(({ policy, steps }) => ({ policies: [policy], start: 1_767_225_600_000_000, steps }));
