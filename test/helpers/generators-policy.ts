/** Generated policies: small, well typed, and of every kind of declaration. A plan of numbers is built into a {@link Policy}. */
import type fc from "fast-check";
import type {
  Action,
  Ban,
  Client,
  Let,
  List,
  LiteralExpr,
  Policy,
  Rollout,
  Route,
  Rule,
  Score,
} from "../../engine/index.ts";
import { CHALLENGES, POLICY_FORMAT } from "../../engine/index.ts";
import { FACTS, type Readable } from "./generators-attributes.ts";
import type { ConditionPlan } from "./generators-conditions.ts";
import { attribute, buildCondition, literal, NO_REACH, pick, type Reach } from "./generators-expressions.ts";
import { buildLimit } from "./generators-limits.ts";
import { buildKey, buildOn, buildRollouts, conditionOf, declared } from "./generators-parts.ts";
import {
  arbitraryPolicyPlan,
  type BanPlan,
  type ClassPlan,
  type PolicyPlan,
  type RulePlan,
} from "./generators-plan.ts";
import { buildSignal, typeOfSignal } from "./generators-signals.ts";
import * as words from "./generators-vocabulary.ts";

const { SPAN } = words;
function buildClients(plan: PolicyPlan): Client[] {
  return plan.clients.map((each, index) =>
    words.client(words.CLIENT_IDS[index] ?? "other", {
      status: pick(words.STATUSES, each.status) ?? "active",
      kind: each.gold ? "partner" : "service",
      plan: each.gold ? "gold" : "basic",
      expires: each.expires === null ? null : words.EPOCH + (each.expires % 5) * 60_000_000,
      networks: each.networks.map((index) => pick(words.NETWORKS, index) ?? ""),
      rate: each.rate === null ? null : (pick(words.RATES, each.rate) ?? null),
      operations: each.operations.map((index) => pick(["*", "order", "login", "orders"], index) ?? "*"),
      scopes: each.scopes.map((index) => pick(words.SCOPES, index) ?? ""),
      tags: each.tags.map((index) => pick(words.TAGS, index) ?? ""),
      labels: each.label ? { vendor: "acme" } : {},
      expect: each.label ? { ids: 5 } : {},
    }),
  );
}

const LIST_TYPES = ["string", "network", "ip", "int", "path"] as const;
const LIST_POOLS = [words.TEXTS, words.NETWORKS, words.IP_LITERALS, [0, 1, 2, 3, 64_500], words.PATH_LITERALS] as const;

/** Values for the list of an index. */
export function listValues(index: number, picks: readonly number[]): (string | number)[] {
  return picks.map((each) => pick<string | number>(LIST_POOLS[index] ?? [], each) ?? "");
}

function buildLists(plan: PolicyPlan): List[] {
  return plan.lists.map(({ picks, file }, index) => ({
    ...declared(`list_${index}`),
    type: LIST_TYPES[index] ?? "string",
    values: listValues(index, picks),
    file: file ? `list_${index}.txt` : null,
  }));
}

const LIST_REACH: Reach["lists"] = LIST_TYPES.map((type, index) => ({ index, type }));

function buildBan(plan: BanPlan, name: string, routes: readonly Route[]): Ban {
  const forMicros = pick(words.BAN_LENGTHS, plan.length) ?? 1_000_000;
  const doubling = plan.doubling === null ? null : forMicros * (1 + (plan.doubling % 6));
  const keys = plan.keys.map(buildKey);
  return {
    forMicros,
    doublingToMicros: doubling,
    keys,
    on: buildOn(plan.on, routes),
    stateId: JSON.stringify([name, keys]),
  };
}

const ACTIONS = ["allow", "block", "exempt", "slow", "challenge", "throttle", "note", "ban", "allow", "ban"] as const;

function exemptable(plans: readonly RulePlan[]): number[] {
  return [...plans.keys()].filter(
    (index) => !["allow", "exempt"].includes(pick(ACTIONS, plans[index]?.action ?? 0) ?? ""),
  );
}

