/**
 * The reference interpreter: the meaning of a policy, written to be read beside the language's definition of a decision.
 * It is slow and keeps everything; it is the oracle by which the compiled engine is judged, and shares no code with it.
 */
import type { DecisionRecord, EngineOptions, Needs, PolicyEngine, ReloadReport, StateReadings } from "../contract.ts";
import type { Overlay } from "../overlay.ts";
import type { Policy, ScalarValue } from "../policy.ts";
import type { Outcome, Request } from "../request.ts";
import { stateOf } from "./amounts.ts";
import { banRemaining } from "./bans.ts";
import { readFacts } from "./facts.ts";
import { closeEarly, consider, openRequest, settle } from "./judge.ts";
import { spellKey } from "./keys.ts";
import { inMode, limitState } from "./limits.ts";
import { needsOf } from "./needs.ts";
import { takeOutcome } from "./outcome.ts";
import { checkOverlays } from "./overlays.ts";
import { reloadReport } from "./reload.ts";
import { readSignal } from "./signals.ts";
import { copyState, makeState, type ReferenceState, replacePolicy } from "./state.ts";
import type { CopyStates } from "./states.ts";
import type { Witness } from "./witness.ts";

/** An engine around a state, which may be a copy of another's. */
export class Reference implements PolicyEngine {
  private readonly state: ReferenceState;
  private readonly witness: Witness | null;

  /** @param witness - Is told of every step. */
  constructor(state: ReferenceState, witness: Witness | null = null) {
    this.state = state;
    this.witness = witness;
  }

  /** Another interpreter with a copy of the state. */
  copy(how: CopyStates, witness: Witness | null = null): Reference {
    return new Reference(copyState(this.state, how), witness);
  }

  get policy(): Policy {
    return this.state.policy;
  }

  get needs(): Needs {
    return needsOf(this.policy);
  }

  decide(request: Request, nowMicros: number): DecisionRecord {
    const { state, witness } = this;
    state.now = later(state.now, nowMicros);
    const opening = openRequest(state, request, witness);
    if (opening.ended !== null) return closeEarly(state, opening, opening.ended, witness);
    const judgement = consider(state, opening.scope);
    witness?.considered(judgement);
    return settle(state, judgement, witness);
  }

  observe(token: number, outcome: Outcome, nowMicros: number): boolean {
    const { state } = this;
    state.now = later(state.now, nowMicros);
    const pending = state.pending.get(token);
    if (pending === undefined) return false;
    state.pending.delete(token);
    takeOutcome(state, pending, outcome, this.witness);
    return true;
  }

  routeOf(request: Request): number {
    return readFacts(this.policy, request, this.state.now).route;
  }

  reload(policy: Policy): ReloadReport {
    const report = reloadReport(this.policy, policy);
    replacePolicy(this.state, policy);
    return report;
  }

  setList(name: string, values: readonly ScalarValue[]): boolean {
    const file = this.policy.lists.find((list) => list.name === name)?.file ?? null;
    if (file === null) return false;
    this.state.lists.set(name, { file, values: [...values] });
    return true;
  }

  setOverlays(overlays: readonly Overlay[]): void {
    checkOverlays(overlays);
    this.state.overlays = [...overlays];
  }

  get readings(): StateReadings {
    const { policy, state } = this;
    return {
      signal: (name, keys, now) => {
        const signal = policy.signals.find((each) => each.name === name);
        return signal === undefined ? 0 : readSignal(state.signals, signal, spellKey(keys), now, state.hashKey);
      },
      limit: (name, keys, now) => {
        const limit = policy.limits.find((each) => each.name === name);
        const memories = limit === undefined ? undefined : state.limits.get(inMode(limitState(limit).id, false));
        return stateOf(memories?.get(spellKey(keys) ?? ""), now);
      },
      ban: (name, keys, now) => {
        const action = policy.rules.find((each) => each.name === name)?.action;
        const ban = action?.kind === "block" ? action.ban : null;
        return ban ? banRemaining(state.bans, ban, false, spellKey(keys), now) : 0;
      },
    };
  }
}

/** The clock never runs back, and does not follow what is no time. */
function later(now: number, next: number): number {
  return Number.isNaN(next) || next > Number.MAX_SAFE_INTEGER ? now : Math.max(now, next);
}

/** Makes a reference interpreter of a policy. */
export function createReference(policy: Policy, options: EngineOptions = {}): PolicyEngine {
  return new Reference(makeState(policy, options));
}
