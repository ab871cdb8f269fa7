/** Plans of conditions: plain records of small numbers, which fast-check shrinks well, and regular expressions as trees. */
import fc from "fast-check";
import type { PatternNode } from "../../engine/index.ts";

/** One test, as numbers that are taken modulo whatever there is to choose from. */
export interface AtomPlan {
  readonly source: number;
  readonly pick: number;
  readonly form: number;
  readonly op: number;
  readonly first: number;
  readonly second: number;
  readonly guard: number;
  readonly pattern: PatternNode;
}

export type ConditionPlan =
  | { readonly kind: "atom"; readonly atom: AtomPlan }
  | { readonly kind: "and" | "or"; readonly items: readonly ConditionPlan[] }
  | { readonly kind: "not"; readonly item: ConditionPlan };

function range(low: string, high: string): readonly [number, number] {
  return [low.charCodeAt(0), high.charCodeAt(0)];
}

const patternLeaf: fc.Arbitrary<PatternNode> = fc.oneof(
  fc.constantFrom<PatternNode>(
    { kind: "set", ranges: [range("a", "a")] },
    { kind: "set", ranges: [range("b", "b")] },
    { kind: "set", ranges: [range("A", "B"), range("a", "b")] },
    { kind: "set", ranges: [[0, 96] as const, [98, 65_535] as const] },
    { kind: "set", ranges: [range("|", "|")] },
    { kind: "set", ranges: [range("0", "9")] },
    { kind: "set", ranges: [] },
  ),
  fc.constantFrom<PatternNode>(
    { kind: "empty" },
    { kind: "start" },
    { kind: "end" },
    { kind: "line_start" },
    { kind: "line_end" },
    { kind: "word_boundary" },
    { kind: "not_word_boundary" },
  ),
);

/** Regular expressions as trees, with empty loops and anchors in odd places. */
export const arbitraryPattern: fc.Arbitrary<PatternNode> = fc.letrec<{ node: PatternNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { arbitrary: patternLeaf, weight: 3 },
    {
      arbitrary: fc.record({ kind: fc.constant("sequence" as const), items: fc.array(tie("node"), { maxLength: 3 }) }),
      weight: 3,
    },
    {
      arbitrary: fc.record({
        kind: fc.constant("choice" as const),
        items: fc.array(tie("node"), { minLength: 1, maxLength: 3 }),
      }),
      weight: 2,
    },
    {
      arbitrary: fc
        .record({ item: tie("node"), min: fc.nat(2), extra: fc.option(fc.nat(2)) })
        .map(({ item, min, extra }) => ({
          kind: "repeat" as const,
          item,
          min,
          max: extra === null ? null : min + extra,
        })),
      weight: 2,
    },
  ),
})).node;

const small: fc.Arbitrary<number> = fc.nat(999);
/** Picks a literal: mostly one of the first few. */
const choice: fc.Arbitrary<number> = fc.oneof({ weight: 3, arbitrary: fc.nat(7) }, { weight: 1, arbitrary: small });

const atomPlan: fc.Arbitrary<AtomPlan> = fc.record({
  source: fc.nat(9),
  pick: fc.oneof({ weight: 2, arbitrary: fc.nat(10) }, { weight: 3, arbitrary: small }),
  form: small,
  op: small,
  first: choice,
  second: choice,
  guard: small,
  pattern: arbitraryPattern,
});

/** Conditions of a few atoms. */
export const conditionPlan: fc.Arbitrary<ConditionPlan> = fc.letrec<{ condition: ConditionPlan }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { arbitrary: atomPlan.map((atom): ConditionPlan => ({ kind: "atom", atom })), weight: 6 },
    {
      arbitrary: fc.record({
        kind: fc.constantFrom("and" as const, "or" as const),
        items: fc.array(tie("condition"), { minLength: 2, maxLength: 3 }),
      }),
      weight: 3,
    },
    { arbitrary: fc.record({ kind: fc.constant("not" as const), item: tie("condition") }), weight: 2 },
  ),
})).condition;
