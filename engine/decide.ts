/**
 * A decision, step by step as the language defines it. One decider serves one program; the state it works on belongs to
 * the store and outlives it. One class, because the steps share the scratch of the request at hand, and nothing else may touch it.
 */
import { Record, Verdict } from "./decision-record.ts";
import { Exemptions } from "./exemptions.ts";
import { holds, makeTests } from "./evaluate.ts";
import { Context, type SlotReader } from "./facts/context.ts";
import { makeReaders } from "./facts/read-slot.ts";
import { readRequest } from "./facts/read-request.ts";
import type { HeldNumber } from "./held-number.ts";
import { NO_STEPS, type Steps, StepWriter } from "./generate/steps.ts";
import { Hasher } from "./hasher.ts";
import { Phase } from "./layout.ts";
import { Limits } from "./limits.ts";
import { Matches } from "./matches.ts";
import type { KeyPart, LimitState } from "./contract.ts";
import type { Overlay } from "./overlay.ts";
import { liveOverlays, type LiveOverlays } from "./overlays.ts";
import type { Program } from "./program.ts";
import type { Outcome, Request } from "./request.ts";
import { Rollouts } from "./rollouts.ts";
import { keepRequest, restoreRequest } from "./outcomes.ts";
import { routeCandidates } from "./route-candidates.ts";
import { RuleBans } from "./rule-bans.ts";
import type { BanEntry } from "./state/bans.ts";
import { Rules } from "./rules.ts";
import { Scores } from "./scores.ts";
import { Signals } from "./signals.ts";
import type { PendingPool } from "./state/pending.ts";
import type { Sharing } from "./state/shared/shared-state.ts";
import type { StateStore } from "./state/store.ts";