function buildAction(plan: RulePlan, name: string, whole: PolicyPlan): Action {
  const kind = pick(ACTIONS, plan.action) ?? "allow";
  const status = pick([403, 404, 410, 499], plan.detail) ?? 403;
  switch (kind) {
    case "exempt": {
      const rules = exemptable(whole.rules).filter((index) => (plan.detail >> index) % 2 === 1);
      const limits = [...whole.limits.keys()].filter((index) => (plan.detail >> (index + 5)) % 2 === 1);
      return { kind, rules, limits };
    }
    case "note":
      return { kind, label: `label_${plan.detail % 3}` };
    case "slow":
      return { kind, micros: pick(words.DELAYS, plan.detail) ?? 0 };
    case "challenge":
      return { kind, challenge: pick(CHALLENGES, plan.detail) ?? "pow" };
    case "throttle":
      return { kind, retryAfterMicros: pick([null, 1_000_000, 3_000_000], plan.detail) ?? null };
    case "block":
      return { kind, status, ban: null };
    case "ban":
      return { kind: "block", status, ban: buildBan(plan.ban, name, whole.routes) };
    default:
      return { kind: "allow" };
  }
}

function buildRule(plan: RulePlan, index: number, whole: PolicyPlan, reach: Reach, rollout: Rollout): Rule {
  const name = `rule_${index}`;
  return {
    ...declared(name),
    on: buildOn(plan.on, whole.routes),
    when: conditionOf(plan.when, reach),
    action: buildAction(plan, name, whole),
    because: plan.because ? `because ${name}` : null,
    tags: [],
    owner: null,
    sealed: false,
    unavailable: "closed",
    rollout,
  };
}

function buildOrder(plan: PolicyPlan): Policy["order"] {
  const order: { kind: "rule" | "limit"; index: number }[] = [];
  let [rule, limit] = [0, 0];
  for (const first of plan.interleaving) {
    if (first && rule < plan.rules.length) order.push({ kind: "rule", index: rule++ });
    else if (limit < plan.limits.length) order.push({ kind: "limit", index: limit++ });
  }
  while (rule < plan.rules.length) order.push({ kind: "rule", index: rule++ });
  while (limit < plan.limits.length) order.push({ kind: "limit", index: limit++ });
  return order;
}

function bools(count: number): Reach["lets"] {
  return Array.from({ length: count }, (_, index) => ({ index, scalar: "bool" as const }));
}

const CLASS_VALUES = ["alpha", "beta", "gamma"] as const;

/** A class of three values. */
function classLet({ first, second }: ClassPlan, index: number, reach: Reach): Let {
  const [alpha, beta, gamma] = CLASS_VALUES.map((value) => literal("enum", value) as LiteralExpr);
  return {
    ...declared(`class_${index}`),
    expr: {
      kind: "cases",
      type: { scalar: "enum", set: false },
      span: SPAN,
      cases: [
        { when: buildCondition(first, reach), value: alpha as LiteralExpr },
        { when: buildCondition(second, reach), value: beta as LiteralExpr },
      ],
      otherwise: gamma as LiteralExpr,
    },
  };
}

/** The name of a signal or limit, and its other one if it says that it had that. */
function namesOf(
  kind: string,
  index: number,
  plan: PolicyPlan,
): { readonly name: string; readonly former: string | null } {
  const names = [`${kind}_${index}`, `renamed_${kind}_${index}`];
  const [name = "", former = ""] = plan.renamed ? names.toReversed() : names;
  return { name, former: plan.was ? former : null };
}

/** The last fact-level `let` is a number: how many query pairs there are, and one. */
function numberLet(index: number): Let {
  const type = { scalar: "int", set: false } as const;
  const count = attribute(FACTS.find(({ name }) => name === "query.count") as Readable);
  return { ...declared(`let_${index}`), expr: { kind: "+", type, span: SPAN, left: count, right: literal("int", 1) } };
}

function buildScores(plan: PolicyPlan, reach: Reach): Score[] {
  return plan.scores.map((terms, index) => ({
    ...declared(`score_${index}`),
    terms: terms.map(({ points, when }) => ({
      points: pick([40, 30, -20, 10, 700, -1_000], points) ?? 10,
      when: buildCondition(when, reach),
      span: SPAN,
    })),
  }));
}

