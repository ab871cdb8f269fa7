/** The explaining engine: the reference interpreter with a witness that writes down what led to each decision. */
import type { DecisionRecord, EngineOptions, Needs, ReloadReport, StateReadings } from "../contract.ts";
import type { Decision } from "../decision.ts";
import type { Overlay } from "../overlay.ts";
import type { Policy, ScalarValue } from "../policy.ts";
import { Reference } from "../reference/reference.ts";
import { makeState } from "../reference/state.ts";
import { layered, ownCopy } from "../reference/states.ts";
import type { Outcome, Request } from "../request.ts";
import type { ExplainingEngine, Explanation, OutcomeExplanation } from "./explanation.ts";
import { Notes } from "./notes.ts";

class Explainer implements ExplainingEngine {
  private readonly reference: Reference;
  private readonly notes: Notes;

  constructor(reference: Reference, notes: Notes) {
    this.reference = reference;
    this.notes = notes;
  }

  get policy(): Policy {
    return this.reference.policy;
  }

  get needs(): Needs {
    return this.reference.needs;
  }

  get readings(): StateReadings {
    return this.reference.readings;
  }

  explain(request: Request, nowMicros: number): { readonly explanation: Explanation; readonly token: number } {
    this.notes.begin(this.policy);
    try {
      const record = this.reference.decide(request, nowMicros);
      return { explanation: this.notes.explanation(record), token: record.token };
    } finally {
      this.notes.end();
    }
  }

  explainOutcome(token: number, outcome: Outcome, nowMicros: number): OutcomeExplanation {
    this.notes.begin(this.policy);
    try {
      const known = this.reference.observe(token, outcome, nowMicros);
      return this.notes.outcome(known);
    } finally {
      this.notes.end();
    }
  }

  wouldDecide(request: Request, nowMicros: number): Decision {
    return this.reference.copy(layered).decide(request, nowMicros).toDecision();
  }

  fork(): ExplainingEngine {
    const notes = new Notes();
    return new Explainer(this.reference.copy(ownCopy, notes), notes);
  }

  decide(request: Request, nowMicros: number): DecisionRecord {
    return this.reference.decide(request, nowMicros);
  }

  observe(token: number, outcome: Outcome, nowMicros: number): boolean {
    return this.reference.observe(token, outcome, nowMicros);
  }

  routeOf(request: Request): number {
    return this.reference.routeOf(request);
  }

  reload(policy: Policy): ReloadReport {
    return this.reference.reload(policy);
  }

  setList(name: string, values: readonly ScalarValue[]): boolean {
    return this.reference.setList(name, values);
  }

  setOverlays(overlays: readonly Overlay[]): void {
    this.reference.setOverlays(overlays);
  }
}

/** Makes an engine that decides as every engine does and can say why. It is as slow as the reference interpreter. */
export function createExplainer(policy: Policy, options: EngineOptions = {}): ExplainingEngine {
  const notes = new Notes();
  return new Explainer(new Reference(makeState(policy, options), notes), notes);
}
