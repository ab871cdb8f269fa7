/**
 * The reference interpreter: the meaning of a policy, written to be read beside the language's definition of a decision.
 * It is slow and keeps everything; it is the oracle by which the compiled engine is judged, and shares no code with it.
 */
import type { DecisionRecord, EngineOptions, Needs, PolicyEngine, ReloadReport, StateReadings } from "../contract.ts";
import type { LimitReading } from "../decision.ts";
import type { Policy, Rule, SignalPhase } from "../policy.ts";
import type { Outcome, Request } from "../request.ts";
import type { Answer } from "./attributes.ts";
import { BanState } from "./bans.ts";
import { type Scope, truth } from "./expressions.ts";
import { type Facts, readFacts } from "./facts.ts";
import { keyOf, spellKey } from "./keys.ts";
import { type Asked, LimitStates } from "./limits.ts";
import { needsOf } from "./needs.ts";
import { type Findings, NO_FINDINGS, recordOf } from "./record.ts";
import { reloadReport } from "./reload.ts";
import { type Judged, type Mode, modeOf } from "./rollout.ts";
import { SignalState } from "./signals.ts";
import type { CopyStates } from "./states.ts";
import {
  type Addition,
  additionOfBan,
  additionOfRule,
  NO_RULE_ALLOWS,
  PASSES,
  passesOn,
  placeOf,
  strictest,
} from "./verdict.ts";
import type { Witness } from "./witness.ts";

const UNANSWERED: Answer = { outcome: null, served: false };

/** A request that was let through and whose outcome is awaited; it is judged by the policy that decided it. */
interface Pending {
  readonly policy: Policy;
  readonly facts: Facts;
}

/** The interpreter. A witness is told of every step. */
export class Reference implements PolicyEngine {
  policy: Policy;
  private now = 0;
  private nextToken = 1;
  private readonly pending = new Map<number, Pending>();
  private readonly pendingLimit: number;
  private signals: SignalState;
  private limits = new LimitStates();
  private bans = new BanState();
  private readonly options: EngineOptions;
  private readonly witness: Witness | null;

  constructor(policy: Policy, options: EngineOptions, witness: Witness | null = null) {
    this.policy = policy;
    this.options = options;
    this.witness = witness;
    this.pendingLimit = options.pendingOutcomes ?? 65_536;
    this.signals = new SignalState(options.hashKey ?? [0, 0]);
    this.adopt(policy);
  }

  get needs(): Needs {
    return needsOf(this.policy);
  }

  decide(request: Request, nowMicros: number): DecisionRecord {
    this.now = Math.max(this.now, nowMicros);
    const facts = readFacts(this.policy, request, this.now);
    const { settings } = this.policy;
    if (facts.ambiguous && settings.ambiguousPaths === "block") return this.refuse(facts, "ambiguous_path", 400);
    const refusal = settings.refusedCredentials === "block" ? facts.refusal : null;
    this.recordSignals("request", facts, UNANSWERED);
    return refusal === null ? this.judge(facts) : this.refuse(facts, refusal.error, refusal.status);
  }

  observe(token: number, outcome: Outcome, nowMicros: number): boolean {
    this.now = Math.max(this.now, nowMicros);
    const pending = this.pending.get(token);
    if (pending === undefined) return false;
    this.pending.delete(token);
    this.recordSignals("outcome", pending.facts, { outcome, served: true }, pending.policy);
    return true;
  }

  routeOf(request: Request): number {
    return readFacts(this.policy, request, this.now).route;
  }

  reload(policy: Policy): ReloadReport {
    const report = reloadReport(this.policy, policy);
    this.policy = policy;
    this.adopt(policy);
    return report;
  }

  setList(): boolean {
    return false;
  }

  setOverlays(): void {}

  /** Another interpreter with a copy of the state. */
  copy(how: CopyStates, witness: Witness | null = null): Reference {
    const copy = new Reference(this.policy, this.options, witness);
    copy.now = this.now;
    copy.nextToken = this.nextToken;
    for (const [token, pending] of this.pending) copy.pending.set(token, pending);
    copy.signals = this.signals.copy(how);
    copy.limits = this.limits.copy(how);
    copy.bans = this.bans.copy(how);
    return copy;
  }

