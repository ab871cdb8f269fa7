/** Compiles a policy: names to slots, conditions to a shared graph, the graph to an index. The same policy gives the same program. */
import { makeInventory } from "../facts/inventory.ts";
import { PathAutomaton } from "../facts/path-automaton.ts";
import { RouteTree } from "../facts/route-tree.ts";
import { Level, Phase } from "../layout.ts";
import type { Limit, Policy, Rule, Signal } from "../policy.ts";
import {
  type LimitPlan,
  type Program,
  RecordPhase,
  type RolloutPlan,
  type RulePlan,
  SignalKind,
  type SignalPlan,
  type TermPlan,
} from "../program.ts";
import { planAggregate } from "./aggregates.ts";
import { planAmount } from "./amounts.ts";
import { ConditionBuilder } from "./conditions.ts";
import { ConstantPool } from "./constants.ts";
import type { IndexItem, IndexTables } from "./index-tables.ts";
import { buildIndex, INDEX_BOUNDS, type IndexBounds } from "./index-tree.ts";
import { KeyBuilder } from "./keys.ts";
import { needsOf } from "./needs.ts";
import { normalForms } from "./normal-form.ts";
import { planPending } from "./pending-plan.ts";
import { planRollouts } from "./rollouts.ts";
import { SlotBuilder } from "./slots.ts";
import { groupTexts } from "./text-groups.ts";
import { zoneClocks } from "./zones.ts";

/** Everything that is being built. */
interface Build {
  readonly policy: Policy;
  readonly conditions: ConditionBuilder;
  readonly keys: KeyBuilder;
  readonly items: IndexItem[];
  readonly places: ReturnType<typeof placesOf>;
  readonly rollouts: { readonly rules: readonly RolloutPlan[]; readonly limits: readonly RolloutPlan[] };
  readonly file: (phase: number, target: number, literal: number) => void;
}

function startBuild(policy: Policy, pool: ConstantPool, slots: SlotBuilder): Build {
  const conditions = new ConditionBuilder(policy, pool, slots);
  const formOf = normalForms(conditions);
  const items: IndexItem[] = [];
  const file = (phase: number, target: number, literal: number): void => {
    for (const literals of formOf(literal)) items.push({ phase, target, literals, tested: [] });
  };
  const places = placesOf(policy);
  const rollouts = {
    rules: planRollouts(policy.rules, places.rule, conditions),
    limits: planRollouts(policy.limits, places.limit, conditions),
  };
  return { policy, conditions, keys: new KeyBuilder(), items, places, rollouts, file };
}

/**
 * Compiles a checked policy.
 *
 * @param bounds - What the index may take; whatever it is, decisions are the same.
 * @throws An error that names the value where the policy holds what no checked policy can: a text that is no network, an
 * unknown time zone, a pattern past its bound.
 */
export function compile(policy: Policy, bounds: IndexBounds = INDEX_BOUNDS): Program {
  const pool = new ConstantPool();
  const slots = new SlotBuilder(policy, pool);
  const build = startBuild(policy, pool, slots);
  const signals = policy.signals.map((signal, index) => planSignal(build, signal, index));
  const terms = planTerms(build);
  const rules = policy.rules.map((rule, index) => planRule(build, rule, index));
  const limits = policy.limits.map((limit, index) => planLimit(build, limit, index));
  const pending = planPending(policy, signals, limits, build.conditions);
  const slotTables = slots.finish();
  const axes = { conditions: build.conditions, pool, known: new Map() };
  const routes = new RouteTree(policy.routes);
  const index = buildIndex(build.items, axes, policy.routes.length, bounds);
  return {
    policy,
    slots: slotTables,
    tests: build.conditions.finish(),
    constants: pool.finish(),
    listConstants: pool.listConstants,
    keys: build.keys.finish(),
    index,
    textGroups: groupTexts(axes, testedAlone(build, index, signals, limits)),
    routes,
    paths: routes.usesHost ? null : new PathAutomaton(routes),
    inventory: makeInventory(policy),
    zones: zoneClocks(slotTables, policy.windows),
    signals,
    terms: terms.map(({ plan }) => plan),
    lateScores: terms.some(({ literal }) => (build.conditions.levelOf(literal) & Level.late) !== 0),
    limits,
    rules,
    banKeys: Int32Array.from(new Set(rules.flatMap((rule) => (rule.banKey < 0 ? [] : [rule.banKey])))),
    ...recordings(signals),
    pending,
    needs: needsOf(policy),
  };
}

