/** Generated policies: small, well typed, and of every kind of declaration. A plan of numbers is built into a {@link Policy}. */
import type fc from "fast-check";
import type {
  Action,
  Ban,
  Client,
  Expr,
  Key,
  Let,
  Limit,
  List,
  Policy,
  Rate,
  Refusal,
  Rollout,
  Route,
  Rule,
  Score,
  Signal,
} from "../../engine/index.ts";
import { CHALLENGES, POLICY_FORMAT } from "../../engine/index.ts";
import { FACTS, type Readable, RESPONSE, SERVED } from "./generators-attributes.ts";
import {
  attribute,
  buildCondition,
  buildTestOf,
  type ConditionPlan,
  literal,
  pick,
  type Reach,
} from "./generators-expressions.ts";
import {
  arbitraryPolicyPlan,
  type BanPlan,
  type KeyPlan,
  type LimitPlan,
  type PolicyPlan,
  type RolloutPlan,
  type RulePlan,
  type SignalPlan,
} from "./generators-plan.ts";
import * as words from "./generators-vocabulary.ts";

const { SPAN } = words;
function declared(name: string): { readonly name: string; readonly doc: string; readonly span: typeof SPAN } {
  return { name, doc: "", span: SPAN };
}

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

function buildLists(plan: PolicyPlan): List[] {
  return plan.lists.map((picks, index) => ({
    ...declared(`list_${index}`),
    type: LIST_TYPES[index] ?? "string",
    values: picks.map((each) => pick<string | number>(LIST_POOLS[index] ?? [], each) ?? ""),
    file: null,
  }));
}

const LIST_REACH: Reach["lists"] = LIST_TYPES.map((type, index) => ({ index, type }));

/** Attributes that keys are made of, the most useful first. */
const KEYS: readonly Readable[] = [
  ...["ip", "ip.network", "client.id"].map((name) => FACTS.find((each) => each.name === name) as Readable),
  ...FACTS.filter((each) => ["header", "cookie", "body", "param"].includes(each.name)),
  ...FACTS.filter((each) => !each.type.set),
];

/** Arguments of `distinct`: first those that traces vary to pass 16 values. */
const VALUES: readonly Readable[] = [
  ...FACTS.filter(({ name, args }) => args[0] === "x-a" || args[0] === "username" || args[0] === "id" || name === "ip"),
  ...KEYS.slice(1),
];

function buildKey(plan: KeyPlan): Key {
  return { options: plan.options.map((index) => attribute(pick(KEYS, index) as Readable)) };
}

function buildOn(picks: readonly number[] | null, routes: readonly Route[]): number[] | null {
  if (picks === null || routes.length === 0) return null;
  return [...new Set(picks.map((each) => each % routes.length))].sort((a, b) => a - b);
}

function conditionOf(plan: ConditionPlan | null, reach: Reach): Expr | null {
  return plan === null ? null : buildCondition(plan, reach);
}

function both(left: Expr | null, right: Expr): Expr {
  return left === null
    ? right
    : { kind: "and", type: { scalar: "bool", set: false }, span: SPAN, items: [left, right] };
}

function whereOf(plan: SignalPlan, phase: Signal["phase"], reach: Reach): Expr | null {
  if (phase === "request") return conditionOf(plan.where, reach);
  const sources = phase === "outcome" ? RESPONSE : [SERVED];
  const wider = { ...reach, attributes: [...reach.attributes, ...sources] };
  const answer = buildTestOf(pick(sources, plan.value) as Readable, plan.answer, wider);
  return both(conditionOf(plan.where, wider), answer);
}

function buildSignal(plan: SignalPlan, index: number, routes: readonly Route[], reach: Reach): Signal {
  const phase = pick(["request", "request", "outcome", "served"] as const, plan.phase) ?? "request";
  const keys = plan.keys.map(buildKey);
  const windowMicros = pick(words.WINDOWS, plan.window) ?? 1_000_000;
  const aggregate = plan.distinct
    ? ({ kind: "distinct", value: attribute(pick(VALUES, plan.value) as Readable) } as const)
    : ({ kind: "count" } as const);
  const name = `signal_${index}`;
  return {
    ...declared(name),
    aggregate,
    phase,
    on: buildOn(plan.on, routes),
    where: whereOf(plan, phase, reach),
    keys,
    windowMicros,
    stateId: JSON.stringify([name, aggregate, windowMicros, keys, phase]),
    wasStateId: null,
  };
}

function buildRollout(plan: RolloutPlan): Rollout {
  const mode = pick(["on", "shadow", "off", "canary"] as const, plan.mode) ?? "on";
  if (mode !== "canary") return { mode, untilMicros: null };
  const percent = pick([0, 30, 50, 50.5, 100], plan.percent) ?? 50;
  return { mode, percent, key: buildKey(plan.key), replaces: null, untilMicros: null };
}

