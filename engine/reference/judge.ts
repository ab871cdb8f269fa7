/**
 * The steps of a decision. {@link openRequest} reads the facts and records the request's signals, {@link consider} finds out what the
 * policy says without changing anything, and {@link settle} makes the changes; whoever explains a decision looks in between.
 */
import type { DecisionRecord } from "../contract.ts";
import type { Action, Rule } from "../policy.ts";
import type { Request } from "../request.ts";
import { banLength, banRemaining, setBan } from "./bans.ts";
import { type Scope, truth } from "./expressions.ts";
import { readFacts } from "./facts.ts";
import { keyOf } from "./keys.ts";
import { type Asked, askLimit, charge, readingOf } from "./limits.ts";
import { awaitOutcome, recordMoment } from "./outcome.ts";
import { NO_FINDINGS, recordOf } from "./record.ts";
import { type Mode, modesOf } from "./rollout.ts";
import { scopeOf, UNANSWERED } from "./scope.ts";
import type { ReferenceState } from "./state.ts";
import {
  type Addition,
  additionOfBan,
  additionOfRule,
  NO_RULE_ALLOWS,
  PASSES,
  passesOn,
  placesOf,
  strictest,
} from "./verdict.ts";
import type { Witness } from "./witness.ts";

/** Methods that a quarantined caller keeps. */
const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

/** A rule as it applies to one request. */
export interface Judged {
  readonly rule: Rule;
  readonly place: number;
  readonly mode: Mode;
  readonly onRoute: boolean;
  readonly matches: boolean;
  /** Names of the rules that exempt from it, and ids of the overlays that spare from it. */
  readonly exemptBy: readonly string[];
  /** Microseconds until its ban of this request's key ends, in its mode and where the ban extends to; 0 for none. */
  readonly ban: number;
  /** Microseconds that the ban which its match sets would run; 0 for none. */
  readonly sentence: number;
}

/** What the policy says to a request. */
export interface Judgement {
  readonly scope: Scope;
  readonly scores: Readonly<Record<string, number>>;
  readonly rules: readonly Judged[];
  /** Modes of the limits, and what exempts this request from each, by the limits' indices. */
  readonly limitModes: readonly Mode[];
  readonly limitExemptBy: readonly (readonly string[])[];
  /** Everything that asks for a verdict. */
  readonly additions: readonly Addition[];
  readonly decided: Addition;
  /** The enforced limits that were asked, and whether all of them admit. */
  readonly asked: readonly Asked[];
  readonly admitted: boolean;
  readonly shadowAsked: readonly Asked[];
  /** Names of the shadow rules that hold and the shadow limits that refuse or would delay. */
  readonly shadow: readonly string[];
}

/** A request after step 3; `ended` says how it was refused before the rules. */
export interface Opening {
  readonly scope: Scope;
  readonly ended: Addition | null;
}

function refusal(reason: string, status: number): Addition {
  return { ...PASSES, verdict: "block", status, reason };
}

/** How a request ends before the rules: a refused credential, a kill, or a quarantine; null where it goes on to them. */
function earlyEnd({ policy, facts, overlaid }: Scope): Addition | null {
  if (policy.settings.refusedCredentials === "block" && facts.refusal !== null) {
    return refusal(facts.refusal.error, facts.refusal.status);
  }
  if (overlaid.killed) return refusal("killed", 403);
  return overlaid.quarantined && !SAFE_METHODS.includes(facts.method) ? refusal("quarantined", 403) : null;
}

/** Whether a path that two readers could disagree about ends the request before anything else. */
function isAmbiguous({ policy, facts }: Scope): boolean {
  return facts.ambiguous && policy.settings.ambiguousPaths === "block";
}

/** Reads a request's facts and records its signals. An ambiguous path ends it before that. */
export function openRequest(state: ReferenceState, request: Request, witness: Witness | null): Opening {
  const facts = readFacts(state.policy, request, state.now);
  const scope = scopeOf(state, facts, UNANSWERED);
  if (isAmbiguous(scope)) return { scope, ended: refusal("ambiguous_path", 400) };
  recordMoment(state, "request", scope, witness);
  return { scope, ended: earlyEnd(scope) };
}

