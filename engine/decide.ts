/**
 * A decision, step by step as the language defines it. One decider serves one program; the state it works on belongs to
 * the store and outlives it. One class, because the steps share the scratch of the request at hand, and nothing else may touch it.
 */
import { Candidates, findCandidates, findWaiting } from "./dispatch.ts";
import { Numbers, Record, Verdict } from "./decision-record.ts";
import { holds } from "./evaluate.ts";
import { Context, type SlotReader } from "./facts/context.ts";
import { readRequest } from "./facts/read-request.ts";
import { Hasher } from "./hasher.ts";
import { Phase } from "./layout.ts";
import { Limits } from "./limits.ts";
import type { KeyPart, LimitState } from "./contract.ts";
import type { Overlay } from "./overlay.ts";
import { liveOverlays, type LiveOverlays } from "./overlays.ts";
import { type Program, Rollout } from "./program.ts";
import type { Outcome, Request } from "./request.ts";
import { Rollouts } from "./rollouts.ts";
import { keepRequest, restoreRequest } from "./outcomes.ts";
import { RuleBans } from "./rule-bans.ts";
import { Signals } from "./signals.ts";
import type { PendingPool } from "./state/pending.ts";
import type { Sharing } from "./state/shared/shared-state.ts";
import type { StateStore } from "./state/store.ts";

const SCORE_CEILING = 1_000;
const BARE_THROTTLE_MICROS = 30_000_000;

/** Stamps of things that happen at most once a request: the thing's stamp is the request's epoch if it did. */
interface Stamps {
  readonly terms: Int32Array;
  readonly rules: Int32Array;
  readonly limits: Int32Array;
  readonly signals: Int32Array;
  readonly exemptRules: Int32Array;
  readonly exemptLimits: Int32Array;
}

export class Decider implements SlotReader {
  readonly program: Program;
  readonly context: Context;
  readonly record: Record;
  readonly pending: PendingPool;
  /** Where the state is shared with other workers. */
  private readonly sharing: Sharing | null;
  private readonly store: StateStore;
  private readonly hasher: Hasher;
  private readonly rollouts: Rollouts;
  private readonly signals: Signals;
  private readonly limits: Limits;
  private readonly bans: RuleBans;
  private readonly found: Candidates;
  private readonly stamps: Stamps;
  /** Round of the context that the stamps are of. */
  private round = 0;
  private readonly matching: Numbers;
  /** Those that have not ended; null while there are none. */
  private overlays: LiveOverlays | null = null;

  constructor(
    program: Program,
    store: StateStore,
    hashKey: readonly [number, number],
    pending: PendingPool,
    sharing: Sharing | null = null,
  ) {
    const { policy } = program;
    this.program = program;
    this.sharing = sharing;
    this.store = store;
    this.pending = pending;
    this.context = new Context(program, this);
    this.found = new Candidates(program);
    this.record = new Record(policy, this);
    this.hasher = new Hasher(this.context, hashKey);
    this.rollouts = new Rollouts(this.context);
    this.signals = new Signals(program, this.hasher);
    this.limits = new Limits(program, this.hasher, this.rollouts, this.record);
    this.bans = new RuleBans(program, store, this.hasher, this.rollouts, this.record);
    this.matching = new Numbers(policy.rules.length);
    this.stamps = {
      terms: new Int32Array(program.terms.length),
      rules: new Int32Array(policy.rules.length),
      limits: new Int32Array(policy.limits.length),
      signals: new Int32Array(policy.signals.length),
      exemptRules: this.bans.exempted,
      exemptLimits: this.limits.exempted,
    };
    this.link();
  }

  /** Looks up the state of every declaration. */
  link(): void {
    this.signals.link(this.store);
    this.limits.link(this.store);
    this.bans.link();
  }

  /** Of a program that is no longer in force: finds the state that outcomes of its requests go to. */
  relink(): void {
    this.signals.link(this.store);
    this.limits.unlink(this.store);
    this.bans.link();
  }

  // ── the steps of a decision ───────────────────────────────────────────────

  decide(request: Request, now: number): Record {
    const { context, record, program, sharing } = this;
    readRequest(context, request, now);
    if (context.ambiguous && program.policy.settings.ambiguousPaths === "block") {
      record.begin(context.route, context.client, now, context.epoch);
      record.refuse(400, "ambiguous_path");
    } else if (sharing === null) this.decideByState();
    else this.decideAlone(sharing);
    return record;
  }

  /** Other workers wait meanwhile; nothing that is read later may be of the state. */
  private decideAlone(sharing: Sharing): void {
    this.context.now = sharing.enter(this.context.now);
    try {
      this.decideByState();
    } catch (fault) {
      sharing.abandon();
      throw fault;
    }
    sharing.leave();
  }