function costOf(pickOf: number | null, reach: Reach): Expr | null {
  if (pickOf === null) return null;
  const score = pick(reach.scores, pickOf);
  const scored: Expr | null =
    score === undefined ? null : { kind: "score", type: { scalar: "int", set: false }, span: SPAN, index: score };
  const count = FACTS.find(({ name }) => name === "query.count") as Readable;
  const size = FACTS.find(({ name }) => name === "body.size") as Readable;
  const choices = [
    literal("int", 2),
    literal("int", 3),
    attribute(count),
    literal("int", 0),
    literal("int", 100),
    attribute(size),
    scored,
  ];
  return pick(choices, pickOf) ?? null;
}

const RATE_TYPE = { scalar: "rate", set: false } as const;

function rateExpr(rate: Rate, ofClient: boolean): Expr {
  const value: Expr = { kind: "literal", type: RATE_TYPE, span: SPAN, value: rate };
  if (!ofClient) return value;
  const own: Expr = { kind: "attribute", type: RATE_TYPE, span: SPAN, name: "client.rate", args: [] };
  return { kind: "default", type: RATE_TYPE, span: SPAN, options: [own, value] };
}

function buildRefusal(plan: LimitPlan): Refusal {
  const choices: readonly Refusal[] = [
    { kind: "throttle" },
    { kind: "slow", upToMicros: pick(words.WAITS, plan.status) ?? 0 },
    { kind: "block", status: pick([403, 410, 429], plan.status) ?? 403 },
    { kind: "challenge", challenge: pick(CHALLENGES, plan.status) ?? "pow" },
  ];
  return pick(choices, plan.otherwise) ?? { kind: "throttle" };
}

function buildLimit(plan: LimitPlan, index: number, routes: readonly Route[], reach: Reach): Limit {
  const name = `limit_${index}`;
  const keys = plan.keys.map(buildKey);
  return {
    ...declared(name),
    on: buildOn(plan.on, routes),
    when: conditionOf(plan.when, reach),
    keys,
    amount: { kind: "gcra", rate: rateExpr(pick(words.RATES, plan.rate) as Rate, plan.ofClient) },
    cost: costOf(plan.cost, reach),
    otherwise: buildRefusal(plan),
    refund: null,
    wasStateId: null,
    unavailable: "closed",
    rollout: buildRollout(plan.rollout),
    stateId: JSON.stringify([name, keys]),
  };
}

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

function buildRule(plan: RulePlan, index: number, whole: PolicyPlan, reach: Reach): Rule {
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
    rollout: buildRollout(plan.rollout),
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

/** Builds the policy of a plan. */
export function buildPolicy(plan: PolicyPlan): Policy {
  const facts: Reach = { attributes: FACTS, lists: LIST_REACH, lets: [], signals: [], scores: [] };
  const factLets = plan.factLets.map(
    (each, index): Let => ({
      ...declared(`let_${index}`),
      expr: buildCondition(each, { ...facts, lets: bools(index) }),
    }),
  );
  const lets = [...factLets, numberLet(factLets.length)];
  const known: Reach = { ...facts, lets: [...bools(factLets.length), { index: factLets.length, scalar: "int" }] };
  const signals = plan.signals.map((each, index) => buildSignal(each, index, plan.routes, known));
  const stateful: Reach = { ...known, signals: [...signals.keys()] };
  const stateLets = plan.stateLets.map(
    (each, index): Let => ({
      ...declared(`let_${lets.length + index}`),
      expr: buildCondition(each, stateful),
    }),
  );
  const laterLets = stateLets.map((_, index) => ({ index: lets.length + index, scalar: "bool" as const }));
  const scoring: Reach = { ...stateful, lets: [...stateful.lets, ...laterLets] };
  const scores = buildScores(plan, scoring);
  const everything: Reach = { ...scoring, scores: [...scores.keys()] };
  return {
    format: POLICY_FORMAT,
    name: "generated",
    version: "0",
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
    identity: [],
    clients: buildClients(plan),
    lists: buildLists(plan),
    facts: [],
    tables: [],
    windows: [],
    routes: plan.routes,
    lets: [...lets, ...stateLets],
    signals,
    scores,
    limits: plan.limits.map((each, index) => buildLimit(each, index, plan.routes, everything)),
    rules: plan.rules.map((each, index) => buildRule(each, index, plan, everything)),
    order: buildOrder(plan),
  };
}

/** Small well-typed policies. */
export const arbitraryPolicy: fc.Arbitrary<Policy> = arbitraryPolicyPlan.map(buildPolicy);