/** The decision on a request that ended early. */
export function closeEarly(
  state: ReferenceState,
  { scope }: Opening,
  ended: Addition,
  witness: Witness | null,
): DecisionRecord {
  witness?.ended(ended.reason, scope);
  const { facts, overlaid, policy } = scope;
  if (!isAmbiguous(scope)) {
    recordMoment(state, "served", scope, witness);
    recordMoment(state, "end", scope, witness);
  }
  const client = facts.client === null ? -1 : policy.clients.indexOf(facts.client);
  const findings = { ...NO_FINDINGS, overlays: isAmbiguous(scope) ? [] : overlaid.ids };
  return recordOf(ended, findings, { route: facts.route, client, token: 0 });
}

// ── what the policy says ──────────────────────────────────────────────────────

/** Finds out what the policy says. Nothing changes. */
export function consider(state: ReferenceState, scope: Scope): Judgement {
  const { policy } = scope;
  const scores = Object.fromEntries(policy.scores.map((score, index) => [score.name, scope.score(index)]));
  const rules = judgeRules(state, scope);
  const before = [...liveBans(rules), ...additionsOf(rules, scope)];
  if (policy.settings.default === "block" && !rules.some(allows)) before.push(NO_RULE_ALLOWS);
  const limitModes = modesOf(policy.limits, scope);
  const limitExemptBy = limitExemptions(rules, scope);
  const askIn = (mode: Mode): Asked[] =>
    policy.limits.flatMap((limit, index) => {
      const applies = limitModes[index] === mode && limitExemptBy[index]?.length === 0;
      return (applies ? askLimit(state.limits, limit, mode === "shadow", scope) : null) ?? [];
    });
  const asked = passesOn(strictest(before).verdict) ? askIn("on") : [];
  const additions = [...before, ...asked.flatMap(({ addition }) => addition ?? [])];
  const decided = strictest(additions);
  const shadowAsked = passesOn(decided.verdict) ? askIn("shadow") : [];
  return {
    scope,
    scores,
    rules,
    limitModes,
    limitExemptBy,
    additions,
    decided,
    asked,
    admitted: asked.every(({ quote }) => quote.admits),
    shadowAsked,
    shadow: shadowOf(rules, shadowAsked),
  };
}

/** Which rules match, in which mode, which of them others or overlays exempt, and the bans that they set before. */
function judgeRules(state: ReferenceState, scope: Scope): Judged[] {
  const { policy, overlaid } = scope;
  const modes = modesOf(policy.rules, scope);
  const places = placesOf(policy, "rule");
  const judged = policy.rules.map((rule, index): Judged => {
    const mode = modes[index] ?? "off";
    const onRoute = rule.on === null || rule.on.includes(scope.facts.route);
    const exemptBy = overlaid.spares.flatMap(({ name, id }) => (name === rule.name ? [id] : []));
    const place = places[index] ?? 0;
    const ban = liveBan(state, rule, mode, scope);
    const sentence = nextBan(state, rule, mode, scope);
    return { rule, place, mode, onRoute, matches: onRoute && truth(rule.when, scope), exemptBy, ban, sentence };
  });
  const exempting = exemptingOf(judged);
  return judged.map((each, index) => {
    const by = exempting.flatMap(({ name, action }) => (action.rules.includes(index) ? [name] : []));
    return { ...each, exemptBy: [...by, ...each.exemptBy] };
  });
}

/** What exempts from others, of rules that take effect. */
function exemptingOf(judged: readonly Judged[]): { name: string; action: Extract<Action, { kind: "exempt" }> }[] {
  return judged
    .filter(takesEffect)
    .flatMap(({ rule: { name, action } }) => (action.kind === "exempt" ? [{ name, action }] : []));
}

function liveBan(state: ReferenceState, { action }: Rule, mode: Mode, scope: Scope): number {
  const ban = action.kind === "block" ? action.ban : null;
  if (ban === null || mode === "off") return 0;
  if (ban.on !== null && !ban.on.includes(scope.facts.route)) return 0;
  return banRemaining(state.bans, ban, mode === "shadow", keyOf(ban.keys, scope), scope.facts.now);
}

function nextBan(state: ReferenceState, { action }: Rule, mode: Mode, scope: Scope): number {
  const ban = action.kind === "block" ? action.ban : null;
  return ban === null ? 0 : banLength(state.bans, ban, mode === "shadow", keyOf(ban.keys, scope), scope.facts.now);
}

