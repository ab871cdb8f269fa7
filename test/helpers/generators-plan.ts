/** Plans of policies: the numbers that {@link ./generators-policy.ts} builds a well-typed policy from. They shrink member by member. */
import fc from "fast-check";
import type { Route } from "../../engine/index.ts";
import { type ConditionPlan, conditionPlan } from "./generators-conditions.ts";
import { ROUTES } from "./generators-vocabulary.ts";

export interface KeyPlan {
  readonly options: readonly number[];
}
export interface RolloutPlan {
  readonly mode: number;
  readonly percent: number;
  readonly key: KeyPlan;
  readonly replaces: number | null;
  readonly until: number | null;
}
export interface SignalPlan {
  readonly aggregate: number;
  readonly value: number;
  readonly detail: number;
  readonly hit: ConditionPlan;
  readonly phase: number;
  readonly on: readonly number[] | null;
  readonly where: ConditionPlan | null;
  readonly answer: ConditionPlan;
  readonly keys: readonly KeyPlan[];
  readonly window: number;
}
export interface LimitPlan {
  readonly on: readonly number[] | null;
  readonly when: ConditionPlan | null;
  readonly keys: readonly KeyPlan[];
  readonly rate: number;
  readonly amount: number;
  readonly ofClient: boolean;
  readonly refund: ConditionPlan | null;
  readonly cost: number | null;
  readonly otherwise: number;
  readonly status: number;
  readonly rollout: RolloutPlan;
}
export interface BanPlan {
  readonly length: number;
  readonly doubling: number | null;
  readonly keys: readonly KeyPlan[];
  readonly on: readonly number[] | null;
}
export interface RulePlan {
  readonly on: readonly number[] | null;
  readonly when: ConditionPlan | null;
  readonly action: number;
  readonly detail: number;
  readonly ban: BanPlan;
  readonly because: boolean;
  readonly rollout: RolloutPlan;
}
export interface ClientPlan {
  readonly status: number;
  readonly expires: number | null;
  readonly networks: readonly number[];
  readonly rate: number | null;
  readonly operations: readonly number[];
  readonly scopes: readonly number[];
  readonly tags: readonly number[];
  readonly label: boolean;
  readonly gold: boolean;
}
export interface ScoreTermPlan {
  readonly points: number;
  readonly when: ConditionPlan;
}
export interface ListPlan {
  readonly picks: readonly number[];
  readonly file: boolean;
}
/** A class of three values. */
export interface ClassPlan {
  readonly first: ConditionPlan;
  readonly second: ConditionPlan;
}
export interface PolicyPlan {
  readonly block: boolean;
  readonly ambiguous: boolean;
  readonly refused: boolean;
  readonly routes: readonly Route[];
  readonly clients: readonly ClientPlan[];
  readonly lists: readonly ListPlan[];
  readonly classes: readonly ClassPlan[];
  readonly factLets: readonly ConditionPlan[];
  readonly stateLets: readonly ConditionPlan[];
  readonly usedLets: readonly ConditionPlan[];
  /** Whether signals and limits have their second names, and whether they say that they had the first (or the other way round). */
  readonly renamed: boolean;
  readonly was: boolean;
  readonly signals: readonly SignalPlan[];
  readonly scores: readonly (readonly ScoreTermPlan[])[];
  readonly limits: readonly LimitPlan[];
  readonly rules: readonly RulePlan[];
  readonly interleaving: readonly boolean[];
}

const number: fc.Arbitrary<number> = fc.nat(999);
const few: fc.Arbitrary<number> = fc.nat(9);

/** Nothing three times out of four: what narrows signals and limits down must leave them enough to count. */
function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** Keys are mostly the address, the network or the client, and sometimes any scalar at all. */
const keyPlan: fc.Arbitrary<KeyPlan> = fc.record({
  options: fc.array(fc.oneof({ weight: 4, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: number }), {
    minLength: 1,
    maxLength: 2,
  }),
});
/** Two headers, or two path parameters: values that a joined key would mix up. */
const pairs: fc.Arbitrary<readonly KeyPlan[]> = fc
  .constantFrom([3, 13], [6, 7])
  .map(([a, b]) => [{ options: [a ?? 0] }, { options: [b ?? 0] }]);
const keyPlans: fc.Arbitrary<readonly KeyPlan[]> = fc.oneof(
  { weight: 6, arbitrary: fc.array(keyPlan, { minLength: 1, maxLength: 2 }) },
  { weight: 1, arbitrary: pairs },
);
const onPlan: fc.Arbitrary<readonly number[] | null> = fc.option(fc.array(number, { minLength: 1, maxLength: 3 }), {
  freq: 2,
});
const condition: fc.Arbitrary<ConditionPlan | null> = fc.option(conditionPlan, { freq: 4 });
const rolloutPlan: fc.Arbitrary<RolloutPlan> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constant({ mode: 0, percent: 0, key: { options: [0] }, replaces: null, until: null }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      mode: fc.nat(3),
      percent: number,
      key: keyPlan,
      replaces: fc.option(number, { freq: 2 }),
      until: seldom(number),
    }),
  },
);

