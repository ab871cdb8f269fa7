/** One cell of the matrix: what applies to one sort of caller on one route, whatever the request holds. */
import { EVIDENCE } from "../../../engine/index.ts";
import type { Client, Evidence, Expr, Limit, Policy, Rule } from "../../../engine/index.ts";
import { keysText } from "./key-text.ts";
import { rateText } from "../../rate-text.ts";
import { Evaluation, type Subject, type Truth, UNKNOWN } from "./partial.ts";

/** How surely something applies: to every request of the caller on the route, or to those that meet its condition. */
export type Applies = "always" | "may";

/** A rule that can match. */
export interface RuleMatch {
  /** Index into the policy's rules. */
  readonly rule: number;
  readonly applies: Applies;
  /** Whether it has no effect yet. */
  readonly shadow: boolean;
  /** Whether another rule exempts from it. */
  readonly exempt: Applies | null;
}

/** A limit that can be asked. */
export interface LimitMatch {
  /** Index into the policy's limits. */
  readonly limit: number;
  readonly applies: Applies;
  readonly shadow: boolean;
  readonly exempt: Applies | null;
  /** What it allows this caller, and each of whom: `20 per 1s burst 60 per client`. */
  readonly amount: string;
}

/** Whether requests get through: each as far as rules go, some, or none. */
export type Access = "served" | "may" | "refused";

/** A cell. */
export interface Cell {
  /** Index into the policy's routes; -1 for a path that no route has. */
  readonly route: number;
  readonly granted: "yes" | "no" | "may";
  readonly access: Access;
  /** Why none get through: a rule's name, or `no_rule_allows`; empty otherwise. */
  readonly refusedBy: string;
  /** Kinds of proof, weakest first, with which some request may get through. */
  readonly passesWith: readonly Evidence[];
  readonly rules: readonly RuleMatch[];
  readonly limits: readonly LimitMatch[];
}

/** A sort of caller. */
export interface Caller {
  readonly client: Client | null;
  /** Kinds of proof that it can bring. Not empty. */
  readonly evidence: readonly Evidence[];
}

/** Computes cells of one policy as of one time. */
export class Cells {
  readonly #policy: Policy;
  readonly #now: number;
  /** Rules and limits that are off for whom a canary is chosen. */
  readonly #replaced: ReadonlySet<Rule | Limit | undefined>;

  constructor(policy: Policy, nowMicros: number) {
    this.#policy = policy;
    this.#now = nowMicros;
    this.#replaced = new Set([...replacedIn(policy.rules), ...replacedIn(policy.limits)]);
  }