/** Whether a rule matches, is enforced and not exempted. */
export function takesEffect({ mode, matches, exemptBy }: Judged): boolean {
  return mode === "on" && matches && exemptBy.length === 0;
}

function allows(judged: Judged): boolean {
  return takesEffect(judged) && judged.rule.action.kind === "allow";
}

/** What exempts this request from each limit. */
function limitExemptions(rules: readonly Judged[], { policy, overlaid }: Scope): string[][] {
  const exempting = exemptingOf(rules);
  return policy.limits.map((limit, index) => [
    ...exempting.flatMap(({ name, action }) => (action.limits.includes(index) ? [name] : [])),
    ...overlaid.spares.flatMap(({ name, id }) => (name === limit.name ? [id] : [])),
  ]);
}

/** Step 2: each live ban of an enforced rule asks for a block. */
function liveBans(rules: readonly Judged[]): Addition[] {
  const live = rules.filter(({ mode, exemptBy, ban }) => mode === "on" && exemptBy.length === 0 && ban > 0);
  return live.map(({ rule, place, ban }) => additionOfBan(rule, place, ban));
}

function additionsOf(rules: readonly Judged[], { facts }: Scope): Addition[] {
  return rules
    .filter(takesEffect)
    .flatMap(({ rule, place, sentence }) => additionOfRule(rule, place, facts.request.passes, sentence) ?? []);
}

/** What shadow rules and limits would have done, in the order of their declaration. */
function shadowOf(rules: readonly Judged[], asked: readonly Asked[]): string[] {
  const shadowed = rules.filter(({ mode, exemptBy }) => mode === "shadow" && exemptBy.length === 0);
  const named = shadowed.filter(({ matches, ban }) => matches || ban > 0);
  const entries = named.map(({ rule, place }) => ({ name: rule.name, place }));
  for (const { limit, addition } of asked) {
    if (addition !== null) entries.push({ name: limit.name, place: addition.place });
  }
  return entries.sort((a, b) => a.place - b.place).map(({ name }) => name);
}

// ── what it changes ───────────────────────────────────────────────────────────

/** Charges the limits, sets the bans, records what was served, and makes the decision. */
export function settle(state: ReferenceState, judgement: Judgement, witness: Witness | null): DecisionRecord {
  const { scope, rules, scores, decided, asked, shadowAsked, shadow } = judgement;
  const passed = passesOn(decided.verdict);
  const charged = judgement.admitted ? [...asked] : [];
  // A shadow limit is charged by the requests that really pass, each for itself.
  charged.push(...shadowAsked.filter(({ quote }) => quote.admits));
  charge(charged);
  const readings = asked.map((each) => readingOf(each, state.now));
  witness?.charged(asked, readings);
  witness?.charged(
    shadowAsked,
    shadowAsked.map((each) => readingOf(each, state.now)),
  );
  setBans(state, rules, scope);
  const answered: Scope = { ...scope, answer: { outcome: null, served: passed }, lets: new Map() };
  recordMoment(state, "served", answered, witness);
  recordMoment(state, "end", answered, witness);
  const { facts, overlaid, policy } = scope;
  const effective = rules.filter(takesEffect);
  const findings = {
    matched: effective.map(({ rule }) => rule.name),
    shadow,
    scores,
    labels: effective.flatMap(({ rule }) => (rule.action.kind === "note" ? [rule.action.label] : [])),
    overlays: overlaid.ids,
    limits: readings,
  };
  const client = facts.client === null ? -1 : policy.clients.indexOf(facts.client);
  const token = passed ? awaitOutcome(state, scope, charged) : 0;
  return recordOf(decided, findings, { route: facts.route, client, token });
}

/** Step 8: every match sets its ban, also one that did not decide. */
function setBans(state: ReferenceState, rules: readonly Judged[], scope: Scope): void {
  for (const { rule, mode, matches, exemptBy } of rules) {
    const ban = rule.action.kind === "block" ? rule.action.ban : null;
    const applies = matches && exemptBy.length === 0 && mode !== "off";
    const key = ban !== null && applies ? keyOf(ban.keys, scope) : null;
    if (ban !== null && key !== null) setBan(state.bans, ban, mode === "shadow", key, state.now);
  }
}