  get readings(): StateReadings {
    return {
      signal: (name, keys, now) => {
        const signal = this.policy.signals.find((each) => each.name === name);
        return signal === undefined ? 0 : this.signals.read(signal, spellKey(keys), now);
      },
      limit: (name, keys, now) => {
        const limit = this.policy.limits.find((each) => each.name === name);
        return limit === undefined
          ? { fullInMicros: 0, numerator: 0, denominator: 1 }
          : this.limits.state(limit, spellKey(keys), now);
      },
      ban: (name, keys, now) => {
        const action = this.policy.rules.find((each) => each.name === name)?.action;
        const ban = action?.kind === "block" ? action.ban : null;
        return ban ? this.bans.remaining(ban, false, spellKey(keys), now) : 0;
      },
    };
  }

  // ── the steps of a decision ───────────────────────────────────────────────

  private judge(facts: Facts): DecisionRecord {
    const scope = this.scopeOf(facts, UNANSWERED);
    const scores = Object.fromEntries(this.policy.scores.map((score, index) => [score.name, scope.score(index)]));
    const rules = this.judgeRules(scope);
    const bans = this.liveBans(rules, scope);
    this.witness?.judged(rules, (each) => this.banRemaining(each, scope), scope);
    const additions = [...bans, ...additionsOf(rules, facts)];
    if (this.policy.settings.default === "block" && !rules.some(allows)) additions.push(NO_RULE_ALLOWS);
    const asked = passesOn(strictest(additions).verdict) ? this.askLimits(rules, scope) : [];
    for (const { addition } of asked) if (addition !== null) additions.push(addition);
    this.witness?.weighed(additions, bans);
    const decided = strictest(additions);
    const shadow = this.shadowOf(rules, scope, passesOn(decided.verdict));
    this.setBans(rules, scope);
    this.recordSignals("served", facts, { outcome: null, served: passesOn(decided.verdict) });
    return this.recordOf(decided, facts, {
      matched: namesOf(rules.filter(takesEffect)),
      shadow,
      scores,
      labels: rules.filter(takesEffect).flatMap(({ rule }) => (rule.action.kind === "note" ? [rule.action.label] : [])),
      overlays: [],
      limits: this.readingsOf(asked),
    });
  }

  private recordSignals(phase: SignalPhase, facts: Facts, answer: Answer, policy: Policy = this.policy): void {
    const scope = this.scopeOf(facts, answer, policy);
    this.witness?.recording(phase, scope);
    for (const signal of policy.signals) {
      if (signal.phase === phase && this.signals.record(signal, scope, this.now)) this.witness?.recorded(signal);
    }
  }

  /** Which rules match, in which mode, and which of them other matching rules exempt. */
  private judgeRules(scope: Scope): Judged[] {
    const judged = this.policy.rules.map((rule, index): Judged => {
      const onRoute = rule.on === null || rule.on.includes(scope.facts.route);
      const place = placeOf(this.policy, "rule", index);
      return { rule, place, mode: modeOf(rule, scope), matches: onRoute && truth(rule.when, scope), exempt: false };
    });
    const exempted = new Set(judged.filter(takesEffect).flatMap(({ rule }) => exemptionsOf(rule).rules));
    return judged.map((each, index) => ({ ...each, exempt: exempted.has(index) }));
  }

  private banRemaining({ rule, mode, exempt }: Judged, scope: Scope): number {
    const ban = rule.action.kind === "block" ? rule.action.ban : null;
    if (ban === null || exempt || mode === "off") return 0;
    if (ban.on !== null && !ban.on.includes(scope.facts.route)) return 0;
    return this.bans.remaining(ban, mode === "shadow", keyOf(ban.keys, scope), this.now);
  }

  private liveBans(rules: readonly Judged[], scope: Scope): Addition[] {
    return rules.flatMap((each) => {
      const remaining = each.mode === "on" ? this.banRemaining(each, scope) : 0;
      return remaining > 0 ? [additionOfBan(each.rule, each.place, remaining)] : [];
    });
  }

  /** Asks the enforced limits, and charges all of them if all admit. */
  private askLimits(rules: readonly Judged[], scope: Scope): Asked[] {
    const asked = this.askLimitsIn("on", rules, scope);
    if (asked.every(({ admits }) => admits)) this.limits.charge(asked);
    this.witness?.asked(asked, this.readingsOf(asked));
    return asked;
  }

  private askLimitsIn(mode: Mode, rules: readonly Judged[], scope: Scope): Asked[] {
    const exempted = new Set(rules.filter(takesEffect).flatMap(({ rule }) => exemptionsOf(rule).limits));
    const limits = this.policy.limits.filter((limit, index) => !exempted.has(index) && modeOf(limit, scope) === mode);
    return limits.flatMap((limit) => this.limits.ask(limit, mode === "shadow", scope) ?? []);
  }

  private readingsOf(asked: readonly Asked[]): LimitReading[] {
    return asked.map((each) => this.limits.reading(each, this.now));
  }