const signalPlan: fc.Arbitrary<SignalPlan> = fc.record({
  aggregate: number,
  detail: fc.oneof(few, number),
  hit: conditionPlan,
  value: fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: number }),
  phase: number,
  on: seldom(fc.array(number, { minLength: 1, maxLength: 3 })),
  where: seldom(conditionPlan),
  answer: conditionPlan,
  keys: keyPlans,
  window: fc.oneof(few, number),
});
const limitPlan: fc.Arbitrary<LimitPlan> = fc.record({
  on: seldom(fc.array(number, { minLength: 1, maxLength: 3 })),
  when: seldom(conditionPlan),
  keys: keyPlans,
  rate: number,
  amount: number,
  ofClient: fc.boolean(),
  refund: fc.option(conditionPlan, { freq: 2 }),
  cost: fc.option(number, { freq: 2 }),
  otherwise: number,
  status: number,
  rollout: rolloutPlan,
});
const rulePlan: fc.Arbitrary<RulePlan> = fc.record({
  on: onPlan,
  when: condition,
  action: number,
  detail: number,
  ban: fc.record({ length: number, doubling: fc.option(number), keys: keyPlans, on: onPlan }),
  because: fc.boolean(),
  rollout: rolloutPlan,
});
const clientPlan: fc.Arbitrary<ClientPlan> = fc.record({
  status: number,
  expires: fc.option(number),
  networks: fc.array(number, { maxLength: 2 }),
  rate: fc.option(number),
  operations: fc.array(number, { maxLength: 2 }),
  scopes: fc.array(number, { maxLength: 3 }),
  tags: fc.array(number, { maxLength: 3 }),
  label: fc.boolean(),
  gold: fc.boolean(),
});

const termPlan: fc.Arbitrary<ScoreTermPlan> = fc.record({ points: number, when: conditionPlan });

function policyPlan(rules: fc.Arbitrary<RulePlan[]>): fc.Arbitrary<PolicyPlan> {
  return fc.record({
    block: fc.nat(3).map((pick) => pick === 3),
    ambiguous: fc.boolean(),
    refused: fc.boolean(),
    routes: fc.subarray([...ROUTES], { maxLength: 6 }),
    clients: fc.array(clientPlan, { maxLength: 3 }),
    lists: fc.array(fc.record({ picks: fc.array(number, { maxLength: 4 }), file: fc.boolean() }), {
      minLength: 5,
      maxLength: 5,
    }),
    classes: fc.array(fc.record({ first: conditionPlan, second: conditionPlan }), { maxLength: 2 }),
    factLets: fc.array(conditionPlan, { maxLength: 2 }),
    stateLets: fc.array(conditionPlan, { maxLength: 1 }),
    usedLets: fc.array(conditionPlan, { maxLength: 1 }),
    renamed: fc.boolean(),
    was: fc.boolean(),
    signals: fc.array(signalPlan, { maxLength: 3 }),
    scores: fc.array(fc.array(termPlan, { maxLength: 3 }), { maxLength: 2 }),
    limits: fc.array(limitPlan, { maxLength: 3 }),
    rules,
    interleaving: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  });
}

/** Plans of small policies, for generators that derive a second policy from a first. */
export const arbitraryPolicyPlan: fc.Arbitrary<PolicyPlan> = policyPlan(fc.array(rulePlan, { maxLength: 5 }));

/** Plans of policies with so many rules that an index over them has depth. */
export const arbitraryWidePolicyPlan: fc.Arbitrary<PolicyPlan> = policyPlan(
  fc.array(rulePlan, { minLength: 30, maxLength: 120, size: "max" }),
);

/** What one of many alike has of its own: where it differs from the others, and how its atoms compare with what. */
interface Variation {
  readonly model: number;
  readonly op: readonly number[];
  readonly values: readonly number[];
}

const variation: fc.Arbitrary<Variation> = fc.record({
  model: few,
  op: fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }),
  values: fc.array(fc.nat(40), { minLength: 2, maxLength: 4 }),
});

/** The same condition with other operators and values; `turn` tells its atoms apart. */
function varied(plan: ConditionPlan, { op, values }: Variation, turn: number): ConditionPlan {
  const pick = (from: readonly number[], at: number): number => from[at % from.length] ?? 0;
  switch (plan.kind) {
    case "atom": {
      const first = pick(values, turn);
      return { kind: "atom", atom: { ...plan.atom, op: pick(op, turn), first, second: pick(values, turn + 1) } };
    }
    case "not":
      return { kind: "not", item: varied(plan.item, { model: 0, op, values }, turn + 1) };
    default:
      return {
        kind: plan.kind,
        items: plan.items.map((item, index) => varied(item, { model: 0, op, values }, turn + index)),
      };
  }
}

/** Some plans of one kind and many that differ from them in operators and values alone. */
function alike<T extends { readonly when: ConditionPlan | null }>(
  plan: fc.Arbitrary<T>,
  least: number,
  most: number,
): fc.Arbitrary<readonly T[]> {
  const models = fc.array(plan, { minLength: 1, maxLength: 3 });
  const variations = fc.array(variation, { minLength: least, maxLength: most, size: "max" });
  return fc.tuple(models, variations).map(([from, each]) =>
    each.map((differs, index): T => {
      const model = from[differs.model % from.length] as T;
      return model.when === null ? model : { ...model, when: varied(model.when, differs, index % 2) };
    }),
  );
}

/** Plans of policies with many rules, and now and then limits and terms of scores, that ask the same slots for other values. */
export const arbitraryAlikePolicyPlan: fc.Arbitrary<PolicyPlan> = fc
  .record({
    plan: arbitraryPolicyPlan,
    rules: alike(rulePlan, 20, 90),
    limits: fc.option(alike(limitPlan, 16, 24), { freq: 3 }),
    terms: fc.option(alike(termPlan, 16, 40), { freq: 2 }),
  })
  .map(({ plan, rules, limits, terms }) => ({
    ...plan,
    rules,
    limits: limits ?? plan.limits,
    scores: terms === null ? plan.scores : [terms, ...plan.scores.slice(1)],
  }));