  private decideByState(): void {
    const { context, record, program } = this;
    const { settings } = program.policy;
    record.begin(context.route, context.client, context.now, context.epoch);
    if (context.round !== this.round) this.forgetStamps();
    if (this.overlays !== null) this.meetOverlays(this.overlays);
    findCandidates(context, this.found);
    this.recordRequestSignals();
    if (context.refusal !== null && settings.refusedCredentials === "block") {
      record.refuse(context.refusalStatus, context.refusal);
      this.recordElapsed();
      return;
    }
    if (record.overlays !== null && this.endByOverlay(record.overlays)) {
      this.recordElapsed();
      return;
    }
    record.judged = true;
    if (program.lateScores || this.sharing !== null) this.settleScores();
    this.matchRules();
    this.bans.addLive();
    const allowed = this.addRules();
    if (!allowed && settings.default === "block") record.addNoRuleAllows();
    if (record.passes) this.askLimits();
    this.bans.set(this.matching);
    this.recordServedSignals();
    this.recordElapsed();
    if (record.passes) this.awaitOutcome();
    record.conclude();
  }

  /** Epochs start again after a billion requests; stamps of the last round must not be taken for this one's. */
  private forgetStamps(): void {
    this.round = this.context.round;
    for (const stamps of Object.values(this.stamps) as Int32Array[]) stamps.fill(0);
  }

  /** Records the outcome's signals of a kept request, and gives back what its limits take back. */
  observe(slot: number, outcome: Outcome, now: number): void {
    const { context, pending } = this;
    const { signals } = this.program.pending;
    restoreRequest(context, pending, slot, outcome, now);
    this.signals.recordThatHold(signals);
    this.signals.teachThatHold(signals);
    this.limits.settle(pending, slot);
    pending.give(slot);
  }

  // ── overlays ──────────────────────────────────────────────────────────────

  /** Puts overlays in force, those of them that have not ended. */
  setOverlays(overlays: readonly Overlay[], now: number): void {
    this.overlays = liveOverlays(overlays, this.program, now);
    this.rollouts.forced = this.overlays === null ? null : this.overlays.modes;
    this.limits.factors = null;
  }

  /** Finds the overlays that concern the request; those that have ended go first. */
  private meetOverlays(overlays: LiveOverlays): void {
    const { context, record } = this;
    if (context.now >= overlays.nextEnd) this.setOverlays(overlays.all, context.now);
    record.overlays = this.overlays;
    if (record.overlays === null) return;
    record.overlays.meet(context);
    this.limits.factors = record.overlays.quarantined ? record.overlays.quarantineFactors : record.overlays.factors;
  }

  /** Ends a killed or quarantined request; of another, notes what it is spared from. */
  private endByOverlay(overlays: LiveOverlays): boolean {
    const { context, record, stamps } = this;
    const { sparedRules, sparedLimits } = overlays;
    const reason = overlays.endOf(context);
    if (reason !== null) record.refuse(403, reason);
    for (let at = 0; at < sparedRules.count; at++) stamps.exemptRules[sparedRules.items[at]!] = context.epoch;
    for (let at = 0; at < sparedLimits.count; at++) stamps.exemptLimits[sparedLimits.items[at]!] = context.epoch;
    return reason !== null;
  }

  // ── step 3: signals ───────────────────────────────────────────────────────

  private recordRequestSignals(): void {
    const { found, stamps, context } = this;
    const list = found.lists[Phase.signal]!;
    const count = found.counts[Phase.signal]!;
    for (let index = 0; index < count; index++) {
      const signal = this.program.index.entryTarget[list[index]!]!;
      if (stamps.signals[signal] === context.epoch || !this.residualHolds(list[index]!)) continue;
      stamps.signals[signal] = context.epoch;
      this.signals.record(signal);
    }
  }

  private recordServedSignals(): void {
    const { served, taught } = this.program;
    const { passes } = this.record;
    this.context.served = passes;
    this.signals.recordThatHold(served);
    if (passes) this.signals.teachThatHold(taught);
  }

  /** The time of a request is noted when all has been decided, so that a decision compares it with what came before. */
  private recordElapsed(): void {
    this.context.served = this.record.passes;
    this.signals.recordThatHold(this.program.elapsed);
  }

  // ── what slots read ───────────────────────────────────────────────────────

  signal(index: number): number {
    return this.signals.read(index);
  }

  used(index: number): number {
    return this.limits.used(index);
  }

  score(index: number): number {
    this.settleScores();
    return this.record.scores[index]!;
  }

  condition(literal: number): boolean {
    return holds(this.context, literal);
  }

  // ── step 4: scores ────────────────────────────────────────────────────────

  /** Most requests meet nothing that reads a score: scores are computed for the first who asks, a rule or the plain copy. */
  settleScores(): void {
    const { record, context } = this;
    if (record.scored) return;
    if (record.epoch !== context.epoch) throw new Error("the record is of a request before the latest one or outcome");
    record.scored = true;
    this.computeScores();
  }