  /** What shadow rules and limits would have done. A shadow limit is charged by the requests that really pass. */
  private shadowOf(rules: readonly Judged[], scope: Scope, passed: boolean): string[] {
    const shadowed = rules.filter((each) => each.mode === "shadow" && !each.exempt);
    const named = shadowed.filter((each) => each.matches || this.banRemaining(each, scope) > 0);
    const asked = passed ? this.askLimitsIn("shadow", rules, scope) : [];
    this.limits.charge(asked.filter(({ admits }) => admits));
    this.witness?.asked(asked, this.readingsOf(asked));
    const refusing = asked.flatMap(({ admits, addition }) => (admits || addition === null ? [] : [addition]));
    const entries = named.map(({ rule, place }) => ({ name: rule.name, place }));
    for (const { by, place } of refusing) entries.push({ name: by ?? "", place });
    return entries.sort((a, b) => a.place - b.place).map(({ name }) => name);
  }

  /** Step 8: every match sets its ban, also one that did not decide. */
  private setBans(rules: readonly Judged[], scope: Scope): void {
    for (const { rule, mode, matches, exempt } of rules) {
      const ban = rule.action.kind === "block" ? rule.action.ban : null;
      const key = ban !== null && matches && !exempt && mode !== "off" ? keyOf(ban.keys, scope) : null;
      if (ban !== null && key !== null) this.bans.set(ban, mode === "shadow", key, this.now);
    }
  }

  // ── helpers ───────────────────────────────────────────────────────────────

  private adopt(policy: Policy): void {
    this.signals.adopt(policy);
    this.limits.adopt(policy);
    this.bans.adopt(policy);
  }

  private scopeOf(facts: Facts, answer: Answer, policy: Policy = this.policy): Scope {
    const scope: Scope = {
      policy,
      facts,
      answer,
      signal: (index) => {
        const signal = policy.signals[index];
        return signal === undefined ? 0 : this.signals.read(signal, keyOf(signal.keys, scope), this.now);
      },
      score: (index) => {
        const terms = policy.scores[index]?.terms ?? [];
        const sum = terms.reduce((total, term) => total + (truth(term.when, scope) ? term.points : 0), 0);
        return Math.min(1_000, Math.max(0, sum));
      },
    };
    return scope;
  }

  /** A request refused before the rules. */
  private refuse(facts: Facts, reason: string, status: number): DecisionRecord {
    this.witness?.ended(reason, this.scopeOf(facts, UNANSWERED));
    return this.recordOf({ ...PASSES, verdict: "block", status, reason }, facts, NO_FINDINGS);
  }

  private recordOf(decided: Addition, facts: Facts, findings: Findings): DecisionRecord {
    const client = facts.client === null ? -1 : this.policy.clients.indexOf(facts.client);
    const token = passesOn(decided.verdict) ? this.await(facts) : 0;
    return recordOf(decided, findings, { route: facts.route, client, token });
  }

  /** A handle for the outcome, where some signal waits for it; the oldest is forgotten when too many do. */
  private await(facts: Facts): number {
    const waits = this.policy.signals.some(
      ({ phase, on }) => phase === "outcome" && (on === null || on.includes(facts.route)),
    );
    if (!waits) return 0;
    const token = this.nextToken++;
    // The caller may fill its request object anew for the next request.
    this.pending.set(token, { policy: this.policy, facts: { ...facts, request: structuredClone(facts.request) } });
    const [oldest] = this.pending.keys();
    if (this.pending.size > this.pendingLimit && oldest !== undefined) this.pending.delete(oldest);
    return token;
  }
}

/** Whether a rule matches, is enforced and not exempted. */
export function takesEffect({ mode, matches, exempt }: Judged): boolean {
  return mode === "on" && matches && !exempt;
}

function allows(judged: Judged): boolean {
  return takesEffect(judged) && judged.rule.action.kind === "allow";
}

function namesOf(rules: readonly Judged[]): string[] {
  return rules.map(({ rule }) => rule.name);
}

function exemptionsOf(rule: Rule): { readonly rules: readonly number[]; readonly limits: readonly number[] } {
  return rule.action.kind === "exempt" ? rule.action : { rules: [], limits: [] };
}

function additionsOf(rules: readonly Judged[], facts: Facts): Addition[] {
  return rules
    .filter(takesEffect)
    .flatMap(({ rule, place }) => additionOfRule(rule, place, facts.request.passes) ?? []);
}

/** Makes a reference interpreter of a policy. */
export function createReference(policy: Policy, options: EngineOptions = {}): PolicyEngine {
  return new Reference(policy, options);
}