/** How the context comes to the values of slots and conditions. */
const MAKERS = { makeReaders, makeTests };

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
  private readonly matches: Matches;
  private readonly exemptions: Exemptions;
  private readonly scores: Scores;
  private readonly rules: Rules;
  private readonly steps: Steps;
  /** Whether there are signals and limits at all. */
  private readonly records: boolean;
  private readonly asks: boolean;
  /** Whether signals are recorded, or learn, when a request is decided. */
  private readonly recordsLate: boolean;
  /** Of each route, those without a route first: whether signals await the outcome; whether some limit does. */
  private readonly awaits: Uint8Array;
  private readonly chargesAwait: boolean;
  /** Those that have not ended; null while there are none. */
  private overlays: LiveOverlays | null = null;

  constructor(
    program: Program,
    store: StateStore,
    hashKey: readonly [number, number],
    pending: PendingPool,
    clock: HeldNumber,
    sharing: Sharing | null,
    generates: boolean,
  ) {
    const { policy } = program;
    this.program = program;
    this.sharing = sharing;
    this.records = program.signals.length > 0;
    this.asks = program.limits.length > 0;
    this.recordsLate = program.served.length + program.taught.length + program.elapsed.length > 0;
    this.awaits = program.pending.awaits;
    this.chargesAwait = program.pending.limits.length > 0;
    this.store = store;
    this.pending = pending;
    this.context = new Context(program, this, MAKERS, clock);
    this.record = new Record(policy, this);
    this.hasher = new Hasher(this.context, hashKey);
    this.signals = new Signals(program, this.hasher);
    this.exemptions = new Exemptions(this.context);
    this.rollouts = new Rollouts(this.context);
    this.limits = new Limits(program, this.hasher, this.rollouts, this.record, this.exemptions);
    const byRoute = routeCandidates(program.index, policy.routes.length);
    const writer = new StepWriter(this.context, this.hasher, this.signals, this.limits);
    this.steps = generates ? writer.steps(byRoute) : NO_STEPS;
    this.matches = new Matches(this.context, byRoute, this.steps);
    this.scores = new Scores(this.context, this.matches, this.record, this.steps);
    this.bans = new RuleBans(program, store, this.hasher, this.rollouts, this.record, this.exemptions);
    this.rules = new Rules(this.context, this.matches, this.record, this.rollouts, this.exemptions, this.bans);
    this.link();
  }

  /** Looks up the state of every declaration. */
  link(): void {
    this.signals.link(this.store);
    this.limits.link(this.store);
    this.bans.link();
  }

  /** Of a program that is no longer in force: lets go of state that is gone, to which outcomes of its requests would go. */
  unlink(): void {
    this.signals.unlink(this.store);
    this.limits.unlink(this.store);
  }

  // ── the steps of a decision ───────────────────────────────────────────────

  /** Decides a request by the time of the engine's clock. */
  decide(request: Request): Record {
    const { context, record, program, sharing } = this;
    readRequest(context, request);
    if (context.ambiguous && program.policy.settings.ambiguousPaths === "block") {
      record.begin(context.route, context.client, context.now, context.epoch);
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

  /** The route of a request that is not decided. The latest decision's record stays valid: what it needs of its request is read first. */
  routeOf(request: Request): number {
    const { context, record } = this;
    if (record.judged && record.epoch === context.epoch) this.scores.settle();
    readRequest(context, request);
    return context.route;
  }

  private decideByState(): void {
    const { context, record, program } = this;
    const { settings } = program.policy;
    record.begin(context.route, context.client, context.now, context.epoch);
    if (this.overlays !== null) this.meetOverlays(this.overlays);
    this.matches.find();
    if (this.records) this.recordRequestSignals();
    if (context.refusal !== null && settings.refusedCredentials === "block") {
      record.refuse(context.refusalStatus, context.refusal);
      if (this.recordsLate) this.recordDecided();
      return;
    }
    if (record.overlays !== null && this.endByOverlay(record.overlays)) {
      if (this.recordsLate) this.recordDecided();
      return;
    }
    record.judged = true;
    if (program.lateScores || this.sharing !== null) this.scores.settle();
    this.rules.match();
    if (this.bans.any) this.bans.addLive();
    const allowed = this.rules.add();
    if (!allowed && settings.default === "block") record.addNoRuleAllows();
    if (this.asks && record.passes) this.askLimits();
    if (this.rules.banning) this.bans.set(this.rules.matching);
    if (this.recordsLate) this.recordDecided();
    if (record.passes && (this.awaits[context.route + 1] === 1 || this.chargesAwait)) this.awaitOutcome();
    if (record.verdict !== Verdict.allow) record.conclude();
  }

  /** Records the outcome's signals of a kept request, and gives back what its limits take back. */
  observe(slot: number, outcome: Outcome): void {
    const { context, pending } = this;
    const { signals } = this.program.pending;
    restoreRequest(context, pending, slot, outcome);
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
    const { context, record, exemptions } = this;
    const { sparedRules, sparedLimits } = overlays;
    const reason = overlays.endOf(context);
    if (reason !== null) record.refuse(403, reason);
    for (let at = 0; at < sparedRules.count; at++) exemptions.exemptFromRule(sparedRules.items[at]!);
    for (let at = 0; at < sparedLimits.count; at++) exemptions.exemptFromLimit(sparedLimits.items[at]!);
    return reason !== null;
  }

  // ── step 3: signals ───────────────────────────────────────────────────────

  private recordRequestSignals(): void {
    if (this.steps.record !== null) return this.steps.record(this.context);
    const signals = this.matches.collect(Phase.signal);
    for (let at = 0; at < signals.count; at++) this.signals.record(signals.items[at]!);
  }

  private askLimits(): void {
    const { limits, record, context } = this;
    const { ask } = this.steps;
    if (ask === null || !limits.isPlain) return limits.ask(this.matches.collect(Phase.limit));
    record.asked.count = ask(context, record.asked.items);
    limits.answer();
  }

  /**
   * Records and teaches by whether the request was let through. Its time is noted last, so that a decision compares it with what
   * came before.
   */
  private recordDecided(): void {
    const { served, taught, elapsed } = this.program;
    const { passes } = this.record;
    this.context.served = passes;
    this.signals.recordThatHold(served);
    if (passes) this.signals.teachThatHold(taught);
    this.signals.recordThatHold(elapsed);
  }

  // ── what slots read ───────────────────────────────────────────────────────

  signal(index: number, slot: number): void {
    this.context.numbers[slot] = this.signals.read(index);
  }

  used(index: number, slot: number): void {
    this.context.numbers[slot] = this.limits.used(index);
  }

  score(index: number): number {
    this.scores.settle();
    return this.record.scores[index]!;
  }

  condition(literal: number): boolean {
    return holds(this.context, literal);
  }

  settleScores(): void {
    this.scores.settle();
  }

  // ── outcomes and readings ─────────────────────────────────────────────────

  private awaitOutcome(): void {
    const { context, pending, record } = this;
    if (this.awaits[context.route + 1] === 0 && !this.limits.awaitsOutcome) return;
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

  /** Ends an enforced rule's live ban of a key given by its values. */
  liftBan(index: number, keys: readonly KeyPart[], now: number): BanEntry | null {
    return this.bans.lift(index, keys, now);
  }
}