  cell(caller: Caller, route: number, grant: boolean): Cell {
    const views = caller.evidence.map((evidence) => this.#view({ client: caller.client, route, evidence, grant }));
    const granted = views.map(({ evaluation }) => evaluation.truth(GRANTED));
    const passes = caller.evidence.filter((_, at) => views[at]?.access !== "refused");
    const refusals = views.map(({ refusedBy }) => refusedBy).filter((name) => name !== "");
    const access = accessOf(views.map((view) => view.access));
    return {
      route,
      granted: granted.every((each) => each === true) ? "yes" : granted.every((each) => each === false) ? "no" : "may",
      access,
      refusedBy: access === "refused" ? (refusals[0] ?? "") : "",
      passesWith: passes,
      rules: mergeRules(views.map((view) => view.rules)),
      limits: mergeLimits(views.map((view) => view.limits)),
    };
  }

  #view(subject: Subject): View {
    const evaluation = new Evaluation(this.#policy, subject);
    const matches = this.#matches(evaluation, subject.route);
    const exempt = exemptions(this.#policy, matches);
    const rules = matches.map((match) => ({ ...match, exempt: exempt.rules.get(match.rule) ?? null }));
    const limits = this.#limits(evaluation, subject.route, exempt.limits);
    return { evaluation, rules, limits, ...this.#access(rules) };
  }

  #matches(evaluation: Evaluation, route: number): readonly Omit<RuleMatch, "exempt">[] {
    const found: Omit<RuleMatch, "exempt">[] = [];
    for (const [index, rule] of this.#policy.rules.entries()) {
      const reach = this.#reach(rule, route, evaluation);
      const holds = reach === null ? false : evaluation.truth(rule.when);
      if (reach === null || holds === false) continue;
      found.push({ rule: index, applies: holds === true && reach.certain ? "always" : "may", shadow: reach.shadow });
    }
    return found;
  }

  #limits(evaluation: Evaluation, route: number, exempt: ReadonlyMap<number, Applies>): readonly LimitMatch[] {
    const found: LimitMatch[] = [];
    for (const [index, limit] of this.#policy.limits.entries()) {
      const reach = this.#reach(limit, route, evaluation);
      if (reach === null) continue;
      const asked = both(evaluation.truth(limit.when), evaluation.hasKey(limit.keys));
      if (asked === false) continue;
      found.push({
        limit: index,
        applies: asked === true && reach.certain ? "always" : "may",
        shadow: reach.shadow,
        exempt: exempt.get(index) ?? null,
        amount: amountText(limit, evaluation),
      });
    }
    return found;
  }

  /** Whether a rule or limit is in force on a route; null where it is not even in shadow. */
  #reach(
    declaration: Rule | Limit,
    route: number,
    evaluation: Evaluation,
  ): { readonly certain: boolean; readonly shadow: boolean } | null {
    const { on, rollout } = declaration;
    const whole = !this.#replaced.has(declaration);
    if (on !== null && !on.includes(route)) return null;
    if (rollout.untilMicros !== null && rollout.untilMicros <= this.#now) return { certain: whole, shadow: true };
    if (rollout.mode !== "canary")
      return rollout.mode === "off" ? null : { certain: whole, shadow: rollout.mode === "shadow" };
    const chosen = rollout.percent > 0 && evaluation.hasKey([rollout.key]) !== false;
    const all = rollout.percent >= 100 && evaluation.hasKey([rollout.key]) === true;
    return { certain: whole && (all || !chosen), shadow: !chosen };
  }

  #access(matches: readonly RuleMatch[]): { readonly access: Access; readonly refusedBy: string } {
    const active = matches
      .filter((match) => !match.shadow)
      .map((match) => ({ match, rule: this.#policy.rules[match.rule] }));
    const refusing = active.filter(({ match, rule }) => refuses(rule) && match.exempt !== "always");
    const certain = refusing.find(({ match }) => match.applies === "always" && match.exempt === null);
    if (certain !== undefined) return { access: "refused", refusedBy: certain.rule?.name ?? "" };
    const allowing = active.filter(({ rule }) => rule?.action.kind === "allow");
    const open = this.#policy.settings.default === "allow";
    if (!open && allowing.length === 0) return { access: "refused", refusedBy: "no_rule_allows" };
    const asked = active.some(({ match, rule }) => rule?.action.kind === "challenge" && match.exempt !== "always");
    const sure = open || allowing.some(({ match }) => match.applies === "always");
    return { access: sure && refusing.length === 0 && !asked ? "served" : "may", refusedBy: "" };
  }
}

/** What canaries replace, whether or not they have ended: that errs towards less certainty. */
function replacedIn<T extends Rule | Limit>(all: readonly T[]): readonly (T | undefined)[] {
  return all.flatMap(({ rollout }) =>
    rollout.mode === "canary" && rollout.replaces !== null ? [all[rollout.replaces]] : [],
  );
}

/** A cell for one kind of proof. */
interface View {
  readonly evaluation: Evaluation;
  readonly access: Access;
  readonly refusedBy: string;
  readonly rules: readonly RuleMatch[];
  readonly limits: readonly LimitMatch[];
}

const NOWHERE = { file: 0, start: 0, end: 0 };
const GRANTED: Expr = {
  kind: "attribute",
  name: "granted",
  args: [],
  type: { scalar: "bool", set: false },
  span: NOWHERE,
};

/** Whether a rule turns requests away that nothing the caller shows gets through. A challenge can be passed. */
export function refuses(rule: Rule | undefined): boolean {
  return rule?.action.kind === "block" || rule?.action.kind === "throttle";
}

function accessOf(all: readonly Access[]): Access {
  if (all.every((each) => each === "served")) return "served";
  return all.every((each) => each === "refused") ? "refused" : "may";
}

function both(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

interface Exemptions {
  readonly rules: ReadonlyMap<number, Applies>;
  readonly limits: ReadonlyMap<number, Applies>;
}

function exemptions(policy: Policy, matches: readonly Omit<RuleMatch, "exempt">[]): Exemptions {
  const [rules, limits] = [new Map<number, Applies>(), new Map<number, Applies>()];
  for (const { rule, applies, shadow } of matches) {
    const action = policy.rules[rule]?.action;
    if (shadow || action?.kind !== "exempt") continue;
    for (const index of action.rules) rules.set(index, strongest(rules.get(index), applies));
    for (const index of action.limits) limits.set(index, strongest(limits.get(index), applies));
  }
  return { rules, limits };
}

function strongest(known: Applies | undefined, applies: Applies): Applies {
  return known === "always" ? known : applies;
}

/** What applies whatever the proof: `always` only where it is so in every view. */
function mergeRules(views: readonly (readonly RuleMatch[])[]): readonly RuleMatch[] {
  return merge(views, (match) => match.rule);
}

function mergeLimits(views: readonly (readonly LimitMatch[])[]): readonly LimitMatch[] {
  return merge(views, (match) => match.limit);
}

function merge<T extends { readonly applies: Applies; readonly shadow: boolean; readonly exempt: Applies | null }>(
  views: readonly (readonly T[])[],
  indexOf: (match: T) => number,
): readonly T[] {
  const found = new Map<number, T[]>();
  for (const match of views.flat()) found.set(indexOf(match), [...(found.get(indexOf(match)) ?? []), match]);
  const merged = [...found].sort(([a], [b]) => a - b).map(([, matches]) => mergeOne(matches, views.length));
  return merged.filter((match) => match !== null);
}

function mergeOne<T extends { readonly applies: Applies; readonly shadow: boolean; readonly exempt: Applies | null }>(
  matches: readonly T[],
  views: number,
): T | null {
  const [first] = matches;
  if (first === undefined) return null;
  const always = matches.length === views && matches.every(({ applies }) => applies === "always");
  const exempt = matches.every((match) => match.exempt === "always");
  const maybe = matches.some((match) => match.exempt !== null);
  return { ...first, applies: always ? "always" : "may", exempt: exempt ? "always" : maybe ? "may" : null };
}

/** The effective amount in the language's words. */
function amountText(limit: Limit, evaluation: Evaluation): string {
  return `${amountAlone(limit, evaluation)} per ${keysText(limit.keys, evaluation)}`;
}

function amountAlone({ amount }: Limit, evaluation: Evaluation): string {
  switch (amount.kind) {
    case "gcra":
    case "exact": {
      const rate = evaluation.value(amount.rate);
      if (rate === UNKNOWN || typeof rate !== "object" || !("allow" in rate)) return "a rate that the request decides";
      return amount.kind === "exact" ? `${rateText({ ...rate, burst: rate.allow })} exact` : rateText(rate);
    }
    case "calendar":
      return `${amount.count.toLocaleString("en-US")} per ${amount.unit}`;
    case "leases":
      return `${amount.count} at once`;
  }
}

/** Kinds of proof, weakest first and each once. */
export function sortedEvidence(kinds: Iterable<Evidence>): readonly Evidence[] {
  const wanted = new Set(kinds);
  return EVIDENCE.filter((kind) => wanted.has(kind));
}