/** Every `let`, and what is reached through them: by signals, by limits, and by rules and scores. */
interface Lets {
  readonly lets: readonly Let[];
  readonly known: Reach;
}

/** The lets that read facts alone: conditions, classes, and a number. */
function factLets(plan: PolicyPlan): Lets {
  const facts: Reach = { ...NO_REACH, attributes: FACTS, lists: LIST_REACH, tables: words.TABLE_REACH };
  const conditions = plan.factLets.map(
    (each, index): Let => ({
      ...declared(`let_${index}`),
      expr: buildCondition(each, { ...facts, lets: bools(index) }),
    }),
  );
  const reach = { ...facts, lets: bools(conditions.length) };
  const classes = plan.classes.map((each, index) => classLet(each, index, reach));
  const number = conditions.length + classes.length;
  const known: Reach = {
    ...facts,
    lets: [
      ...reach.lets,
      ...classes.map((_, index) => ({ index: conditions.length + index, scalar: "enum" as const })),
      { index: number, scalar: "int" },
    ],
  };
  return { lets: [...conditions, ...classes, numberLet(number)], known };
}

/** Lets over a wider reach, after those there are. */
function furtherLets(plans: readonly ConditionPlan[], before: Lets, reach: Reach): Lets {
  const first = before.lets.length;
  const lets = plans.map(
    (each, index): Let => ({ ...declared(`let_${first + index}`), expr: buildCondition(each, reach) }),
  );
  const more = lets.map((_, index) => ({ index: first + index, scalar: "bool" as const }));
  return { lets: [...before.lets, ...lets], known: { ...reach, lets: [...reach.lets, ...more] } };
}

/** Builds the policy of a plan. */
export function buildPolicy(plan: PolicyPlan): Policy {
  const facts = factLets(plan);
  const { known } = facts;
  const signals = plan.signals.map((each, index) =>
    buildSignal(each, namesOf("signal", index, plan), plan.routes, known),
  );
  const stateful: Reach = {
    ...known,
    signals: signals.map((signal, index) => ({ index, type: typeOfSignal(signal) })),
  };
  const state = furtherLets(plan.stateLets, facts, stateful);
  const using: Reach = { ...state.known, used: [...plan.limits.keys()] };
  const used = furtherLets(plan.usedLets, state, using);
  const scores = buildScores(plan, used.known);
  const scored = { scores: [...scores.keys()] };
  const ofLimits = { everything: { ...state.known, ...scored }, signals: state.known, facts: known };
  const ofRules = { ...used.known, ...scored };
  const limitRollouts = buildRollouts(plan.limits.map(({ rollout }) => rollout));
  const ruleRollouts = buildRollouts(plan.rules.map(({ rollout }) => rollout));
  return {
    format: POLICY_FORMAT,
    name: "generated",
    version: "0",
    hash: "0",
    files: ["policy.edgepolicy"],
    settings: {
      owner: null,
      default: plan.block ? "block" : "allow",
      unavailable: "closed",
      ambiguousPaths: plan.ambiguous ? "allow" : "block",
      refusedCredentials: plan.refused ? "pass" : "block",
      memoryBytes: 256 * 2 ** 20,
    },
    trust: [],
    identity: words.IDENTITY,
    clients: buildClients(plan),
    lists: buildLists(plan),
    facts: words.FACT_DECLARATIONS,
    tables: words.TABLES,
    windows: words.TIME_WINDOWS,
    routes: plan.routes,
    lets: used.lets,
    signals,
    scores,
    limits: plan.limits.map((each, index) =>
      buildLimit(each, namesOf("limit", index, plan), plan.routes, ofLimits, limitRollouts[index] as Rollout),
    ),
    rules: plan.rules.map((each, index) => buildRule(each, index, plan, ofRules, ruleRollouts[index] as Rollout)),
    order: buildOrder(plan),
  };
}

/** Small well-typed policies. */
export const arbitraryPolicy: fc.Arbitrary<Policy> = arbitraryPolicyPlan.map(buildPolicy);
