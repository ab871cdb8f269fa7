/**
 * Plans: traces as numbers, so that fast-check can draw and shrink them. A number picks one of what there is to choose from, the plainest
 * first; a smaller number is a plainer choice, and fewer changes, steps and repetitions make a shorter trace.
 */
import fc from "fast-check";

/** Who asks for what, and what is changed in the plain request. */
export interface PlannedActor {
  /** Whether it sends what the first actor sends, with other changes, and whether it is the same caller. */
  readonly like: "nobody" | "first" | "first_as_another";
  /** 0: the plain request; else how everything that can be missing is filled to begin with. */
  readonly fill: number;
  readonly caller: number;
  readonly route: number;
  readonly method: number;
  readonly changes: readonly { readonly what: number; readonly value: number }[];
}

/** A step of a plan. */
export interface PlannedStep {
  readonly actor: number;
  readonly gap: { readonly kind: "span" | "retry"; readonly pick: number };
  /** 0: once; else which count. */
  readonly count: number;
  readonly pace: number;
  /** How repetitions differ: not at all, in one text, or in the address that they come from. */
  readonly differ: { readonly kind: "same" | "text" | "address"; readonly pick: number };
  readonly status: number;
  /** Whether the answer comes late. */
  readonly late: boolean;
}

export interface Plan {
  readonly focus: number;
  /** Whether clients with a declared rate keep to it, each step by itself. */
  readonly polite: boolean;
  readonly clock: number;
  readonly actors: readonly PlannedActor[];
  readonly steps: readonly PlannedStep[];
}

const MOST_ACTORS = 3;
const MOST_STEPS = 6;
const MOST_CHANGES = 5;

const pick = fc.nat(4_095);

const actor: fc.Arbitrary<PlannedActor> = fc.record({
  like: fc.constantFrom("nobody", "first", "first_as_another", "first_as_another"),
  fill: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: pick }),
  caller: pick,
  route: pick,
  method: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: pick }),
  changes: fc.array(fc.record({ what: pick, value: pick }), { maxLength: MOST_CHANGES, size: "max" }),
});

const step: fc.Arbitrary<PlannedStep> = fc.record({
  actor: fc.nat(MOST_ACTORS - 1),
  gap: fc.record({
    kind: fc.oneof(
      { weight: 5, arbitrary: fc.constant("span" as const) },
      { weight: 1, arbitrary: fc.constant("retry" as const) },
    ),
    pick: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: pick }),
  }),
  count: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: pick }),
  pace: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: pick }),
  differ: fc.record({ kind: fc.constantFrom("same", "text", "address"), pick }),
  status: pick,
  late: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

/** Plans of every kind. */
export const arbitraryPlan: fc.Arbitrary<Plan> = fc.record({
  focus: pick,
  polite: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  clock: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: pick }),
  actors: fc.array(actor, { minLength: 1, maxLength: MOST_ACTORS }),
  steps: fc.array(step, { minLength: 1, maxLength: MOST_STEPS, size: "max" }),
});