  private computeScores(): void {
    const { found, stamps, context } = this;
    const { scores } = this.record;
    const { terms, index: tables } = this.program;
    findWaiting(context, found, Phase.term);
    const list = found.lists[Phase.term]!;
    const count = found.counts[Phase.term]!;
    for (let score = 0; score < scores.length; score++) scores[score] = 0;
    for (let index = 0; index < count; index++) {
      const term = tables.entryTarget[list[index]!]!;
      if (stamps.terms[term] === context.epoch || !this.residualHolds(list[index]!)) continue;
      stamps.terms[term] = context.epoch;
      const { score, points } = terms[term]!;
      scores[score] = scores[score]! + points;
    }
    for (let score = 0; score < scores.length; score++) {
      scores[score] = Math.min(SCORE_CEILING, Math.max(0, scores[score]!));
    }
  }

  // ── step 5: rules ─────────────────────────────────────────────────────────

  private residualHolds(entry: number): boolean {
    const { residualStart, residuals } = this.program.index;
    const end = residualStart[entry + 1]!;
    for (let index = residualStart[entry]!; index < end; index++) {
      if (!holds(this.context, residuals[index]!)) return false;
    }
    return true;
  }

  /** Collects the targets of a phase whose conditions hold, in order of declaration. */
  private collect(phase: number, stamps: Int32Array, targets: Numbers): void {
    const { found, context } = this;
    const { entryTarget } = this.program.index;
    findWaiting(context, found, phase);
    const list = found.lists[phase]!;
    const count = found.counts[phase]!;
    targets.count = 0;
    for (let index = 0; index < count; index++) {
      const target = entryTarget[list[index]!]!;
      if (stamps[target] === context.epoch || !this.residualHolds(list[index]!)) continue;
      stamps[target] = context.epoch;
      targets.push(target);
    }
    targets.sort();
  }

  /** Finds the rules that match, and what those of them that exempt exempt. */
  private matchRules(): void {
    const { matching, stamps, context } = this;
    const { policy } = this.program;
    this.collect(Phase.rule, stamps.rules, matching);
    for (let index = 0; index < matching.count; index++) {
      const rule = matching.items[index]!;
      const { action } = policy.rules[rule]!;
      if (action.kind !== "exempt" || this.bans.isExempt(rule)) continue;
      if (this.rollouts.modeOf(this.program.rules[rule]!.rollout) !== Rollout.on) continue;
      for (let at = 0; at < action.rules.length; at++) stamps.exemptRules[action.rules[at]!] = context.epoch;
      for (let at = 0; at < action.limits.length; at++) stamps.exemptLimits[action.limits[at]!] = context.epoch;
    }
  }

  /** Adds what the rules that take effect ask for; tells whether one of them allows. */
  private addRules(): boolean {
    const { matching, record, program } = this;
    let allowed = false;
    for (let index = 0; index < matching.count; index++) {
      const rule = matching.items[index]!;
      if (this.bans.isExempt(rule)) continue;
      const { rollout, place } = program.rules[rule]!;
      const mode = this.rollouts.modeOf(rollout);
      if (mode === Rollout.shadow) this.record.listShadow(place);
      if (mode !== Rollout.on) continue;
      record.matched.push(rule);
      if (this.addRule(rule, place)) allowed = true;
    }
    return allowed;
  }

  private addRule(rule: number, place: number): boolean {
    const { record } = this;
    const { action } = this.program.policy.rules[rule]!;
    switch (action.kind) {
      case "allow":
        return true;
      case "slow":
        record.addRule(Verdict.slow, action.micros, rule, place);
        return false;
      case "challenge":
        if (!this.context.request.passes.includes(action.challenge)) record.addRule(Verdict.challenge, 0, rule, place);
        return false;
      case "throttle":
        record.addRule(Verdict.throttle, action.retryAfterMicros ?? BARE_THROTTLE_MICROS, rule, place);
        return false;
      case "block":
        record.add(Verdict.block, action.status, action.ban === null ? 0 : action.ban.forMicros, rule, -1, place);
        return false;
      default:
        return false;
    }
  }

  // ── step 6: limits ────────────────────────────────────────────────────────

  /** Enforced limits first; shadow limits are asked by what really passes. */
  private askLimits(): void {
    this.limits.begin();
    this.collect(Phase.limit, this.stamps.limits, this.limits.asking);
    this.limits.askEnforced();
    if (this.record.passes) this.limits.askShadow();
  }

  // ── outcomes and readings ─────────────────────────────────────────────────

  private awaitOutcome(): void {
    const { context, pending, record } = this;
    const { signals, awaits } = this.program.pending;
    if ((signals.length === 0 || !holds(context, awaits)) && !this.limits.awaitsOutcome) return;
    const slot = keepRequest(this.hasher, pending);
    this.limits.keep(pending, slot);
    record.token = pending.tokenOf(slot);
  }

  /** Reading of a signal for a key given by its values. */
  readSignal(index: number, keys: readonly KeyPart[], now: number): number {
    return this.signals.readFor(index, keys, now);
  }

  /** State of an enforced limit for a key given by its values. */
  readLimit(index: number, keys: readonly KeyPart[], now: number): LimitState {
    return this.limits.stateFor(index, keys, now);
  }

  /** Time left of an enforced rule's ban of a key given by its values. */
  readBan(index: number, keys: readonly KeyPart[], now: number): number {
    return this.bans.remainingFor(index, keys, now);
  }
}