/** Literals of which many can be tested for one request. Texts that the index leaves as they are, it found to be few together. */
function testedAlone(
  { conditions }: Build,
  { residuals }: IndexTables,
  signals: readonly SignalPlan[],
  limits: readonly LimitPlan[],
): readonly number[] {
  const recorded = signals.filter((signal) => !isFiled(signal)).map(({ condition }) => condition);
  const later = [...signals.map(({ hit }) => hit), ...limits.map(({ refund }) => refund)];
  const left = residuals.filter((literal) => (literal & 1) === 1 || conditions.itemsOf(literal >> 1) !== null);
  return [...left, ...recorded, ...later, ...conditions.slots.allConditions()];
}

/** Whether the index finds what a signal records. */
function isFiled({ phase, kind }: Pick<SignalPlan, "phase" | "kind">): boolean {
  return phase === RecordPhase.request && kind !== SignalKind.novel && kind !== SignalKind.elapsed;
}

function planSignal(build: Build, signal: Signal, index: number): SignalPlan {
  const { conditions, keys } = build;
  const { aggregate } = signal;
  const routes = conditions.onRoutes(aggregate.kind === "elapsed" ? aggregate.routes : null);
  const condition = conditions.all([routes, conditions.on(signal.on, signal.where)]);
  const plan = {
    ...planAggregate(signal, conditions),
    phase: RecordPhase[signal.phase],
    key: keys.intern(signal.keys, conditions),
    condition,
  };
  if (isFiled(plan)) build.file(Phase.signal, index, condition);
  return plan;
}

/** Signals by what happens to them at the end of a decision. */
function recordings(signals: readonly SignalPlan[]): Pick<Program, "served" | "taught" | "elapsed"> {
  const indices = (which: (plan: SignalPlan) => boolean): Int32Array =>
    Int32Array.from([...signals.keys()].filter((index) => which(signals[index]!)));
  const { novel, elapsed, deviation } = SignalKind;
  return {
    served: indices(({ kind, phase }) => phase === RecordPhase.served && kind !== novel && kind !== elapsed),
    taught: indices(({ kind, phase }) => phase !== RecordPhase.outcome && (kind === novel || kind === deviation)),
    elapsed: indices(({ kind, phase }) => phase !== RecordPhase.outcome && kind === elapsed),
  };
}

function planTerms(build: Build): { readonly plan: TermPlan; readonly literal: number }[] {
  const terms: { readonly plan: TermPlan; readonly literal: number }[] = [];
  for (const [score, { terms: declared }] of build.policy.scores.entries()) {
    for (const { points, when } of declared) {
      const literal = build.conditions.lower(when);
      build.file(Phase.term, terms.length, literal);
      terms.push({ plan: { score, points }, literal });
    }
  }
  return terms;
}

function planRule(build: Build, rule: Rule, index: number): RulePlan {
  const { conditions, keys } = build;
  const ban = rule.action.kind === "block" ? rule.action.ban : null;
  build.file(Phase.rule, index, conditions.on(rule.on, rule.when));
  return {
    rollout: build.rollouts.rules[index]!,
    banKey: ban === null ? -1 : keys.intern(ban.keys, conditions),
    banOn: conditions.onRoutes(ban === null ? null : ban.on),
    place: build.places.rule[index]!,
  };
}

function planLimit(build: Build, limit: Limit, index: number): LimitPlan {
  const { conditions, keys } = build;
  build.file(Phase.limit, index, conditions.on(limit.on, limit.when));
  return {
    key: keys.intern(limit.keys, conditions),
    rollout: build.rollouts.limits[index]!,
    ...planAmount(limit.amount, build.policy, conditions),
    cost: limit.cost === null ? -1 : conditions.slots.value(limit.cost, conditions),
    refund: limit.refund === null ? -1 : conditions.lower(limit.refund),
    place: build.places.limit[index]!,
  };
}

/** Places of rules and of limits in the order of declaration. */
function placesOf({ order, rules, limits }: Policy): { readonly rule: Int32Array; readonly limit: Int32Array } {
  const places = { rule: new Int32Array(rules.length), limit: new Int32Array(limits.length) };
  for (const [place, { kind, index }] of order.entries()) places[kind][index] = place;
  return places;
}
